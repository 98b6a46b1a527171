// Ten million traces in the trace store, and the queries of the trace list over them, through HTTP.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startEngine } from '../server/dist/engine/index.js';
import { clickhouseStore, connect } from '../server/dist/traces/index.js';
import { percentile } from './load.mjs';
import { startServer } from './server.mjs';
import { TraceGenerator } from './traces.mjs';

const BATCH = 50_000;
const DAYS = 7;
const DAY = 86_400_000;
/** One trace of so many has a request with words that no other has. */
const RARE = 500_000;
const RARE_TEXT = 'moved to the quarantine shelf after the audit';
const silent = {
  warn() {},
  error(...detail) {
    process.stderr.write(`${JSON.stringify(detail)}\n`);
  },
};

/** Fills a store once, 60 % of it in the project that is queried; a store that is there is used again the same day. */
export async function loadStore(directory, rows, progress) {
  const notes = path.join(directory, 'bench.json');
  const today = new Date().toISOString().slice(0, 10);
  const known = existsSync(notes) ? JSON.parse(readFileSync(notes, 'utf8')) : undefined;
  if (known?.rows === rows && known.today === today) return known;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const server = await startServer(directory);
  const { project } = server;
  await server.stop();

  const engine = await startEngine({
    dataDir: path.join(directory, 'engine'),
    memory: 4 * 1024 ** 3,
    log: silent,
  });
  const store = clickhouseStore({
    server: { socketPath: engine.socketPath },
    database: 'opencts',
    cluster: '',
  });
  await store.migrate();
  const generator = new TraceGenerator(3);
  const end = Date.now() - 60_000;
  const rowMs = (DAYS * DAY - 3_600_000) / rows;
  // The engine inserts one batch while the next is made.
  let inserting = Promise.resolve();
  for (let done = 0; done < rows; ) {
    const count = Math.min(BATCH, rows - done);
    const byDay = new Map();
    for (let i = 0; i < count; i++) {
      const time = Math.floor(end - (rows - done - i) * rowMs);
      const day = Math.floor(time / DAY);
      if (!byDay.has(day)) byDay.set(day, []);
      byDay
        .get(day)
        .push(`${JSON.stringify(lineOf(generator, project, time, (done + i) % RARE === RARE / 2))}\n`);
    }
    await inserting;
    const token = `bench-${done}`;
    inserting = Promise.all(
      [...byDay].map(([day, lines]) => store.insert(Buffer.from(lines.join('')), `${token}-${day}`)),
    );
    done += count;
    progress(done);
  }
  await inserting;
  await merged(store);
  const { bytes } = await store.size();
  const textIndexes = await textIndexBytes(engine.socketPath);
  await store.close();
  await engine.stop();
  const result = {
    rows,
    today,
    project,
    bytesPerTrace: bytes / rows,
    indexBytesPerTrace: textIndexes / rows,
  };
  writeFileSync(notes, JSON.stringify(result));
  return result;
}

function lineOf(generator, project, time, isRare) {
  const { user, code, ...trace } = generator.trace(time);
  const isOfProject = generator.next() < 0.6;
  if (isRare) trace.request = JSON.stringify({ ...JSON.parse(trace.request), description: RARE_TEXT });
  return {
    ...trace,
    code: Number(code),
    user: JSON.stringify(user),
    event_type: 'system',
    tracker_name: 'system',
    project_id: isOfProject || isRare ? project : 'b'.repeat(32),
    domain_id: user.domain.id,
    record_time: time + 200,
    trace_id: generator.uuid(),
  };
}

/** What the indexes of words and ids take on disk. */
async function textIndexBytes(socketPath) {
  const client = connect({ socketPath }, { connections: 1, own: true });
  try {
    const answer = await client.query({
      query: `SELECT sum(data_compressed_bytes + marks_bytes) AS bytes FROM system.data_skipping_indices
              WHERE database = 'opencts' AND name IN ('ix_words', 'ix_ids')`,
      format: 'JSONEachRow',
    });
    const [{ bytes }] = await answer.json();
    return Number(bytes);
  } finally {
    await client.close();
  }
}

/** Gives merges, and the indexes of text, the time that they have in life. */
async function merged(store) {
  for (let before = -1, same = 0; same < 4; ) {
    await store.tend();
    const { bytes } = await store.size();
    same = bytes === before ? same + 1 : 0;
    before = bytes;
    await new Promise((resolve) => setTimeout(resolve, 5000));
  }
}

