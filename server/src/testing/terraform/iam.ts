import type { Json } from './provider.ts';
import { type Arguments, COMPUTED, type Place, type Resource } from './resource.ts';

/** Empty texts are left out. */
const given = (value: Json) => value || undefined;

const userPath = (id = '') => `/v3.0/OS-USER/users${id && `/${id}`}`;
const userBody = (state: Arguments) => ({
  name: state.name,
  description: given(state.description),
  email: given(state.email),
  phone: given(state.phone),
  areacode: given(state.country_code),
  access_mode: given(state.access_type),
  enabled: state.enabled ?? true,
  pwd_status: state.pwd_reset ?? true,
  password: given(state.password),
});

/** `opentelekomcloud_identity_user_v3` and `huaweicloud_identity_user`, which read it back the same way. */
export const userOfBoth: Resource = {
  name: 'identity_user',
  schema: {
    name: '',
    password: '',
    description: '',
    email: '',
    phone: '',
    country_code: '',
    enabled: true,
    pwd_reset: true,
    access_type: COMPUTED,
  },
  untold: ['password'],
  create: ({ account, domainId }, wanted) =>
    account
      .send('POST', userPath(), { body: { user: { ...userBody(wanted), domain_id: domainId } } })
      .then(({ user }) => user.id as string),
  async read({ account }, id) {
    const user = (await account.find(userPath(id)))?.user;
    // Neither of them fails without it.
    await account.find(`${userPath(id)}/login-protect`);
    return (
      user && {
        name: user.name,
        description: user.description,
        email: user.email,
        phone: user.phone.split('-').at(-1),
        country_code: user.areacode,
        enabled: user.enabled,
        pwd_reset: user.pwd_status,
        access_type: user.access_mode,
      }
    );
  },
  update({ account }, id, after, before) {
    const sent: Arguments = { ...userBody(after), description: after.description ?? '' };
    const unchanged = userBody(before) as Arguments;
    const user = Object.fromEntries(
      Object.entries(sent).filter(([name, value]) => unchanged[name] !== value),
    );
    return account.send('PUT', userPath(id), { body: { user }, taken: [200] });
  },
  destroy: ({ account }, id) => account.send('DELETE', `/v3/users/${id}`),
  imported: () => ({}),
};

/** `opentelekomcloud_identity_user_v3` of older versions, which reads the address by a change of nothing. */
export const userOfOldOtc: Resource = {
  name: 'opentelekomcloud_identity_user_v3 of older versions',
  schema: { name: '', password: '', enabled: true, domain_id: COMPUTED, email: '' },
  untold: ['password'],
  async create(place, { name, password, enabled = true, email }) {
    const body = { user: { name, password, enabled } };
    const { user } = await place.account.send('POST', '/v3/users', { body, taken: [201] });
    if (email) await this.update?.(place, user.id, { email }, {});
    return user.id;
  },
  async read({ account }, id) {
    const user = (await account.find(`/v3/users/${id}`))?.user;
    if (!user) return undefined;
    const more = await account.send('PUT', userPath(id), { body: { user: {} }, taken: [200] });
    return { ...user, email: more.user.email };
  },
  update: ({ account }, id, { email }) =>
    account.send('PUT', userPath(id), { body: { user: { email } }, taken: [200] }),
  destroy: ({ account }, id) => account.send('DELETE', `/v3/users/${id}`),
  imported: () => ({}),
};

export const groupOfBoth: Resource = {
  name: 'identity_group',
  schema: { name: '', description: '' },
  create: ({ account }, { name, description }) =>
    account
      .send('POST', '/v3/groups', {
        body: { group: { name, description: given(description) } },
        taken: [201],
      })
      .then(({ group }) => group.id as string),
  read: async ({ account }, id) => (await account.find(`/v3/groups/${id}`))?.group,
  update: ({ account }, id, { name, description }, before) =>
    account.send('PATCH', `/v3/groups/${id}`, {
      body: {
        group: {
          name: name === before.name ? undefined : name,
          description: description === before.description ? undefined : given(description),
        },
      },
      taken: [200],
    }),
  destroy: ({ account }, id) => account.send('DELETE', `/v3/groups/${id}`),
  imported: () => ({}),
};

const member = (place: Place, method: string, group: string, user: string) =>
  place.account.send(method, `/v3/groups/${group}/users/${user}`, { taken: [204] });

export const membershipOfBoth: Resource = {
  name: 'identity_group_membership',
  schema: { group: '', users: [] },
  async create(place, { group, users }) {
    for (const user of users) await member(place, 'PUT', group, user);
    return group;
  },
  async read({ account }, group) {
    if (!(await account.find(`/v3/groups/${group}`))) return undefined;
    const { users } = await account.send('GET', `/v3/groups/${group}/users`);
    return users.length === 0 ? undefined : { group, users: users.map(({ id }: Json) => id).sort() };
  },
  async update(place, group, { users }, before) {
    for (const user of before.users) if (!users.includes(user)) await member(place, 'DELETE', group, user);
    for (const user of users) if (!before.users.includes(user)) await member(place, 'PUT', group, user);
  },
  async destroy(place, group, { users }) {
    for (const user of users) await member(place, 'DELETE', group, user);
  },
  imported: () => ({}),
};

