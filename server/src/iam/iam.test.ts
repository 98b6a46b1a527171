import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { Attempts } from './attempts.ts';
import { Iam } from './iam.ts';
import { networkOf } from './networks.ts';
import { PasswordWork } from './password-work.ts';
import { Tokens } from './tokens.ts';
import { Visits } from './visits.ts';

const log = pino({ level: 'silent' });
const PASSWORD = 'a-password-of-the-tests';
const ADDRESS = '192.0.2.7';
const DOMAIN = { name: 'acme' };

let directory: string;
let metadata: Metadata;
let iam: Iam;
let now = 0;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-iam-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  now = Date.now();
  iam = new Iam({
    metadata,
    rootKey: randomBytes(32),
    time: sure(() => now),
    regions: ['eu-de', 'eu-nl'],
    log,
  });
  await iam.start({ domain: 'acme', user: 'admin', password: PASSWORD });
});

afterEach(async () => {
  await iam.stop();
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

const login = (password: string, name = 'admin', address = ADDRESS) =>
  iam.login({ user: { name, domain: DOMAIN, password }, address }, {});

test('of many wrong tries at the same moment, no more than the free ones are looked at', async () => {
  const tries = Array.from({ length: 40 }, (_, i) => login(i === 39 ? PASSWORD : `guess ${i}`));
  const verdicts = await Promise.allSettled(tries);
  expect(verdicts.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
  now += 10_000;
  await expect(login(PASSWORD)).resolves.toMatchObject({ claims: {} });
});

test('tries at one user from one address do not block another address', async () => {
  for (let i = 0; i < 8; i++) await expect(login('wrong')).rejects.toThrow();
  await expect(login(PASSWORD)).rejects.toMatchObject({ status: 401 });
  await expect(login(PASSWORD, 'admin', '192.0.2.8')).resolves.toBeTruthy();
});

test('a user named by id and by name is one and the same to the count of failures', async () => {
  const { claims } = await login(PASSWORD);
  for (let i = 0; i < 5; i++) await expect(login('wrong')).rejects.toThrow();
  const byId = iam.login({ user: { id: claims.userId, password: PASSWORD }, address: ADDRESS }, {});
  await expect(byId).rejects.toMatchObject({ status: 401 });
});

test('a project of another account cannot be named as the scope', async () => {
  const user = { name: 'admin', domain: DOMAIN, password: PASSWORD };
  const wrong = { project: { name: 'eu-de', domain: { name: 'another' } } };
  await expect(iam.login({ user, address: ADDRESS }, wrong)).rejects.toMatchObject({ status: 401 });
  const right = { project: { name: 'eu-de', domain: DOMAIN } };
  await expect(iam.login({ user, address: ADDRESS }, right)).resolves.toBeTruthy();
});

test('failures in a row make each next wait twice as long, up to a quarter of an hour, and are forgotten in an hour', () => {
  let time = 0;
  const attempts = new Attempts(() => time);
  const waits: number[] = [];
  for (let i = 0; i < 16; i++) {
    attempts.failed('eve');
    const from = time;
    while (attempts.refusal('eve')) time += 500;
    waits.push(time - from);
  }
  expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000]);
  expect(waits.at(-1)).toBe(15 * 60_000);
  time += 3_600_000;
  attempts.failed('eve');
  expect(attempts.refusal('eve')).toBeUndefined();
});

test('a token in another spelling, cut, longer or signed by another key is none', () => {
  const tokens = new Tokens(randomBytes(32), () => now);
  const { text } = tokens.issue({
    userId: 'u',
    domainId: 'd',
    projectId: 'p',
    methods: ['password'],
    bond: { userId: 'u', family: 'f', epochs: { user: '', account: '' } },
  });
  expect(tokens.check(text)).toMatchObject({ userId: 'u' });
  const other = new Tokens(randomBytes(32), () => now);
  const last = text.at(-1) as string;
  // The last of 43 characters carries two bits that do not count.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const respelled = text.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
  for (const bad of [
    respelled,
    text.slice(0, -1),
    `${text}.`,
    `${text}=`,
    ` ${text}`,
    text.split('.')[0] ?? '',
    '',
    '.',
  ]) {
    expect(() => tokens.check(bad), bad).toThrow();
  }
  expect(() => other.check(text)).toThrow();
});

test('password checks run two at a time; of one network a bounded number waits, others are told 429', async () => {
  const work = new PasswordWork();
  const hash = await work.hash('an account', PASSWORD);
  const crowd = { kind: 'busy name', network: '192.0.2.7' } as const;
  const tries = Array.from({ length: 60 }, () => work.verify(crowd, 'wrong', hash));
  const verdicts = Promise.allSettled(tries);
  const load = () => Object.fromEntries(work.queues.map((queue) => [queue.name, queue.load()]));
  expect(load()['password checks']?.running).toBeLessThanOrEqual(2);
  expect(load()['sign-ins with busy names']).toMatchObject({ running: 1, waiting: 16 });
  // Other kinds of visitors and other networks do not stand behind them.
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  await Promise.all([
    work.verify({ kind: 'known', account: 'a' }, PASSWORD, hash).then(note('known')),
    work.verify({ kind: 'rare', network: '192.0.2.8' }, PASSWORD, hash).then(note('rare')),
    work.verify({ ...crowd, network: '192.0.2.9' }, PASSWORD, hash).then(note('elsewhere')),
    work.hash('an account', 'new').then(note('hash')),
    verdicts.then(note('crowd')),
  ]);
  expect(order.at(-1)).toBe('crowd');
  const refused = (await verdicts).filter((v) => v.status === 'rejected' && v.reason.status === 429);
  expect(refused).toHaveLength(43);
});

test('people known where they are go first; whether others exist makes no difference to their turn', async () => {
  const visits = new Visits(metadata, () => now);
  const { claims } = await login(PASSWORD);
  const admin = { id: claims.userId, account: claims.domainId };
  // Whoever has signed in from there goes before; elsewhere it is as good as unknown.
  expect(await visits.of(ADDRESS, admin.id, admin)).toEqual({ kind: 'known', account: admin.account });
  for (const user of [admin, undefined]) {
    expect(await visits.of('198.51.100.1', admin.id, user)).toMatchObject({ kind: 'rare' });
  }
  for (let i = 0; i < 4; i++) await visits.of('203.0.113.1', `guess ${i}`, undefined);
  expect(await visits.of('203.0.113.1', 'guess 5', undefined)).toMatchObject({ kind: 'busy network' });
  for (let i = 0; i < 4; i++) await visits.of(`203.0.113.${i + 2}`, admin.id, admin);
  expect(await visits.of('203.0.113.9', admin.id, admin)).toMatchObject({ kind: 'busy name' });
  expect(await visits.of(ADDRESS, admin.id, admin)).toMatchObject({ kind: 'known' });
});

test('a network is remembered across restarts, and of a user the latest twenty', async () => {
  const { claims } = await login(PASSWORD);
  const visits = new Visits(metadata, () => now);
  for (let i = 0; i < 25; i++) {
    now += 1000;
    await visits.remember(claims.userId, `198.51.100.${i}`);
  }
  const rows = await metadata.selectFrom('known_networks').select('network').execute();
  expect(rows).toHaveLength(20);
  expect(rows).toContainEqual({ network: '198.51.100.24' });
  expect(rows).not.toContainEqual({ network: ADDRESS });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('a password that is changed while it is checked opens nothing', async () => {
  const { claims } = await login(PASSWORD);
  const signingIn = login(PASSWORD);
  const changing = iam.directory.users.change(claims.domainId, claims.userId, { password: 'another one' });
  const [late] = await Promise.allSettled([signingIn, changing]);
  if (late.status === 'fulfilled')
    await expect(iam.examine(late.value.text)).rejects.toMatchObject({ status: 401 });
  await expect(iam.examine((await login('another one')).text)).resolves.toBeTruthy();
});

test('what was read before a change is not believed after it', async () => {
  const { text, claims } = await login(PASSWORD);
  const { domainId, userId } = claims;
  const changes = [{ enabled: false }, { enabled: true }];
  const other = await iam.directory.users.add(domainId, { name: 'other', password: PASSWORD });
  for (let i = 0; i < 20; i++) {
    const { text: token } = await login(PASSWORD, 'other');
    const reads = [iam.examine(token), iam.examine(token)];
    const work = iam.directory.users.change(domainId, other.id, changes[0] as object);
    await Promise.allSettled([...reads, work]);
    await expect(iam.examine(token)).rejects.toMatchObject({ status: 401 });
    await iam.directory.users.change(domainId, other.id, changes[1] as object);
    await expect(iam.examine(token)).rejects.toMatchObject({ status: 401 });
  }
  expect((await iam.examine(text)).claims.userId).toBe(userId);
}, 20_000);

test('what another process changes is not believed any more, however shortly before it was read', async () => {
  const { text } = await login(PASSWORD);
  const seen = iam.asOf();
  const other = connectMetadata(path.join(directory, 'metadata.db'));
  await other.updateTable('users').set({ enabled: 0 }).execute();
  await expect.poll(() => iam.isCurrent(seen)).toBe(false);
  await expect(iam.authenticate({ 'x-auth-token': text })).rejects.toMatchObject({ status: 401 });
  await other.updateTable('users').set({ enabled: 1 }).execute();
  await expect
    .poll(() => iam.authenticate({ 'x-auth-token': text }).catch(() => undefined))
    .toMatchObject({ user: { name: 'admin' } });
  await other.destroy();
});
