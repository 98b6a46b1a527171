import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House } from '../testing/house.ts';
import { sendRaw } from '../testing/odd.ts';

const SECRET = 'ZuperS3cret';
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
});
afterAll(() => house.stop());

describe('a refusal repeats no secret', () => {
  test.each([
    ['/session', 'text/plain', `account=a&user=x&password=${SECRET}`],
    ['/session', 'application/json', `"${SECRET}"`],
    ['/session', 'application/json', `{"account":"a","user":{"x":1},"password":["${SECRET}"]}`],
    ['/v3/auth/tokens', 'application/json', `{"auth":"${SECRET}"}`],
    ['/v3/auth/tokens', 'application/json', `{"auth":{"identity":{"methods":"${SECRET}"}}}`],
    ['/v3/users', 'application/json', `{"user":"${SECRET}"}`],
    ['/v3/users', 'application/json', `["${SECRET}"]`],
    ['/v3/users', 'text/plain', SECRET],
  ])('sent to %s as %s: %s', async (route, type, body) => {
    const headers = { 'x-auth-token': admin.token, 'content-type': type };
    const answer = await sendRaw(house.app.url, 'POST', route, headers, body);
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain(SECRET);
  });

  test.each([
    { endpoint: `https://u:${SECRET}@example.com/` },
    { endpoint: `https://example.com/?sig=${SECRET}#x` },
    { endpoint: 'https://example.com/', extension: { header: { 'x-hook': `${SECRET}\u0001` } } },
    { endpoint: 'https://example.com/', extension: { header: { 'x-hook': [SECRET] } } },
    { endpoint: 'https://example.com/', extension: { header: SECRET } },
  ])('in a subscription: %j', async (wanted) => {
    const v2 = `/v2/${admin.projectId}/notifications/topics`;
    const { token } = admin;
    await house.call('POST', v2, { token, body: { name: 'alerts' } });
    const route = `${v2}/${encodeURIComponent(`urn:smn:local:${admin.projectId}:alerts`)}/subscriptions`;
    const answer = await house.call('POST', route, { token, body: { protocol: 'https', ...wanted } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    const several = await house.call('POST', route, {
      token,
      body: { subscriptions: [{ protocol: 'https', ...wanted }] },
    });
    const { code, message } = several.body.subscriptions_result?.[0] ?? several.body;
    expect(code).toBe('SMN.0012');
    expect(message).not.toContain(SECRET);
  });

  test('but says what is wrong with a value that is none', async () => {
    const { body } = await house.call('PUT', `/v3/${admin.projectId}/tracker`, {
      token: admin.token,
      body: { tracker_type: 'sistem', tracker_name: 'system' },
    });
    expect(body.error_msg).toContain('sistem');
  });
});

test.each(['text/plain', 'application/vnd.api+json', 'application/x-www-form-urlencoded', ''])(
  'a body of the type "%s" is refused by the name of its header',
  async (type) => {
    const headers = { 'x-auth-token': admin.token, 'content-type': type };
    const answer = await sendRaw(house.app.url, 'POST', '/v3/users', headers, '{"user":{}}');
    expect(JSON.parse(answer.text)).toMatchObject({
      error_code: 'CTS.0003',
      error_msg: expect.stringMatching(/Content-Type.*application\/json/),
    });
  },
);

describe('types are taken for what they are', () => {
  test('a list is no text', async () => {
    const { token } = admin;
    const answer = await house.call('POST', '/v3/groups', { token, body: { group: { name: ['x'] } } });
    expect(answer).toMatchObject({ status: 400, body: { error_code: 'CTS.0003' } });
  });

  test.each(['0x10', '1e1', '%2010', '+10', '0b1', '1.0', ''])('limit=%s is no number', async (limit) => {
    const route = `/v3/${admin.projectId}/traces?trace_type=system&limit=${limit}`;
    const { status } = await house.call('GET', route, { token: admin.token });
    expect(status).toBe(400);
  });

  test('a parameter that may come several times may come once', async () => {
    for (const query of ['user=a', 'user=a&user=b']) {
      const route = `/v3/${admin.projectId}/traces?trace_type=system&limit=10&${query}`;
      expect((await house.call('GET', route, { token: admin.token })).status).toBe(200);
    }
  });
});
