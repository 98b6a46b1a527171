// The same work on PostgreSQL, where it is installed: a private cluster, fsync on, six sensible indexes.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { percentile } from './load.mjs';
import { TraceGenerator } from './traces.mjs';

const DAY = 86_400_000;
const COLUMNS = [
  'project_id',
  'trace_id',
  'time',
  'trace_name',
  'trace_rating',
  'trace_type',
  'service_type',
  'resource_type',
  'resource_name',
  'resource_id',
  'user_name',
  'source_ip',
  'code',
  'api_version',
  'request_id',
  'request',
  'response',
  'user_json',
  'user_agent',
  'operation_id',
];
const TABLE = `CREATE TABLE traces (project_id text, trace_id uuid, time bigint, ${COLUMNS.slice(3)
  .map((name) => `${name} text`)
  .join(', ')});
CREATE INDEX ON traces (project_id, time DESC); CREATE UNIQUE INDEX ON traces (trace_id); CREATE INDEX ON traces (resource_id);
CREATE INDEX ON traces (resource_name); CREATE INDEX ON traces (user_name, time); CREATE INDEX ON traces (service_type, time);`;

/** The folder of the server's programs, or undefined. */
export function postgresPath() {
  const versions = existsSync('/usr/lib/postgresql')
    ? readdirSync('/usr/lib/postgresql').map((name) => `/usr/lib/postgresql/${name}/bin`)
    : [];
  return versions.find(
    (folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'pgbench')),
  );
}

async function withPostgres(work) {
  const bin = postgresPath();
  const directory = mkdtempSync(path.join(os.tmpdir(), 'opencts-bench-pg-'));
  // The server refuses to run as root: it runs as the user that Debian made for it.
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot
    ? {
        uid: Number(execFileSync('id', ['-u', 'postgres'])),
        gid: Number(execFileSync('id', ['-g', 'postgres'])),
      }
    : {};
  if (asRoot) chownSync(directory, identity.uid, identity.gid);
  const data = path.join(directory, 'data');
  execFileSync(path.join(bin, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust'], {
    ...identity,
    stdio: 'ignore',
    cwd: directory,
  });
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${directory}`,
    'shared_buffers=512MB',
    'max_connections=100',
    'max_wal_size=4GB',
    'work_mem=64MB',
  ];
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...identity, stdio: 'ignore', cwd: directory },
  );
  const psql = (...args) =>
    execFileSync(
      path.join(bin, 'psql'),
      ['-h', directory, '-U', 'bench', '-d', 'postgres', '-qAt', '-v', 'ON_ERROR_STOP=1', ...args],
      { maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] },
    ).toString();
  try {
    for (let tries = 0; ; tries++) {
      try {
        psql('-c', 'SELECT 1');
        break;
      } catch (error) {
        if (tries > 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    psql('-c', TABLE);
    return await work({ bin, directory, psql });
  } finally {
    server.kill('SIGINT');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(directory, { recursive: true, force: true });
  }
}

const literal = (value) => `'${String(value).replaceAll("'", "''")}'`;

function rowOf(generator, time) {
  const { user, ...trace } = generator.trace(time);
  return {
    project_id: generator.next() < 0.6 ? 'a'.repeat(32) : 'b'.repeat(32),
    trace_id: generator.uuid(),
    ...trace,
    user_name: user.name,
    user_json: JSON.stringify(user),
  };
}

/** Rows as INSERT of pgbench: the id is made anew by the server, the rest is one real row. */
function insertScript(rows) {
  const generator = new TraceGenerator(5);
  const tuples = Array.from({ length: rows }, () => {
    const row = rowOf(generator, Date.now());
    const values = COLUMNS.map((name) =>
      name === 'trace_id' || name === 'resource_id'
        ? `gen_random_uuid()${name === 'resource_id' ? '::text' : ''}`
        : name === 'time'
          ? row.time
          : literal(row[name]).replaceAll(':', ':'),
    );
    return `(${values.join(', ')})`;
  });
  return `INSERT INTO traces (${COLUMNS.join(', ')}) VALUES ${tuples.join(', ')};\n`;
}

/** Single rows and batches, each committed durably before the next, by 64 and 8 connections. */
export async function postgresIngest(seconds) {
  const results = [];
  for (const [rows, clients] of [
    [1, 64],
    [100, 8],
    [500, 8],
  ]) {
    await withPostgres(async ({ bin, directory }) => {
      const script = path.join(directory, 'insert.sql');
      writeFileSync(script, insertScript(rows), { mode: 0o644 });
      const output = execFileSync(
        path.join(bin, 'pgbench'),
        [
          '-h',
          directory,
          '-U',
          'bench',
          '-n',
          '-c',
          String(clients),
          '-j',
          '1',
          '-T',
          String(seconds),
          '-f',
          script,
          'postgres',
        ],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      ).toString();
      const transactions = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
      results.push({
        what: `    ${rows} a commit, ${clients} connections, rows`,
        figure: `${Math.round(transactions * rows).toLocaleString('en')} /s`,
      });
    });
  }
  return results;
}

export async function postgresQueries(rows) {
  return withPostgres(async ({ directory, psql }) => {
    const generator = new TraceGenerator(3);
    const end = Date.now();
    mkdirSync(path.join(directory, 'load'), { mode: 0o755 });
    let some;
    for (let done = 0; done < rows; ) {
      const count = Math.min(50_000, rows - done);
      const lines = Array.from({ length: count }, (_, i) => {
        const row = rowOf(generator, Math.floor(end - ((rows - done - i) * 7 * DAY) / rows));
        if (row.project_id.startsWith('a')) some = row;
        return COLUMNS.map((name) => String(row[name]).replaceAll('\\', '\\\\')).join('\t');
      });
      const file = path.join(directory, 'load', 'rows.tsv');
      writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o644 });
      psql('-c', `\\copy traces (${COLUMNS.join(', ')}) FROM '${file}'`);
      done += count;
    }
    psql('-c', 'VACUUM ANALYZE traces');
    const page = (filter) =>
      `SELECT * FROM traces WHERE project_id = '${'a'.repeat(32)}' AND time > ${end - 7 * DAY} AND time < ${end} ${filter} ORDER BY time DESC, trace_id DESC LIMIT 50`;
    const shapes = [
      ['newest 50', page('')],
      ['status incident', page("AND trace_rating = 'incident'")],
      ['trace name', page(`AND trace_name = ${literal(some.trace_name)}`)],
      ['operator', page("AND user_name = 'user3'")],
      ['resource id', page(`AND resource_id = ${literal(some.resource_id)}`)],
      ['rare operator and trace source', page("AND user_name = 'user1990' AND service_type = 'SVC30'")],
      [
        'histogram, seven days',
        `SELECT time / 10800000, trace_rating, count(*) FROM traces WHERE project_id = '${'a'.repeat(32)}' AND time > ${end - 7 * DAY} GROUP BY 1, 2`,
      ],
    ];
    const results = shapes.map(([what, query]) => {
      const timed = Array.from({ length: 12 }, () => [
        '-c',
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query}`,
      ]).flat();
      const times = [...psql(...timed).matchAll(/"Execution Time": ([\d.]+)/g)]
        .map((match) => Number(match[1]))
        .sort((a, b) => a - b);
      return { what: `    ${what}`, p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
    });
    return results;
  });
}
