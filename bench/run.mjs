// npm run bench [-- SECTION… --quick]: measures the real service and prints a table.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { findChromium } from '../browser/chromium.mjs';
import { measureArchive, measureSearch, realTraces, syntheticTraces } from './archive.mjs';
import { measureConsole } from './console.mjs';
import { percentile } from './load.mjs';
import { postgresIngest, postgresPath, postgresQueries } from './postgres.mjs';
import { loadStore, measureQueries } from './queries.mjs';
import { startReceiver } from './receiver.mjs';
import { drained, startServer } from './server.mjs';
import { measureVerify } from './verify.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string', default: path.join(os.tmpdir(), 'opencts-bench-store') },
    rows: { type: 'string' },
  },
});
const SECTIONS = [
  'start',
  'ingest',
  'latency',
  'disk',
  'queries',
  'archive',
  'verify',
  'search',
  'notify',
  'console',
];
const wanted = positionals.length > 0 ? positionals : SECTIONS;
const seconds = values.quick ? 5 : 15;
const results = [];

/** One line of the table. */
function note(section, what, figure, target = '', peer = '') {
  results.push({ section, what, figure, target, peer });
  process.stdout.write(
    `  ${what.padEnd(58)} ${String(figure).padStart(24)}   ${target.padEnd(22)} ${peer}\n`,
  );
}

const perSecond = (count, took) => `${Math.round(count / took).toLocaleString('en')} /s`;
const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const mb = (value) => `${Math.round(value)} MB`;

/** The load runs in a process of its own. */
async function load(server, options) {
  const flags = Object.entries({
    url: server.url,
    token: server.token,
    project: server.project,
    ...options,
  }).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(import.meta.dirname, 'load.mjs'),
    ...flags,
  ]);
  return JSON.parse(stdout);
}

