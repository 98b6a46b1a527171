import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Caller,
  makeAccount,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

/*
 * One account sends what is hard to take, another reports a trace now and then. The machine of the tests is shared:
 * the ceilings are far above what is seen, and far below what the faults took.
 */
const HEALTHZ_MS = 500;
const VICTIM_MS = 2_000;
const MOST_MEMORY = 1_200;

const JSON_TYPE = { 'content-type': 'application/json' };
const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };
const GZIP = { 'content-encoding': 'gzip' };

let directory: string;
let server: RunningServer;
let victim: Caller;
const agent = new Agent({ keepAlive: true, maxSockets: 100 });

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startServer(directory);
  victim = await makeAccount(server, 'victim');
});
afterAll(async () => {
  agent.destroy();
  expect(server.log.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
  await server.stop();
  await removeDirectory(directory);
});
beforeEach(async () => {
  expect((await post(victim, JSON_TYPE, JSON.stringify({ traces: [trace()] }))).status).toBeLessThan(300);
});

interface Answer {
  status: number;
  text: string;
  ms: number;
}

/** @param body a list is sent in pieces */
function post(
  { token, projectId }: { token: string; projectId: string },
  headers: Record<string, string>,
  body: string | Buffer | Buffer[],
): Promise<Answer> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/v3/${projectId}/traces`,
      { method: 'POST', headers: { 'x-auth-token': token, ...headers }, agent },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - began }),
        );
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    if (Array.isArray(body)) for (const piece of body) sent.write(piece);
    else sent.write(body);
    sent.end();
  });
}

/** Of the service's own process, MB. */
const memory = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1000;

/** Looks at the service while an attack lasts. */
async function during(attack: () => Promise<unknown>) {
  let over = false;
  const worst = { healthz: 0, victim: 0, memory: 0 };
  const healthz = async () => {
    while (!over) {
      const began = performance.now();
      await fetch(`${server.url}/healthz`);
      worst.healthz = Math.max(worst.healthz, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const reporting = async () => {
    while (!over) {
      const body = JSON.stringify({ traces: [trace({ trace_id: randomUUID() })] });
      const { status, ms } = await post(victim, JSON_TYPE, body);
      expect(status).toBe(201);
      worst.victim = Math.max(worst.victim, ms);
      worst.memory = Math.max(worst.memory, memory());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const watching = Promise.all([healthz(), reporting()]);
  try {
    await attack();
  } finally {
    over = true;
    await watching;
  }
  console.info(worst);
  expect(worst.healthz).toBeLessThan(HEALTHZ_MS);
  expect(worst.victim).toBeLessThan(VICTIM_MS);
  expect(worst.memory).toBeLessThan(MOST_MEMORY);
}

test.each([
  ['broken traces', `{"traces":[${'{"a":1},'.repeat(1_400_000)}1]}`],
  ['numbers', `{"traces":[${'1,'.repeat(5_900_000)}1]}`],
  ['lists in lists', `{"traces":[${'[[]],'.repeat(2_300_000)}1]}`],
])('a small gzip of millions of %s is refused at the bound', async (_, text) => {
  const bomb = gzipSync(text, { level: 9 });
  expect(bomb.length).toBeLessThan(40_000);
  await during(async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(server, { ...JSON_TYPE, ...GZIP }, bomb)),
    );
    for (const { status, text: told } of answers) {
      expect(status).toBe(413);
      expect(told).toContain('limit of 10000 traces');
    }
  });
  const { ms } = await post(server, { ...JSON_TYPE, ...GZIP }, bomb);
  expect(ms).toBeLessThan(2_000);
});

test('millions of broken lines are refused at the bound, the answer is short', async () => {
  const bomb = gzipSync('1\n'.repeat(4_000_000), { level: 9 });
  await during(async () => {
    const { status, text } = await post(server, { ...NDJSON_TYPE, ...GZIP }, bomb);
    expect(status).toBe(413);
    expect(text.length).toBeLessThan(1_000);
  });
});

test('of thousands of broken traces the first hundred are told and all are counted', async () => {
  for (const [headers, body] of [
    [JSON_TYPE, `{"traces":[${Array.from({ length: 5_000 }, () => '{"time":"x"}').join(',')}]}`],
    [NDJSON_TYPE, '{"time":"x"}\n'.repeat(5_000)],
  ] as const) {
    const { status, text } = await post(server, headers, body);
    expect(status).toBe(400);
    const answer = JSON.parse(text) as { rejected: unknown[]; rejected_count: number };
    expect(answer.rejected).toHaveLength(100);
    expect(answer.rejected_count).toBe(5_000);
  }
});

test('a long line in thousands of pieces holds nobody up', async () => {
  const pieces = [
    Buffer.alloc(11_000_000, 'x'),
    ...Array.from({ length: 2_000 }, () => Buffer.from('yyyyyy')),
    Buffer.from('\n'),
  ];
  await during(async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => post(server, NDJSON_TYPE, pieces)));
    for (const { status, text } of answers)
      expect([status, text]).toEqual([400, expect.stringContaining('larger')]);
  });
});

test('text that leads a mask on holds nobody up', async () => {
  const requests = [
    `token${'\\'.repeat(50_000)}`,
    '"password":'.repeat(5_000),
    '{"token":{'.repeat(5_000),
    `{"a":"${'\\u0022token\\u0022:'.repeat(3_000)}`,
  ];
  const body = JSON.stringify({
    traces: Array.from({ length: 100 }, (_, i) => trace({ request: requests[i % requests.length] })),
  });
  await during(async () => {
    for (let i = 0; i < 5; i++) expect((await post(server, JSON_TYPE, body)).status).toBe(201);
  });
});

test('an account that sends large bodies on 64 connections without end delays another by less than the bound', async () => {
  const one = JSON.stringify(trace({ request: 'x'.repeat(1_000) }));
  const body = gzipSync(`{"traces":[${Array.from({ length: 9_000 }, () => one).join(',')}]}`, { level: 1 });
  const end = Date.now() + 15_000;
  await during(async () => {
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (Date.now() < end) {
          const { status } = await post(server, { ...JSON_TYPE, ...GZIP }, body);
          expect([201, 429, 503]).toContain(status);
          if (status !== 201) await new Promise((resolve) => setTimeout(resolve, 500));
        }
      }),
    );
  });
});

test('a trace whose unknown members look like broken JSON with secrets is listed, and so are its neighbours', async () => {
  const nasty = [
    'curl "https://api.example.com/v1?access_token=abc" -s',
    '{"user":"x","password":"secr',
    'sent "password": hunter2',
  ].map((command_line) => trace({ command_line }));
  const { status } = await post(victim, JSON_TYPE, JSON.stringify({ traces: nasty }));
  expect(status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const answer = await fetch(`${server.url}/v3/${victim.projectId}/traces?limit=50`, {
    headers: { 'x-auth-token': victim.token },
  });
  expect(answer.status).toBe(200);
  const { traces } = (await answer.json()) as { traces: { command_line?: string }[] };
  const shown = traces.flatMap(({ command_line }) => command_line ?? []);
  expect(shown).toHaveLength(3);
  expect(shown.join()).not.toMatch(/=abc|secr$|hunter2/);
});
