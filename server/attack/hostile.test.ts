import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { Receiver } from '../src/testing/receiver.ts';
import {
  type Caller,
  makeAccount,
  memoryOf,
  metric,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

/** A day of hostile traffic is a million requests: `npm run test:hostile`. */
const REQUESTS = Number(process.env.OPENCTS_HOSTILE_REQUESTS ?? 60_000);
/** A machine that is shared does some hundred requests a second. */
const TIMEOUT_MS = 900_000 + 5 * REQUESTS;
const SEED = Number(process.env.OPENCTS_HOSTILE_SEED ?? Date.now() % 1_000_000);
const CONNECTIONS = 48;
const HOSTILE_ACCOUNTS = 4;
/** What `docs/limits.md` promises of all processes of the service. */
const MEMORY_MB = 2_000;
const BUCKET = 'evidence';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function call(url: string, method: string, route: string, token: string, body?: object) {
  const response = await fetch(`${url}${route}`, {
    method,
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status >= 300) throw new Error(`${method} ${route}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** Transfer to a bucket, and each deleteServer to a receiver. */
async function furnish(server: RunningServer, { token, projectId }: Caller, receiver: Receiver) {
  await call(server.url, 'PUT', `/v3/${projectId}/tracker`, token, {
    tracker_type: 'system',
    tracker_name: 'system',
    obs_info: { bucket_name: BUCKET, is_obs_created: true },
  });
  const topics = `/v2/${projectId}/notifications/topics`;
  const { topic_urn } = await call(server.url, 'POST', topics, token, { name: 'alerts' });
  await call(server.url, 'POST', `${topics}/${topic_urn}/subscriptions`, token, {
    protocol: 'http',
    endpoint: `${receiver.url}/hook`,
  });
  await until(async () => receiver.of('SubscriptionConfirmation').length > 0);
  await fetch(receiver.of('SubscriptionConfirmation')[0]?.body.subscribe_url);
  await call(server.url, 'POST', `/v3/${projectId}/notifications`, token, {
    notification_name: 'deletions',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic_urn,
  });
}

/** Does something again and again; keeps how long each time took, in ms. */
function repeatedly(everyMs: number, signal: AbortSignal, work: () => Promise<void>) {
  const took: number[] = [];
  const done = (async () => {
    while (!signal.aborted) {
      const began = performance.now();
      await work();
      took.push(performance.now() - began);
      await pause(everyMs);
    }
  })();
  return { took, done };
}

/** What every report has to wait for, whoever else is there: a write that is on the disk. */
async function writeSynced(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile('x');
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

const longest = (took: number[]) => Math.round(Math.max(...took));

/** Ids in the trace files of the bucket, with how often each is there. */
async function archived(directory: string): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const root = path.join(directory, 'objects', BUCKET);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/CloudTrace_.*\.json\.gz$/.test(entry.name)) continue;
    const text = gunzipSync(await readFile(path.join(entry.parentPath, entry.name))).toString('utf8');
    for (const { trace_id } of JSON.parse(text) as { trace_id: string }[]) {
      seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
    }
  }
  return seen;
}

test(
  `a day of hostile traffic costs a well-behaved account nothing (seed ${SEED})`,
  async () => {
    const directory = await temporaryDirectory();
    const elsewhere = await temporaryDirectory();
    const receiver = await new Receiver().start();
    const server = await startServer(directory, {
      OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
      OPENCTS_TRANSFER_CYCLE: '10',
      OPENCTS_CANARY_SECONDS: '2',
    });
    onTestFailed(() => console.log(server.log.slice(-30).join('\n')));
    onTestFinished(async () => {
      if (server.process.exitCode === null) await server.kill();
      await receiver.stop();
      await removeDirectory(directory);
      await removeDirectory(elsewhere);
    });
    const good = await makeAccount(server, 'well-behaved');
    await furnish(server, good, receiver);
    let accounts = 0;
    const hostileAccount = async () => {
      const name = `hostile-${accounts++}`;
      await makeAccount(server, name);
      return { name, user: 'root', password: PASSWORD, project: 'local' };
    };
    const hostile = [];
    for (let i = 0; i < HOSTILE_ACCOUNTS; i++) hostile.push(await hostileAccount());

    const attack = spawn(process.execPath, [path.join(import.meta.dirname, 'hostile/traffic.mjs')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    createInterface({ input: attack.stderr }).on('line', async (line) => {
      console.log(line);
      // Some of what they do locks themselves out: others go on.
      if (line.startsWith('{"lost"')) attack.stdin.write(`${JSON.stringify(await hostileAccount())}\n`);
    });
    let output = '';
    attack.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => attack.once('exit', resolve));
    attack.stdin.write(
      `${JSON.stringify({
        url: server.url,
        requests: REQUESTS,
        connections: CONNECTIONS,
        seed: SEED,
        accounts: hostile,
        victim: [good.projectId, good.userId, server.projectId, BUCKET],
      })}\n`,
    );

    const over = new AbortController();
    const reported: { id: string; name: string }[] = [];
    const get = async (route: string) => {
      const response = await fetch(`${server.url}${route}`, { headers: { 'x-auth-token': good.token } });
      expect([response.status, response.status === 200 ? '' : await response.text()]).toEqual([200, '']);
      await response.arrayBuffer();
    };
    const reports = repeatedly(50, over.signal, async () => {
      const id = randomUUID();
      const name = reported.length % 5 === 0 ? 'deleteServer' : 'createServer';
      await call(server.url, 'POST', `/v3/${good.projectId}/traces`, good.token, {
        traces: [trace({ trace_id: id, trace_name: name })],
      });
      reported.push({ id, name });
    });
    const lists = repeatedly(300, over.signal, () => get(`/v3/${good.projectId}/traces?limit=50`));
    const trackers = repeatedly(300, over.signal, () => get(`/v3/${good.projectId}/trackers`));
    const health = repeatedly(50, over.signal, () => get('/healthz'));
    const disk = repeatedly(50, over.signal, () => writeSynced(path.join(elsewhere, 'probe')));
    let memory = 0;
    const watch = repeatedly(500, over.signal, async () => {
      memory = Math.max(memory, memoryOf(server.process.pid as number));
    });
    const all = [reports, lists, trackers, health, disk, watch];
    await Promise.race([ended, Promise.all(all.map(({ done }) => done))]);
    over.abort();
    await Promise.all(all.map(({ done }) => done));
    expect(await ended, 'the traffic itself').toBe(0);

    const attacked = JSON.parse(output) as {
      sent: number;
      statuses: Record<string, number>;
      failures: unknown[];
      hangs: unknown[];
    };
    console.log(
      JSON.stringify({
        ...attacked,
        failures: attacked.failures.length,
        hangs: attacked.hangs.length,
        reports: reports.took.length,
        longest: {
          report: longest(reports.took),
          list: longest(lists.took),
          trackers: longest(trackers.took),
          healthz: longest(health.took),
          disk: longest(disk.took),
        },
        memory: Math.round(memory),
      }),
    );
    expect(attacked.failures).toEqual([]);
    expect(attacked.hangs).toEqual([]);
    expect(attacked.sent).toBeGreaterThanOrEqual(REQUESTS);
    expect(memory).toBeLessThan(MEMORY_MB);

    const wanted = reported.map(({ id }) => id);
    // Everything is in the list, once.
    await until(async () => (await metric(server, 'opencts_follower_lag_traces{follower="indexer"}')) === 0);
    const listed = new Map<string, number>();
    for (let next = ''; ; ) {
      const page = await call(
        server.url,
        'GET',
        `/v3/${good.projectId}/traces?limit=200&service_type=ECS&from=${Date.now() - 86_400_000}${next && `&next=${next}`}`,
        good.token,
      );
      for (const { trace_id } of page.traces) listed.set(trace_id, (listed.get(trace_id) ?? 0) + 1);
      if (page.meta_data.marker === null) break;
      next = page.meta_data.marker;
    }
    expect(wanted.filter((id) => listed.get(id) !== 1)).toEqual([]);
    expect(listed.size).toBe(wanted.length);
    // Everything is in the archive, once.
    await until(async () => {
      const seen = await archived(directory);
      return wanted.every((id) => seen.has(id));
    });
    const files = await archived(directory);
    expect(wanted.filter((id) => files.get(id) !== 1)).toEqual([]);
    // Every key event came.
    const keyEvents = reported.filter(({ name }) => name === 'deleteServer').map(({ id }) => id);
    const told = () =>
      new Set(
        receiver.of('Notification').map(({ body }) => JSON.parse(body.message).trace.trace_id as string),
      );
    await until(async () => keyEvents.every((id) => told().has(id)));
    // Its own configuration stands as it was, and the canary never missed a turn.
    const { trackers: mine } = await call(server.url, 'GET', `/v3/${good.projectId}/trackers`, good.token);
    expect(mine).toMatchObject([{ status: 'enabled', obs_info: { bucket_name: BUCKET } }]);
    expect(await metric(server, 'opencts_canary_failures_total')).toBe(0);
    // Nobody waited longer than a second, but for what the disk itself makes wait.
    const most = 1000 + longest(disk.took);
    expect(longest(reports.took), 'a report').toBeLessThan(most);
    expect(longest(lists.took), 'a page of the list').toBeLessThan(most);
    expect(longest(trackers.took), 'a look at the trackers').toBeLessThan(most);
    expect(longest(health.took), 'healthz').toBeLessThan(most);

    expect(await server.stop()).toBe(0);
  },
  TIMEOUT_MS,
);
