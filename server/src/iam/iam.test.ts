import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { Attempts } from './attempts.ts';
import { Iam } from './iam.ts';
import { SignInQueue } from './sign-in-queue.ts';
import { Tokens } from './tokens.ts';

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
  iam = new Iam({ metadata, rootKey: randomBytes(32), clock: () => now, regions: ['eu-de', 'eu-nl'], log });
  await iam.start({ domain: 'acme', user: 'admin', password: PASSWORD });
});

afterEach(async () => {
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
    while (attempts.blocked('eve')) time += 500;
    waits.push(time - from);
  }
  expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000]);
  expect(waits.at(-1)).toBe(15 * 60_000);
  time += 3_600_000;
  attempts.failed('eve');
  expect(attempts.blocked('eve')).toBe(false);
});

test('a token in another spelling, cut, longer or signed by another key is none', () => {
  const tokens = new Tokens(randomBytes(32), () => now);
  const { text } = tokens.issue({ userId: 'u', domainId: 'd', projectId: 'p', methods: ['password'] });
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

test('password checks run two at a time in order; beyond a bounded number the answer is 503', async () => {
  const queue = new SignInQueue();
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const check = (i: number) => async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push(i);
    running--;
    if (i % 3 === 0) throw new Error('a check that fails frees its place as well');
  };
  const verdicts = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => queue.run(check(i))));
  const refused = verdicts.filter((v) => v.status === 'rejected' && v.reason.status === 503);
  expect(refused).toHaveLength(98);
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 202 }, (_, i) => i));
  await expect(queue.run(async () => 'free again')).resolves.toBe('free again');
});
