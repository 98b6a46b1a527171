import type { ApiError } from './api/client.ts';
import { texts } from './texts/index.ts';

const FORBIDDEN = 403;

export const isDenied = ({ status }: ApiError) => status === FORBIDDEN;

/** Why something failed; where a permission lacks, the roles that give it. */
export const reasonOf = (error: ApiError, roles: readonly string[] = []) =>
  isDenied(error) && roles.length > 0 ? texts.common.deniedText(roles) : error.message;