/** `opentelekomcloud_identity_user_group_membership_v3` */
export const groupsOfUser: Resource = {
  name: 'opentelekomcloud_identity_user_group_membership_v3',
  schema: { user: '', groups: [] },
  async create(place, { user, groups }) {
    for (const group of groups) await member(place, 'PUT', group, user);
    return user;
  },
  async read({ account }, user) {
    const { groups } = await account.send('GET', `/v3/users/${user}/groups`);
    return groups.length === 0 ? undefined : { user, groups: groups.map(({ id }: Json) => id).sort() };
  },
  async destroy(place, user, { groups }) {
    for (const group of groups) await member(place, 'DELETE', group, user);
  },
  imported: () => ({}),
};

const rolePath = (id = '') => `/v3.0/OS-ROLE/roles${id && `/${id}`}`;
const roleBody = ({ display_name, description, type, policy }: Arguments) => ({
  role: { display_name, description, type, policy },
});

export const roleOfBoth: Resource = {
  name: 'opentelekomcloud_identity_role_v3, huaweicloud_identity_role',
  schema: { display_name: '', description: '', type: '', policy: {} },
  create: ({ account }, wanted) =>
    account
      .send('POST', rolePath(), { body: roleBody(wanted), taken: [200, 201, 202] })
      .then(({ role }) => role.id as string),
  async read({ account, domainId }, id) {
    const role = (await account.find(rolePath(id)))?.role;
    // One provider fails where one of these is not there at all.
    for (const needed of ['catalog', 'description', 'display_name', 'domain_id', 'name', 'type']) {
      if (role && !(needed in role)) throw new Error(`a role has no ${needed}`);
    }
    if (role && role.domain_id !== domainId) throw new Error(`domain_id is ${role.domain_id}`);
    return role;
  },
  update: ({ account }, id, after) => account.send('PATCH', rolePath(id), { body: roleBody(after) }),
  destroy: ({ account }, id) => account.send('DELETE', rolePath(id), { taken: [200] }),
  imported: () => ({}),
};

/** Where a role is held: of the account, of one project, or of all. */
const scopeOf = ({ domainId }: Place, { group_id, project_id }: Arguments) => {
  if (project_id === 'all') return `/v3/OS-INHERIT/domains/${domainId}/groups/${group_id}/roles`;
  return `/v3/${project_id ? `projects/${project_id}` : `domains/${domainId}`}/groups/${group_id}/roles`;
};
const heldAt = (place: Place, state: Arguments) =>
  `${scopeOf(place, state)}/${state.role_id}${state.project_id === 'all' ? '/inherited_to_projects' : ''}`;

export const assignmentOfBoth: Resource = {
  name: 'opentelekomcloud_identity_role_assignment_v3, huaweicloud_identity_group_role_assignment',
  schema: { role_id: '', group_id: '', project_id: '' },
  async create(place, wanted) {
    await place.account.send('PUT', heldAt(place, wanted), { taken: [204] });
    return `${wanted.group_id}/${wanted.role_id}/${wanted.project_id ?? ''}`;
  },
  async read(place, id) {
    const [group_id, role_id, project_id] = id.split('/');
    const state = { group_id, role_id, project_id };
    if (project_id === 'all') {
      const held = await place.account
        .send('HEAD', heldAt(place, state), { taken: [204] })
        .catch(() => 'not held');
      return held === undefined ? state : undefined;
    }
    const found = await place.account.find(scopeOf(place, state));
    return found?.roles.some((role: Json) => role.id === role_id) ? state : undefined;
  },
  destroy: (place, _id, state) => place.account.send('DELETE', heldAt(place, state), { taken: [204] }),
  imported: () => ({}),
};

export const projectOfBoth: Resource = {
  name: 'identity_project',
  schema: { name: '', description: '', parent_id: COMPUTED },
  create: ({ account }, { name, description }) =>
    account
      .send('POST', '/v3/projects', {
        body: { project: { name, description: given(description) } },
        taken: [201],
      })
      .then(({ project }) => project.id as string),
  read: async ({ account }, id) => (await account.find(`/v3/projects/${id}`))?.project,
  update: ({ account }, id, { name, description }, before) =>
    account.send('PATCH', `/v3/projects/${id}`, {
      body: {
        project: {
          name: name === before.name ? undefined : name,
          description: description === before.description ? undefined : given(description),
        },
      },
      taken: [200],
    }),
  destroy: ({ account }, id) => account.send('DELETE', `/v3/projects/${id}`, { taken: [200, 202, 204] }),
  imported: () => ({}),
};

const keyPath = (access = '') => `/v3.0/OS-CREDENTIAL/credentials${access && `/${access}`}`;

export const accessKeyOfBoth: Resource = {
  name: 'opentelekomcloud_identity_credential_v3, huaweicloud_identity_access_key',
  schema: { user_id: '', description: '', status: COMPUTED },
  async create({ account }, { user_id, description }) {
    await account.send('GET', userPath(user_id));
    const body = { credential: { user_id, description: given(description) } };
    const { credential } = await account.send('POST', keyPath(), { body, taken: [201] });
    if (!credential.secret) throw new Error('the secret is not told');
    return credential.access;
  },
  read: async ({ account }, access) => (await account.find(keyPath(access)))?.credential,
  update: ({ account }, access, { description, status }) =>
    account.send('PUT', keyPath(access), {
      body: { credential: { description: given(description), status: given(status) } },
      taken: [200],
    }),
  destroy: ({ account }, access) => account.send('DELETE', keyPath(access), { taken: [204] }),
};
