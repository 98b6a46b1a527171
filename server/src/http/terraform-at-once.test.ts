import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../testing/house.ts';
import {
  type Arguments,
  accessKeyOfBoth,
  assignmentOfBoth,
  configured,
  dataTrackerOfHuawei,
  fresh,
  groupOfBoth,
  membershipOfBoth,
  needGroup,
  needRole,
  needTopic,
  needUser,
  notificationOfHuawei,
  type Place,
  type Places,
  planned,
  projectOfBoth,
  REGION,
  type Resource,
  roleOfBoth,
  subscriptionOfHuawei,
  templateOfBoth,
  topicOfHuawei,
  userOfBoth,
  WHO,
} from '../testing/terraform/index.ts';

// Call by call as the providers of both clouds do, whose binaries cannot be had here: `docs/reference/terraform.md` 2.
const house = new House();
let place: Places;

beforeAll(async () => {
  ({ places: place } = await configured(house));
}, 60_000);
afterAll(() => house.stop());

describe.each(WHO)('ten at once, %s', (who) => {
  const policy = { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['cts:trace:list'] }] };

  test.each<[string, Resource, (at: Place) => Promise<Arguments>]>([
    ['topics', topicOfHuawei, async () => ({ name: fresh('many-'), tags: { a: 'b' } })],
    ['templates', templateOfBoth, async () => ({ name: fresh('many-'), protocol: 'default', content: 'x' })],
    [
      'subscriptions',
      subscriptionOfHuawei,
      async (at) => ({
        topic_urn: await needTopic(at),
        protocol: 'email',
        endpoint: `${fresh('many')}@example.com`,
      }),
    ],
    ['users', userOfBoth, async () => ({ name: fresh('many-'), password: PASSWORD })],
    ['groups', groupOfBoth, async () => ({ name: fresh('many-') })],
    [
      'members',
      membershipOfBoth,
      async (at) => ({ group: await needGroup(at), users: [await needUser(at)] }),
    ],
    [
      'assignments',
      assignmentOfBoth,
      async (at) => ({
        group_id: await needGroup(at),
        role_id: await needRole(at),
        project_id: at.projectId,
      }),
    ],
    ['access keys', accessKeyOfBoth, async (at) => ({ user_id: await needUser(at) })],
    ['projects', projectOfBoth, async () => ({ name: fresh(`${REGION}_many-`) })],
    [
      'policies',
      roleOfBoth,
      async () => ({ display_name: fresh('many-'), description: 'x', type: 'AX', policy }),
    ],
    [
      'data trackers',
      dataTrackerOfHuawei,
      async () => ({ name: fresh('many'), data_bucket: fresh('data-') }),
    ],
    [
      'notifications',
      notificationOfHuawei,
      async () => ({ name: fresh('many_'), operation_type: 'complete', enabled: false }),
    ],
  ])('%s are made, read and destroyed', async (_kind, resource, args) => {
    const given = await Promise.all(Array.from({ length: 10 }, () => args(place[who])));
    const ids = await Promise.all(given.map((one) => resource.create(place[who], one)));
    const read = (one: Arguments, index: number) => resource.read(place[who], ids[index] as string, one);
    const plans = (await Promise.all(given.map(read))).map((told, index) =>
      planned(resource, given[index] as Arguments, told),
    );
    expect(plans.flat()).toEqual([]);
    await Promise.all(ids.map((id, index) => resource.destroy(place[who], id, given[index] as Arguments)));
    expect((await Promise.all(given.map(read))).filter((told) => told !== undefined)).toEqual([]);
  });
});