async function withServer(work, env) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'opencts-bench-'));
  const server = await startServer(path.join(directory, 'data'), env);
  try {
    return await work(server, path.join(directory, 'data'));
  } finally {
    await server.stop().catch(() => undefined);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ingest() {
  for (const [connections, batch, target] of [
    [1, 1, ''],
    [64, 1, '20,000 /s, p99 10 ms'],
    [1, 100, ''],
    [64, 100, ''],
    [1, 500, ''],
    [64, 500, ''],
  ]) {
    await withServer(async (server) => {
      await load(server, { connections, batch, seconds: 3 });
      const {
        traces,
        seconds: took,
        p50,
        p99,
        p999,
        max,
        failed,
      } = await load(server, { connections, batch, seconds });
      note(
        'ingest',
        `${batch} a request, ${connections} connections, traces`,
        perSecond(traces, took),
        target,
      );
      note(
        'ingest',
        '    p50 · p99 · p99.9 · longest · refused',
        `${ms(p50)} · ${ms(p99)} · ${ms(p999)} · ${ms(max)} · ${failed}`,
      );
    });
  }
  await withServer(async (server) => {
    await load(server, { connections: 16, batch: 500, seconds: 3 });
    await drained(server);
    const before = await server.metric('opencts_indexed_traces_total');
    const began = performance.now();
    let memory = 0;
    const watch = setInterval(() => {
      memory = Math.max(memory, server.memory());
    }, 500);
    await load(server, { connections: 16, batch: 500, seconds: values.quick ? 10 : 60 });
    await drained(server);
    clearInterval(watch);
    const took = (performance.now() - began) / 1000;
    const count = (await server.metric('opencts_indexed_traces_total')) - before;
    note(
      'ingest',
      'sustained, 500 a request, until all are searchable',
      perSecond(count, took),
      '60,000 /s',
      'PostgreSQL: below',
    );
    note('ingest', 'resident memory under full ingest, all processes, highest', mb(memory), '1,200 MB');
  });
  if (postgresPath()) {
    for (const { what, figure } of await postgresIngest(seconds))
      note('ingest', what, figure, '', 'PostgreSQL');
  } else {
    process.stdout.write('  PostgreSQL is not installed: no peer beside these figures\n');
  }
}

async function latency() {
  await withServer(async (server) => {
    const { p50, p99 } = await load(server, { connections: 1, batch: 1, seconds, 'pause-ms': 20 });
    note('latency', 'acknowledgement of a single trace, idle, p50 · p99', `${ms(p50)} · ${ms(p99)}`, '5 ms');
    const lags = [];
    for (let i = 0; i < (values.quick ? 20 : 100); i++) {
      const trace = {
        trace_name: 'bench',
        trace_type: 'SystemAction',
        service_type: 'CTS',
        resource_type: 'bench',
        time: Date.now(),
      };
      const response = await fetch(`${server.url}/v3/${server.project}/traces?trace_ids=true`, {
        method: 'POST',
        headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
        body: JSON.stringify({ traces: [trace] }),
      });
      const { trace_ids } = await response.json();
      const acknowledged = performance.now();
      for (;;) {
        const { traces } = await (await server.get(`/traces?trace_id=${trace_ids[0]}`)).json();
        if (traces.length > 0) break;
      }
      lags.push(performance.now() - acknowledged);
    }
    lags.sort((a, b) => a - b);
    note(
      'latency',
      'acknowledged → in the trace list, p50 · p99',
      `${ms(percentile(lags, 0.5))} · ${ms(percentile(lags, 0.99))}`,
      'p99 1 s',
    );
  });
}

async function start() {
  const times = [];
  for (let i = 0; i < 3; i++) await withServer(async (server) => times.push(server.startMs));
  note(
    'start',
    'start to first answer, empty data directory, median',
    ms(times.sort((a, b) => a - b)[1]),
    '3 s',
  );
  await withServer(async (server) => {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    note('start', 'resident memory, idle, all processes', mb(server.memory()), '450 MB');
  });
  const directory = mkdtempSync(path.join(os.tmpdir(), 'opencts-bench-'));
  const data = path.join(directory, 'data');
  // The trace store is an address where nobody answers, so that the journal keeps everything.
  const server = await startServer(data);
  process.kill(
    Number((await promisify(execFile)('pgrep', ['-f', `${data}/engine`])).stdout.trim().split('\n')[0]),
    'SIGSTOP',
  );
  while (sizeOf(path.join(data, 'journal')) < 1e9)
    await load(server, { connections: 8, batch: 500, seconds: 3 });
  await server.stop('SIGKILL');
  const again = await startServer(data);
  note('start', 'start after kill -9 with 1 GB of journal', ms(again.startMs), '10 s');
  await again.stop('SIGKILL');
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

function sizeOf(directory) {
  return readdirSync(directory, { withFileTypes: true }).reduce((sum, entry) => {
    const full = path.join(directory, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(full) : statSync(full).size);
  }, 0);
}

async function queries() {
  const rows = Number(values.rows ?? (values.quick ? 500_000 : 10_000_000));
  const { bytesPerTrace, indexBytesPerTrace } = await loadStore(values.data, rows, (done) =>
    process.stderr.write(`\r  loading ${done.toLocaleString('en')} of ${rows.toLocaleString('en')} traces `),
  );
  process.stderr.write('\r\x1b[K');
  note(
    'disk',
    `hot, ${rows.toLocaleString('en')} traces of 1.2 kB, bytes a trace`,
    Math.round(bytesPerTrace),
    '260',
    'PostgreSQL 1,572–1,900',
  );
  note('disk', '… of them the indexes of words and ids', Math.round(indexBytesPerTrace), '60');
  for (const { what, p50, p95, target, memory } of await measureQueries(
    values.data,
    values.quick ? 10 : 40,
  )) {
    note(
      'queries',
      `${what}, p50 · p95`,
      memory === undefined ? `${ms(p50)} · ${ms(p95)}` : mb(memory),
      target,
    );
  }
  if (postgresPath()) {
    for (const { what, p50, p95 } of await postgresQueries(Math.min(rows, 2_000_000)))
      note('queries', `${what}, p50 · p95`, `${ms(p50)} · ${ms(p95)}`, '', 'PostgreSQL, 2 M rows');
  }
}

async function archive() {
  const real = realTraces();
  if (real) {
    const { bytesPerTrace, lineBytes } = await measureArchive(real, real.length);
    note(
      'archive',
      `real traces of ${Math.round(lineBytes)} bytes, sorted by source, json.gz`,
      `${Math.round(bytesPerTrace)} bytes`,
      '150 bytes',
    );
  }
  const rows = Number(values.rows ?? (values.quick ? 200_000 : 2_000_000));
  const { rate, memory, lineBytes } = await measureArchive(syntheticTraces(rows), rows);
  const size = `${rows.toLocaleString('en')} traces of ${Math.round(lineBytes)} bytes`;
  note('archive', `transfer of ${size} to files`, perSecond(rate, 1), '80,000 /s');
  note('archive', 'resident memory before · highest', `${mb(memory.before)} · ${mb(memory.highest)}`, 'flat');
}

async function verify() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'opencts-bench-verify-'));
  try {
    const { files, bytes, verify, peer, memory } = await measureVerify(directory);
    const what = `${files} files of ${mb(bytes / 1024 ** 2)} in a folder`;
    note(
      'verify',
      `opencts verify, ${what}`,
      `${mb(verify)}/s`,
      '300 MB/s or 80 %',
      `sha256sum ${mb(peer)}/s, ${Math.round((100 * verify) / peer)} %`,
    );
    note('verify', 'its resident memory, highest', mb(memory), 'flat');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function search() {
  const rows = Number(values.rows ?? (values.quick ? 500_000 : 10_000_000));
  const root = path.join(os.tmpdir(), `opencts-bench-archive-${rows}`);
  const { measured, files, bytes } = await measureSearch(root, rows, (done) =>
    process.stderr.write(
      `\r  archiving ${done.toLocaleString('en')} of ${rows.toLocaleString('en')} traces `,
    ),
  );
  process.stderr.write('\r\x1b[K');
  note(
    'search',
    `${rows.toLocaleString('en')} archived traces, files · bytes`,
    `${files} · ${mb(bytes / 1024 ** 2)}`,
  );
  for (const { what, seconds: took, found, traces, peer } of measured) {
    note(
      'search',
      `${what}: ${found.toLocaleString('en')} found, time · rate`,
      `${took.toFixed(1)} s · ${perSecond(traces, took)}`,
      '',
      peer === undefined ? '' : `zgrep -F ${peer.toFixed(1)} s`,
    );
  }
}

/** Every trace to one receiver, in batches: whether it keeps up, and what it costs. */
async function feed() {
  const receiver = await startReceiver();
  try {
    await withServer(
      async (server) => {
        await tell(server, receiver, { batch: { traces: 1000, seconds: 1 } }, { operation_type: 'complete' });
        const began = performance.now();
        const { traces, seconds: took } = await load(server, { connections: 16, batch: 500, seconds });
        await drained(server);
        const left = traces - receiver.traces();
        while (receiver.traces() < traces) {
          if (performance.now() - began > 300_000) throw new Error(`${receiver.traces()} of ${traces} came`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        const all = (performance.now() - began) / 1000;
        note('notify', 'ingest while every trace goes to one receiver', perSecond(traces, took));
        note('notify', '… until the receiver has them all', `${perSecond(traces, all)}, ${all.toFixed(1)} s`);
        note(
          'notify',
          '… traces that it did not have yet when the indexer was done',
          left.toLocaleString('en'),
        );
      },
      { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' },
    );
  } finally {
    await receiver.stop();
  }
}

/** From the acknowledgement of a key event to the HTTP receiver, while nothing else happens. */
async function keyEvent() {
  const receiver = await startReceiver();
  try {
    await withServer(
      async (server) => {
        const operation = { service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] };
        await tell(server, receiver, {}, { operation_type: 'customized', operations: [operation] });
        const call = caller(server);
        const lags = [];
        for (let i = 0; i < (values.quick ? 20 : 100); i++) {
          const user = { name: 'jane', domain: { id: 'd' } };
          const { service_type, resource_type } = operation;
          const trace = {
            trace_name: 'deleteServer',
            trace_type: 'ApiCall',
            service_type,
            resource_type,
            user,
          };
          const told = receiver.next();
          await call('POST', `/v3/${server.project}/traces`, { traces: [{ ...trace, time: Date.now() }] });
          const acknowledged = performance.now();
          await told;
          lags.push(Math.max(performance.now() - acknowledged, 0));
        }
        lags.sort((a, b) => a - b);
        note(
          'notify',
          'a key event: acknowledged → at the HTTP receiver, p50 · p99',
          `${ms(percentile(lags, 0.5))} · ${ms(percentile(lags, 0.99))}`,
          '1 s',
        );
      },
      { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' },
    );
  } finally {
    await receiver.stop();
  }
}

/** A topic that the receiver subscribes to, and a notification of it. */
async function tell(server, receiver, extension, notification) {
  const call = caller(server);
  const { topic_urn } = await call('POST', `/v2/${server.project}/notifications/topics`, { name: 'bench' });
  await call('POST', `/v2/${server.project}/notifications/topics/${topic_urn}/subscriptions`, {
    protocol: 'http',
    endpoint: receiver.url,
    extension,
  });
  while (!receiver.confirmed()) await new Promise((resolve) => setTimeout(resolve, 50));
  await call('POST', `/v3/${server.project}/notifications`, {
    notification_name: 'bench',
    topic_id: topic_urn,
    ...notification,
  });
}

const caller = (server) => async (method, path, body) => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
};

/** 100 notifications of 1,000 operations each: some are reported now and then, most never. */
async function addNotifications(server) {
  const call = caller(server);
  const { topic_urn } = await call('POST', `/v2/${server.project}/notifications/topics`, { name: 'bench' });
  const nouns = ['server', 'volume', 'bucket', 'vpc', 'subnet', 'key', 'secret', 'user', 'role', 'cluster'];
  for (let rule = 0; rule < 100; rule++) {
    const operations = Array.from({ length: 40 }, (_, service) => ({
      service_type: `SVC${service}`,
      resource_type: nouns[(rule + service) % nouns.length],
      trace_names: Array.from({ length: 25 }, (_, i) =>
        i === 0 ? `deleteVolume${rule + 200}` : `op${rule}x${i}`,
      ),
    }));
    await call('POST', `/v3/${server.project}/notifications`, {
      notification_name: `n${rule}`,
      operation_type: 'customized',
      operations,
      notify_user_list: rule % 2 ? [{ user_group: 'g', user_list: ['user1', 'user2'] }] : [],
      filter: { condition: 'AND', is_support_filter: true, rule: ['trace_rating != normal'] },
      topic_id: topic_urn,
    });
  }
}

/** What matching costs: the same load without and with notifications, in turns, since the machine's speed drifts. */
async function notify() {
  const rates = { without: [], with: [] };
  for (let round = 0; round < (values.quick ? 1 : 3); round++) {
    for (const kind of ['without', 'with']) {
      await withServer(async (server) => {
        if (kind === 'with') await addNotifications(server);
        await load(server, { connections: 16, batch: 500, seconds: 3 });
        const began = performance.now();
        const { traces } = await load(server, { connections: 16, batch: 500, seconds });
        await drained(server);
        rates[kind].push(traces / ((performance.now() - began) / 1000));
      });
    }
  }
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [bare, ruled] = [median(rates.without), median(rates.with)];
  note('notify', 'sustained ingest without notifications', perSecond(bare, 1));
  note(
    'notify',
    '… with 100 notifications of 1,000 operations each',
    `${perSecond(ruled, 1)} (${Math.round((ruled / bare) * 100)} %)`,
    '90 %',
  );
  await keyEvent();
  await feed();
}

/** What the console costs a browser; left out where there is none. */
async function consoleSection() {
  const executablePath = findChromium();
  if (!executablePath) {
    process.stdout.write('  skipped: there is no Chromium; name one by CHROMIUM\n');
    return;
  }
  await withServer(async (server) => {
    await load(server, { connections: 1, batch: 500, seconds: 3 });
    await drained(server);
    const kb = (bytes) => `${Math.round(bytes / 1000)} kB`;
    const measured = await measureConsole(server, executablePath);
    note('console', 'script of the sign-in page, compressed', kb(measured.signIn));
    note('console', '… until the trace list is filled', kb(measured.list), '300 kB');
    note(
      'console',
      `${measured.rows.toLocaleString('en')} rows loaded by scrolling`,
      `${measured.seconds.toFixed(1)} s`,
    );
    const { p50, p95 } = measured.frames;
    note('console', '… scrolled through: a frame', `p50 ${ms(p50)}, p95 ${ms(p95)}`, '17 ms: 60 a second');
    note('console', '… a row in the middle opened', ms(measured.open));
  });
}

const run = {
  start,
  ingest,
  latency,
  queries,
  archive,
  verify,
  search,
  notify,
  console: consoleSection,
  disk: async () => undefined,
};
process.stdout.write(`${os.cpus().length} cores, ${os.cpus()[0]?.model ?? ''}, Node ${process.version}\n`);
for (const section of wanted) {
  if (!run[section]) throw new Error(`there is no section ${section}; there are ${SECTIONS.join(', ')}`);
  process.stdout.write(`${section}\n`);
  await run[section]();
}
const directory = path.join(import.meta.dirname, 'results');
mkdirSync(directory, { recursive: true });
writeFileSync(
  path.join(directory, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`),
  JSON.stringify(results, null, 2),
);
