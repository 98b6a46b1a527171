import Type, { type Static, type TArray, type TObject, type TSchema } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { type Group, PolicyDocument, type Principal, type User } from '../../../iam/index.ts';
import type { AuditedOperation } from '../../audit.ts';
import { Sought } from '../../schemas.ts';

export const Name = Type.String({
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.@+-]{0,63}$',
  rule: 'must hold 1 to 64 of letters, digits, space and _ . @ + -, and begin with a letter or digit',
});
export const Description = Type.Optional(Type.String({ maxLength: 255 }));
export const Password = Type.String({
  minLength: 8,
  maxLength: 1024,
  format: 'password',
  rule: 'must hold 8 to 1024 characters',
});
export const Enabled = Type.Optional(Type.Boolean());
export const Id = Sought;
export const ByName = Type.Object({ name: Type.Optional(Sought) });

/** Pages of a list, by number or by offset: clients go on until one is empty (`docs/reference/iam-auth.md` 4). */
export const PAGING = {
  page: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of the page, from 1' })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: 300, description: 'Size of a page; 300' })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
};
const Paging = Type.Object(PAGING);

/** What of a list was asked for; all of it when nothing was said. */
export function pageOf<Item>(
  all: readonly Item[],
  { page, per_page, offset = 0, limit }: Static<typeof Paging>,
): Item[] {
  if (page === undefined && per_page === undefined) return all.slice(offset, limit && offset + limit);
  const size = per_page ?? 300;
  const start = ((page ?? 1) - 1) * size;
  return all.slice(start, start + size);
}

/** Configuration of a route of the identity service: what it takes, and the trace that it leaves. */
export const may = (
  action: string,
  audit?: [resourceType: string, name: string, namedBy?: AuditedOperation['namedBy']],
) => ({
  action,
  keystone: true,
  ...(audit
    ? {
        audit: {
          service: 'IAM',
          resourceType: audit[0],
          name: audit[1],
          namedBy: audit[2],
        } satisfies AuditedOperation,
      }
    : {}),
});

export const doc = <const Response extends Record<number, TSchema>>(summary: string, response: Response) => ({
  summary,
  tags: ['identity'],
  response,
});

/** The account that a caller belongs to, and acts in. */
export const home = (principal: Principal) => principal.user.domain.id;

/** For what a user may do about itself, and an administrator about others. @throws CtsError 403 */
export function selfOr(principal: Principal, userId: string, action: string): void {
  if (principal.user.id !== userId && !principal.allows(action)) throw ERRORS.actionDenied(action);
}

/**
 * What is for a while makes no credentials that last, and brings none back: neither access keys nor ingest keys nor
 * passwords, its own user's or others'. @throws CtsError 403
 */
export function refuseTemporary({ temporary }: Principal): void {
  if (!temporary) return;
  throw ERRORS.iamForbidden(
    'a temporary access key makes no credentials: no access keys, no ingest keys and no passwords',
  );
}

/** Clients name the account, which can only be the caller's own. @throws CtsError 403 */
export function ownAccount(principal: Principal, domainId: string | undefined): void {
  if (domainId && domainId !== home(principal)) {
    throw ERRORS.iamForbidden('domain_id is not the id of your account');
  }
}

const SelfLink = Type.Object({ self: Type.String() });
const Time = Type.String({ description: 'ISO 8601 with microseconds' });

/** `{name: […], links}`, as Keystone answers lists. */
export const listOf = <const Name extends string, Item extends TSchema>(name: Name, item: Item) =>
  Type.Object({
    [name]: Type.Array(item),
    links: Type.Object({
      self: Type.String(),
      next: Type.Union([Type.String(), Type.Null()]),
      previous: Type.Union([Type.String(), Type.Null()]),
    }),
  } as { [key in Name]: TArray<Item> } & { links: TObject });

export const UserView = Type.Object({
  id: Id,
  name: Type.String(),
  domain_id: Id,
  enabled: Type.Boolean(),
  description: Type.String(),
  create_time: Time,
  password_expires_at: Type.Null(),
  links: SelfLink,
});

export const GroupView = Type.Object({
  id: Id,
  name: Type.String(),
  domain_id: Id,
  description: Type.String(),
  create_time: Type.Integer({ description: 'Epoch ms' }),
  links: SelfLink,
});

export const RoleView = Type.Object({
  id: Id,
  name: Type.String(),
  domain_id: Type.Union([Id, Type.Null()], {
    description: 'Account whose own policy it is; null: a role of all',
  }),
  display_name: Type.String(),
  description: Type.String(),
  type: Type.String(),
  catalog: Type.String(),
  policy: PolicyDocument,
  links: SelfLink,
});

export const ProjectView = Type.Object({
  id: Id,
  name: Type.String(),
  domain_id: Id,
  parent_id: Id,
  is_domain: Type.Boolean(),
  enabled: Type.Boolean(),
  description: Type.String(),
  links: SelfLink,
});

export const AccountView = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  enabled: Type.Boolean(),
  links: SelfLink,
});

export const RegionView = Type.Object({
  id: Id,
  type: Type.String(),
  parent_region_id: Type.Null(),
  description: Type.String(),
  links: SelfLink,
});

export const CredentialView = Type.Object({
  access: Type.String(),
  user_id: Id,
  status: Type.Enum(['active', 'inactive']),
  description: Type.String(),
  create_time: Time,
  last_use_time: Type.Union([Time, Type.Null()]),
});

/** Keystone's links, and the views that several kinds of routes give. */
export function viewsUnder(publicUrl: () => string) {
  const self = (path: string) => ({ self: `${publicUrl()}${path}` });
  return {
    self,
    listLinks: (path: string) => ({ links: { ...self(path), next: null, previous: null } }),
    userView: (user: User): Static<typeof UserView> => ({
      id: user.id,
      name: user.name,
      domain_id: user.domainId,
      enabled: user.enabled,
      description: user.description,
      create_time: keystoneTime(user.createdAt),
      password_expires_at: null,
      links: self(`/v3/users/${user.id}`),
    }),
    groupView: (group: Group): Static<typeof GroupView> => ({
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
