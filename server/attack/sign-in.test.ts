import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  PASSWORD,
  partOf,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from './harness.ts';

const CROWD = 300;
const CROWD_MS = 5_000;

let directory: string;
let server: RunningServer;

beforeAll(async () => {
  directory = await temporaryDirectory();
  // The administrator signs in here from 127.0.0.1.
  server = await startServer(directory);
  const user = { name: 'jane', password: PASSWORD };
  const made = await fetch(`${server.url}/v3/users`, {
    method: 'POST',
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await server.stop();
  await removeDirectory(directory);
});

interface Try {
  name: string;
  password: string;
  from: string;
}

function signIn(
  { name, password, from }: Try,
  agent?: Agent,
): Promise<{ status: number; retryAfter?: string }> {
  const user = { name, password, domain: { name: 'default' } };
  const body = JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } } } });
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      path: '/v3/auth/tokens',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      localAddress: from,
      ...(agent ? { agent } : {}),
    });
    sent.on('response', (response) => {
      response.resume();
      const retryAfter = response.headers['retry-after'];
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, ...(retryAfter ? { retryAfter } : {}) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

let serial = 0;
const CROWDS: [string, () => Try, visitors: Try[]][] = [
  [
    'guesses the password of one user',
    () => ({ name: 'nobody', password: `guess ${++serial}`, from: '127.0.0.1' }),
    [
      { name: 'admin', password: PASSWORD, from: '127.0.0.1' },
      { name: 'admin', password: PASSWORD, from: '127.0.0.2' },
      { name: 'jane', password: PASSWORD, from: '127.0.0.1' },
    ],
  ],
  [
    'guesses names',
    () => ({ name: `nobody-${++serial}`, password: 'guess', from: '127.0.0.1' }),
    [
      { name: 'admin', password: PASSWORD, from: '127.0.0.1' },
      { name: 'admin', password: PASSWORD, from: '127.0.0.4' },
    ],
  ],
  [
    'guesses the password of the administrator, from a hundred addresses',
    () => ({ name: 'admin', password: `guess ${++serial}`, from: `127.0.1.${(serial % 100) + 1}` }),
    [{ name: 'admin', password: PASSWORD, from: '127.0.0.1' }],
  ],
  [
    'knows the password of a user',
    () => ({ name: 'jane', password: PASSWORD, from: '127.0.0.1' }),
    [
      { name: 'admin', password: PASSWORD, from: '127.0.0.1' },
      { name: 'admin', password: PASSWORD, from: '127.0.0.5' },
    ],
  ],
];

test.each(partOf(CROWDS, 1))(
  'a crowd of 300 connections that %s keeps nobody out',
  async (_what, guess, visitors) => {
    const agent = new Agent({ keepAlive: true, maxSockets: CROWD });
    const until = Date.now() + CROWD_MS;
    const statuses = new Map<number, number>();
    let unhinted = 0;
    const member = async () => {
      while (Date.now() < until) {
        const { status, retryAfter } = await signIn(guess(), agent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 429 && retryAfter === undefined) unhinted++;
      }
    };
    const crowd = Promise.all(Array.from({ length: CROWD }, member));
    await new Promise((resolve) => setTimeout(resolve, CROWD_MS / 3));
    const waits: number[] = [];
    let health = 0;
    for (const visitor of visitors) {
      const began = Date.now();
      expect([visitor.name, visitor.from, (await signIn(visitor)).status]).toEqual([
        visitor.name,
        visitor.from,
        201,
      ]);
      waits.push(Date.now() - began);
      const asked = Date.now();
      await fetch(`${server.url}/healthz`);
      health = Math.max(health, Date.now() - asked);
    }
    await crowd;
    agent.destroy();
    const told = JSON.stringify({ waits, health, statuses: [...statuses] });
    expect(Math.max(...waits), told).toBeLessThan(4_000);
    expect(Math.min(...waits), told).toBeLessThan(2_000);
    expect(health, told).toBeLessThan(2_000);
    expect(statuses.get(500) ?? 0, told).toBe(0);
    expect(unhinted, told).toBe(0);
  },
);
