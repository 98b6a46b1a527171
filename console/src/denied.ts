import type { ApiError } from './api/client.ts';
import { texts } from './texts/index.ts';
import { toldOf } from './told.ts';

const FORBIDDEN = 403;

export const isDenied = ({ status }: ApiError) => status === FORBIDDEN;

/** Roles that let do everything with a service, and only read. */
const ROLES: Readonly<Record<string, { all: string; read?: string }>> = {
  cts: { all: 'CTS FullAccess', read: 'CTS ReadOnlyAccess' },
  smn: { all: 'SMN FullAccess', read: 'SMN ReadOnlyAccess' },
  kms: { all: 'KMS Administrator' },
  obs: { all: 'OBS Administrator' },
  iam: { all: 'Security Administrator' },
  opencts: { all: 'OpenCTS Operator' },
};
/** How the service names the action that is lacking. */
const ACTION = /\byour roles do not allow (\w+:\w+:\w+)/;

/** What it takes, by the action that the refusal names. */
export const rolesFor = ({ message }: ApiError): string[] => rolesOf(ACTION.exec(message)?.[1] ?? '');

/** What an action takes. */
export function rolesOf(action: string): string[] {
  const [service = '', , operation = ''] = action.split(':');
  const roles = ROLES[service];
  if (!roles) return [];
  return [(/^(list|get)/i.test(operation) && roles.read) || roles.all];
}

/** Why an action is not offered. */
export const reasonFor = (action: string): string => texts.common.deniedText(rolesOf(action));

/** Why something failed; where a permission lacks, the roles that give it. */
export function reasonOf(error: ApiError, roles: readonly string[] = rolesFor(error)): string {
  return isDenied(error) && roles.length > 0 ? texts.common.deniedText(roles) : toldOf(error);
}
