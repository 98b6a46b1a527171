import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let accounts: Caller[];

const must = async ({ token }: Caller, method: string, path: string, body?: object) => {
  const answer = await house.call(method, path, { token, body });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

beforeAll(async () => {
  await house.start();
  const admin = await house.signIn({});
  accounts = [await house.signIn({ project: 'local' })];
  for (const name of ['acme', 'beta', 'gamma', 'delta']) {
    await must(admin, 'POST', '/v3/domains', {
      domain: { name, admin: { name: 'root', password: PASSWORD } },
    });
    accounts.push(await house.signIn({ account: name, name: 'root', project: 'local' }));
  }
  for (const account of accounts) {
    await must(account, 'POST', `/v2/${account.projectId}/notifications/topics`, { name: 'alerts' });
  }
}, 60_000);
afterAll(() => house.stop());

async function subscribe({ token, projectId }: Caller, protocol: string, endpoint: string) {
  const urn = `urn:smn:local:${projectId}:alerts`;
  const { status, body } = await house.call(
    'POST',
    `/v2/${projectId}/notifications/topics/${urn}/subscriptions`,
    {
      token,
      body: { protocol, endpoint },
    },
  );
  return { status, urn: body.subscription_urn as string, code: body.code as string };
}
/** How many of them were not refused. */
async function taken(caller: Caller, protocol: string, endpoints: string[]): Promise<number> {
  let count = 0;
  for (const endpoint of endpoints) if ((await subscribe(caller, protocol, endpoint)).status < 300) count++;
  return count;
}
const times = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i));

test('confirmations to one mailbox count together, however it is spelled', async () => {
  const [caller] = accounts as [Caller];
  const cased = (i: number) => [...'opsteam'].map((c, at) => ((i >> at) & 1 ? c.toUpperCase() : c)).join('');
  expect(
    await taken(
      caller,
      'email',
      times(30, (i) => `${cased(i)}@example.org`),
    ),
  ).toBe(20);
  expect(
    await taken(
      caller,
      'email',
      times(30, (i) => `tagged+${i}@Example.org`),
    ),
  ).toBe(20);
});

test('confirmations to one telephone count together, however its number is spelled', async () => {
  const [caller] = accounts as [Caller];
  const lead = ['', '+', '00', '000', '0'];
  expect(
    await taken(
      caller,
      'sms',
      times(30, (i) => `${lead[i % 5]}4915112345678`),
    ),
  ).toBe(10);
});

test('who is subscribed is not subscribed once more by another spelling', async () => {
  const [caller] = accounts as [Caller];
  for (const [protocol, ...spellings] of [
    ['email', 'jane.doe@example.org', 'Jane.Doe@example.org', 'jane.doe@EXAMPLE.ORG'],
    ['sms', '+4915199999999', '004915199999999'],
    ['https', 'https://hooks.example.org/A', 'https://HOOKS.example.org:443/A'],
  ] as [string, ...string[]][]) {
    const urns = new Set<string>();
    for (const endpoint of spellings) urns.add((await subscribe(caller, protocol, endpoint)).urn);
    expect([protocol, urns.size]).toEqual([protocol, 1]);
  }
  const path = await subscribe(caller, 'https', 'https://hooks.example.org/a');
  expect(path.status).toBe(201);
});

test('one account shuts no other out from an address, and all together are bounded', async () => {
  const [first, second, third, fourth, fifth] = accounts as [Caller, Caller, Caller, Caller, Caller];
  const address = times(25, () => 'shared@example.net');
  expect(await taken(first, 'email', address)).toBe(20);
  expect(await taken(second, 'email', ['shared@example.net'])).toBe(1);
  expect(await taken(second, 'email', address)).toBe(19);
  expect(await taken(third, 'email', address)).toBe(20);
  expect((await subscribe(fourth, 'email', 'shared@example.net')).code).toBe('SMN.0065');
  house.skew += 3_600_001;
  expect(await taken(fifth, 'email', ['shared@example.net'])).toBe(1);
});
