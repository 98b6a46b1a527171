import Type from 'typebox';
import { ERRORS } from '../../errors.ts';
import type { Group, Principal, User } from '../../iam/index.ts';
import type { AuditedOperation } from '../audit.ts';

export const Name = Type.String({
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.@+-]{0,63}$',
  rule: 'must hold 1 to 64 of letters, digits, space and _ . @ + -, and begin with a letter or digit',
});
export const Description = Type.Optional(Type.String({ maxLength: 255 }));
export const Password = Type.String({
  minLength: 8,
  maxLength: 1024,
  rule: 'must hold 8 to 1024 characters',
});
export const Enabled = Type.Optional(Type.Boolean());
export const Id = Type.String();
export const ByName = Type.Object({ name: Type.Optional(Type.String()) });

/** Configuration of a route of the identity service: what it takes, and the trace that it leaves. */
export const may = (action: string, audit?: [resourceType: string, name: string]) => ({
  action,
  keystone: true,
  ...(audit
    ? { audit: { service: 'IAM', resourceType: audit[0], name: audit[1] } satisfies AuditedOperation }
    : {}),
});

export const doc = (summary: string) => ({ summary, tags: ['identity'] });

/** The account that a caller belongs to, and acts in. */
export const home = (principal: Principal) => principal.user.domain.id;

/** For what a user may do about itself, and an administrator about others. @throws CtsError 403 */
export function selfOr(principal: Principal, userId: string, action: string): void {
  if (principal.user.id !== userId && !principal.allows(action)) throw ERRORS.actionDenied(action);
}

/** Clients name the account, which can only be the caller's own. @throws CtsError 403 */
export function ownAccount(principal: Principal, domainId: string | undefined): void {
  if (domainId && domainId !== home(principal)) {
    throw ERRORS.iamForbidden('domain_id is not the id of your account');
  }
}

/** Keystone's links, and the views that have them. */
export function viewsUnder(publicUrl: () => string) {
  const self = (path: string) => ({ self: `${publicUrl()}${path}` });
  return {
    self,
    listLinks: (path: string) => ({ links: { ...self(path), next: null, previous: null } }),
    userView: (user: User) => ({
      id: user.id,
      name: user.name,
      domain_id: user.domainId,
      enabled: user.enabled,
      description: user.description,
      create_time: keystoneTime(user.createdAt),
      password_expires_at: null,
      links: self(`/v3/users/${user.id}`),
    }),
    groupView: (group: Group) => ({
      id: group.id,
      name: group.name,
      domain_id: group.domainId,
      description: group.description,
      create_time: group.createdAt,
      links: self(`/v3/groups/${group.id}`),
    }),
  };
}

/** ISO 8601 with microseconds, as Keystone writes it. */
export const keystoneTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');
