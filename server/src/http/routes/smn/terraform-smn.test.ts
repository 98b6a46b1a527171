import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../../../testing/house.ts';
import {
  configured,
  filterPolicyOfHuawei,
  fresh,
  lives,
  needTopic,
  type Places,
  subscriptionOfHuawei,
  subscriptionOfOtc,
  templateOfBoth,
  topicAttribute,
  topicOfHuawei,
  topicOfOtc,
  WHO,
} from '../../../testing/terraform/index.ts';

// Call by call as the providers of both clouds do, whose binaries cannot be had here: `docs/reference/terraform.md` 5.
const house = new House();
let place: Places;

beforeAll(async () => {
  ({ places: place } = await configured(house));
}, 60_000);
afterAll(() => house.stop());

describe.each(WHO)('SMN, %s', (who) => {
  const topicOf = () => (who === 'huawei' ? topicOfHuawei : topicOfOtc);
  const subscriptionOf = () => (who === 'huawei' ? subscriptionOfHuawei : subscriptionOfOtc);

  test('topics', async () => {
    const name = fresh('alerts-');
    const more = {
      users_publish_allowed: '*',
      services_publish_allowed: 'obs,cts',
      introduction: 'of the team',
    };
    await lives(topicOf(), place[who], [
      { name },
      { name, display_name: 'Alerts', ...(who === 'huawei' ? { ...more, tags: { team: 'blue' } } : {}) },
      {
        name,
        ...(who === 'huawei' ? { users_publish_allowed: 'urn:csp:iam::d1:root', tags: { a: 'b' } } : {}),
      },
      { name },
    ]);
  });

  test('the policy of a topic', async () => {
    const topic_urn = await needTopic(place[who]);
    const value = (Effect: string) =>
      JSON.stringify({
        Version: '2016-09-07',
        Id: 'x',
        Statement: [{ Sid: 's', Effect, Resource: topic_urn }],
      });
    await lives(topicAttribute, place[who], [
      { topic_urn, value: value('Allow') },
      { topic_urn, value: value('Deny') },
    ]);
    expect(
      await topicAttribute.read(place[who], 'urn:smn:eu-de:none:none/access_policy', {}).catch(String),
    ).toMatch(/undefined|40/);
  });

  test('subscriptions', async () => {
    const given = { topic_urn: await needTopic(place[who]), protocol: 'email' };
    await lives(subscriptionOf(), place[who], [{ ...given, endpoint: 'jane@example.com' }]);
    const remark = { ...given, endpoint: 'joe@example.com', remark: 'of the team' };
    await lives(
      subscriptionOf(),
      place[who],
      who === 'huawei' ? [remark, { ...remark, remark: 'other' }, { ...remark, remark: '' }] : [remark],
    );
  });

  test('templates of messages', async () => {
    const given = { name: fresh('template-'), protocol: 'default' };
    await lives(templateOfBoth, place[who], [
      { ...given, content: 'Dear {name}' },
      { ...given, content: 'Hello' },
    ]);
  });
});

test('filter policies of subscriptions', async () => {
  const topic_urn = await needTopic(place.huawei);
  const given = { topic_urn, protocol: 'email', endpoint: 'jane@example.com' };
  const subscription_urn = await subscriptionOfHuawei.create(place.huawei, given);
  await lives(filterPolicyOfHuawei, place.huawei, [
    { subscription_urn, filter_policies: [{ name: 'team', string_equals: ['blue'] }] },
    { subscription_urn, filter_policies: [{ name: 'team', string_equals: ['blue', 'red'] }] },
  ]);
});

test('a topic that is gone takes its subscriptions along, for the provider too', async () => {
  const topic_urn = await needTopic(place.huawei);
  const given = { topic_urn, protocol: 'email', endpoint: 'jane@example.com' };
  const urn = await subscriptionOfHuawei.create(place.huawei, given);
  await topicOfHuawei.destroy(place.huawei, topic_urn, {});
  expect(await subscriptionOfHuawei.read(place.huawei, urn, {})).toBeUndefined();
});
