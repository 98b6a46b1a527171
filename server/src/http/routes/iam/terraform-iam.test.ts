import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';
import {
  accessKeyOfBoth,
  assignmentOfBoth,
  configured,
  fresh,
  groupOfBoth,
  groupsOfUser,
  type Json,
  lives,
  membershipOfBoth,
  needGroup,
  needRole,
  needTopic,
  needUser,
  type Places,
  projectOfBoth,
  REGION,
  roleOfBoth,
  userOfBoth,
  userOfOldOtc,
  WHO,
} from '../../../testing/terraform/index.ts';

// Call by call as the providers of both clouds do, whose binaries cannot be had here: `docs/reference/terraform.md` 6.
const house = new House();
let place: Places;

beforeAll(async () => {
  ({ places: place } = await configured(house));
}, 60_000);
afterAll(() => house.stop());

describe.each(WHO)('identity, %s', (who) => {
  test('users', async () => {
    const given = { name: fresh('jane-'), password: PASSWORD };
    const phone = { phone: '3012345', country_code: '0049' };
    await lives(userOfBoth, place[who], [
      given,
      {
        ...given,
        email: 'jane@example.com',
        ...phone,
        description: 'of the team',
        access_type: 'programmatic',
      },
      { ...given, email: 'j@example.com', ...phone, enabled: false, pwd_reset: false },
      { ...given, email: 'j@example.com', ...phone, name: fresh('joe-'), password: `${PASSWORD}2` },
    ]);
    await lives(userOfOldOtc, place[who], [{ name: fresh('old-'), password: PASSWORD }]);
  });

  test('groups and who is in them', async () => {
    const given = { name: fresh('team-'), description: 'a team' };
    await lives(groupOfBoth, place[who], [
      { name: given.name },
      given,
      { ...given, name: fresh('team-'), description: 'another' },
    ]);
    const group = await needGroup(place[who]);
    const [jane, joe] = await Promise.all([needUser(place[who]), needUser(place[who])]);
    const both = [jane, joe].sort();
    await lives(membershipOfBoth, place[who], [
      { group, users: [jane] },
      { group, users: both },
      { group, users: [joe] },
    ]);
    const groups = [group, await needGroup(place[who])].sort();
    await lives(groupsOfUser, place[who], [{ user: jane, groups }]);
  });

  test('custom policies', async () => {
    const policy = (...Action: string[]) => ({ Version: '1.1', Statement: [{ Effect: 'Allow', Action }] });
    const given = { display_name: fresh('readers-'), description: 'may read', type: 'AX' };
    await lives(roleOfBoth, place[who], [
      { ...given, policy: policy('cts:trace:list') },
      { ...given, type: 'XA', policy: policy('cts:trace:list', 'cts:tracker:list'), description: 'more' },
      { ...given, display_name: fresh('readers-'), policy: policy('cts:*:list*') },
    ]);
  });

  test('roles of groups: in the account, a project, all projects', async () => {
    const group_id = await needGroup(place[who]);
    const role_id = await needRole(place[who]);
    for (const project_id of [undefined, place[who].projectId, ...(who === 'huawei' ? ['all'] : [])]) {
      await lives(assignmentOfBoth, place[who], [{ group_id, role_id, project_id }]);
    }
    const held = { group_id, role_id, project_id: place[who].projectId };
    const id = await assignmentOfBoth.create(place[who], held);
    await groupOfBoth.destroy(place[who], group_id, {});
    expect(await assignmentOfBoth.read(place[who], id, held)).toBeUndefined();
  });

  test('projects', async () => {
    await lives(projectOfBoth, place[who], [
      { name: fresh(`${REGION}_team-`) },
      { name: fresh(`${REGION}_team-`), description: 'a team' },
    ]);
  });

  test('access keys', async () => {
    const user_id = await needUser(place[who]);
    await lives(accessKeyOfBoth, place[who], [
      { user_id },
      { user_id, description: 'of a program', status: 'inactive' },
      { user_id, description: 'of a program', status: 'active' },
    ]);
  });

  test('data sources', async () => {
    const { account, domainId } = place[who];
    const named = async (path: string, member: string) =>
      (await account.send('GET', path))[member].map(({ name }: Json) => name);
    expect(await named('/v3/users?name=admin', 'users')).toEqual(['admin']);
    expect(await named(`/v3/projects?name=${REGION}&domain_id=${domainId}`, 'projects')).toEqual([REGION]);
    const group = fresh('sought-');
    await groupOfBoth.create(place[who], { name: group });
    expect(await named(`/v3/groups?name=${group}`, 'groups')).toEqual([group]);
    expect(await named('/v3/roles?display_name=CTS+FullAccess', 'roles')).toEqual(['system_all_cts_full']);
    const off = fresh('off-');
    await userOfBoth.create(place[who], { name: off, password: PASSWORD, enabled: false });
    expect(await named(`/v3/users?enabled=true&name=${off}`, 'users')).toEqual([]);
    expect(await named(`/v3/users?enabled=false&name=${off}`, 'users')).toEqual([off]);
    const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] };
    const display_name = fresh('own-');
    await roleOfBoth.create(place[who], { display_name, description: 'own', type: 'AX', policy });
    const own = await named(`/v3/roles?domain_id=${domainId}`, 'roles');
    expect(own).toContain(display_name);
    expect(own).not.toContain('system_all_cts_full');
  });

  test('lists that are read until a page is empty come to an end', async () => {
    const { account, project, projectId } = place[who];
    await needTopic(place[who]);
    for (const [by, path, member] of [
      [account, '/v3/roles?name=secu_admin&page=2', 'roles'],
      [account, '/v3/roles?page=2&per_page=300', 'roles'],
      [account, '/v3/roles?name=secu_admin&offset=1', 'roles'],
      [account, '/v3.0/OS-ROLE/roles?page=2&per_page=300', 'roles'],
      [project, `/v2/${projectId}/notifications/topics?offset=100000`, 'topics'],
      [project, `/v2/${projectId}/notifications/subscriptions?offset=100000&limit=100`, 'subscriptions'],
      [project, `/v2/${projectId}/notifications/message_template?offset=100000`, 'message_templates'],
    ] as const) {
      expect((await by.send('GET', path))[member], path).toEqual([]);
    }
    const pages = [1, 2].map((page) => account.send('GET', `/v3/roles?page=${page}&per_page=5`));
    const [first, second] = await Promise.all(pages);
    expect([first.roles.length, second.roles.length]).toEqual([5, 5]);
    expect(first.roles[0].id).not.toBe(second.roles[0].id);
  });
});