/** An id that only the request of a trace has. */
const idIn = ({ request }) => /"imageRef":"([^"]+)"/.exec(request)[1];

/** Each query several times, over the whole week unless it says otherwise. */
export async function measureQueries(directory, repeats) {
  const server = await startServer(directory);
  const now = Date.now();
  const week = `from=${now - DAYS * DAY}&to=${now}`;
  const day = `from=${now - 3 * DAY}&to=${now - 2 * DAY}`;
  const read = async (route) => {
    const response = await server.get(route);
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return response.headers.get('content-type').includes('json') ? response.json() : response.text();
  };
  const { traces, meta_data } = await read(`/traces?${week}&limit=50`);
  const some = traces[17];
  const older = await read(`/traces?from=${now - 6 * DAY}&to=${now - 5 * DAY}&limit=50`);
  const deep = older.meta_data.marker;
  const rare = (await read(`/traces/facets?${week}&field=user&limit=1000`)).values.at(-1).value;
  const one = 'p95 60 ms';
  const shapes = [
    ['newest 50', `/traces?${week}&limit=50`, one],
    ['the page behind it', `/traces?${week}&limit=50&next=${meta_data.marker}`, one],
    ['a page six days back', `/traces?${week}&limit=50&next=${deep}`, one],
    ['trace source, one day', `/traces?${day}&limit=50&service_type=SVC3`, one],
    ['status incident', `/traces?${week}&limit=50&trace_rating=incident`, one],
    ['trace name', `/traces?${week}&limit=50&trace_name=${some.trace_name}`, one],
    ['operator', `/traces?${week}&limit=50&user=user3`, one],
    ['resource name', `/traces?${week}&limit=50&resource_name=${some.resource_name}`, one],
    ['resource id', `/traces?${week}&limit=50&resource_id=${some.resource_id}`, one],
    ['trace id', `/traces?trace_id=${some.trace_id}`, one],
    [
      'rare operator and trace source',
      `/traces?${week}&limit=50&user=${rare}&service_type=SVC30`,
      'p95 200 ms',
    ],
    ['rare operator and status', `/traces?${week}&limit=50&user=${rare}&trace_rating=incident`, 'p95 200 ms'],
    ...[
      ['a rare word in a request', 'quarantine', 'p95 300 ms'],
      ['a rare phrase', '"quarantine shelf"', ''],
      ['a frequent word', 'ssd', 'p95 500 ms'],
      ['a frequent phrase', '"volumetype":"SSD"', ''],
      ['a word that is nowhere', 'nowhere', ''],
      ['an id within requests', idIn(older.traces[17]), ''],
      ['a network', 'ip:192.0.3.0/24', ''],
      ['a member of requests', `request.server.name:server-4711`, ''],
      ['a rare word, NOT of a source', 'quarantine NOT source:SVC0', ''],
      ['failed, NOT of a user', 'status:failed NOT user:user0', ''],
      ['two operations with OR', 'name:deleteVolume1 OR name:attachVolume13', ''],
    ].map(([what, q, target]) => [
      `${what}: ${q}`,
      // Each time another question to the engine, which remembers where it has found nothing.
      (i) => `/traces?from=${now - DAYS * DAY + i}&to=${now}&limit=50&q=${encodeURIComponent(q)}`,
      target,
    ]),
    ['export of 5,000, one day', `/traces/export?${day}`, ''],
    ['distinct operators', `/traces/facets?${week}&field=user`, ''],
    ['what is new within a day (overview)', '/traces/firsts', ''],
    ['histogram, one day', `/traces/histogram?${day}`, ''],
    ['histogram, seven days', `/traces/histogram?${week}`, '150 ms'],
  ];
  const results = [];
  for (const [what, route, target] of shapes) {
    const routeOf = (i) => (typeof route === 'string' ? route : route(i));
    await read(routeOf(repeats));
    const times = [];
    for (let i = 0; i < repeats; i++) {
      const began = performance.now();
      await read(routeOf(i));
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    results.push({ what, p50: percentile(times, 0.5), p95: percentile(times, 0.95), target });
  }
  results.push({ what: 'resident memory after these queries', memory: server.memory(), target: '' });
  await server.stop();
  return results;
}
