import Type, { type Static, type TArray, type TObject, type TSchema } from 'typebox';
import { type Group, PolicyDocument, type User } from '../../../iam/index.ts';
import { Id } from './fields.ts';

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

/** Pages of what is shown, of pages of what there is. */
export async function* viewed<Item, View>(
  pages: AsyncIterable<readonly Item[]>,
  view: (item: Item) => View,
): AsyncGenerator<View[]> {
  for await (const page of pages) yield page.map(view);
}

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
