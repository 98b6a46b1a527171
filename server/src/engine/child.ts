/*
 * The embedded engine: a process of its own that holds ClickHouse (chdb) and answers, on a Unix socket, the
 * part of ClickHouse's HTTP interface that the official client uses (`docs/reference/clickhouse.md` 1). Started
 * by supervisor.ts with the arguments: data directory, socket path, config file. It ends with its parent.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Session } from 'chdb';
import { ALIVE } from './heartbeat.ts';
import { SessionPool } from './session-pool.ts';
import { PART_BROKEN, WrittenParts } from './written-parts.ts';

/**
 * Queries that run side by side. Inserts have a session of their own, and so has what the service asks for
 * itself: both wait for no query of a caller.
 */
const READERS = 8;
const OWN = 2;
/** How often parts are looked at beside inserts: the engine merges without them too. */
const LOOK_MS = 20_000;
/** With this header comes what the service asks for itself. */
const OWN_HEADER = 'x-opencts-own';
/** Bytes of a statement. */
const MAX_STATEMENT = 4 * 1024 * 1024;
const INSERT = /^\s*INSERT\s+INTO\s+([A-Za-z0-9_.]+)\s+FORMAT\s+(JSONEachRow)\s*$/i;
/** Statements that take a SETTINGS clause. */
const READING = /^\s*(?:SELECT|WITH)\b/i;
/** Query-string names that are no settings. */
const RESERVED = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'role',
  'enable_http_compression',
]);

/** By default the engine asks for 1 GB of free memory a thread, and would run every query in one. */
const DEFAULT_SETTINGS = { max_threads_min_free_memory_per_thread: String(64 * 1024 ** 2) };

const [dataDir = '', socketPath = '', configFile = ''] = process.argv.slice(2);

function openSession(): Session {
  return new Session(dataDir, {
    connectionArgs: [`--config-file=${configFile}`, `--max_query_size=${MAX_STATEMENT}`],
  });
}

const written = new WrittenParts(dataDir, async (statement) => {
  const result = await own.use((session) => session.queryAsync(statement, { format: 'JSONEachRow' }));
  return result?.text() ?? '';
});
const writer = new SessionPool(1, openSession);
const readers = new SessionPool(READERS, openSession);
const own = new SessionPool(OWN, openSession);
/** Whoever asks whether it is alive waits for nobody. */
const alive = new SessionPool(1, openSession);

/** It is put aside at the next start only, and until then it is read as if it were whole. */
class PartBroken extends Error {
  constructor(part: string) {
    super(
      `Code: 243. DB::Exception: part ${part} is not whole on the disk, which must have been full: the engine starts again. (NOT_ENOUGH_SPACE)`,
    );
  }
}

/** Statements so far: each has its number as a comment, by which it can be ended. */
let queries = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if (url.pathname === ALIVE) {
    await alive.use(
      (session) => session.queryAsync('SELECT 1'),
      () => !response.destroyed,
    );
    response.end('Ok.\n');
    return;
  }
  const body = await readBody(request);
  const inUrl = url.searchParams.get('query');
  response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? '');
  const insert = INSERT.exec(inUrl ?? '');
  if (insert) {
    const [, table = ''] = insert;
    const summary = await writer.use((session) =>
      session.insert({ table, values: body, format: 'JSONEachRow', settings: settingsOf(url) }),
    );
    const broken = await written.broken();
    if (broken) throw new PartBroken(broken);
    response.setHeader(
      'X-ClickHouse-Summary',
      JSON.stringify({ written_rows: String(summary?.rowsWritten ?? 0) }),
    );
    response.end();
    return;
  }
  const pool = request.headers[OWN_HEADER] === undefined ? readers : own;
  const id = String(++queries);
  const sent = inUrl ?? body.toString('utf8');
  const settings: Record<string, string> | undefined = READING.test(sent)
    ? { ...settingsOf(url), log_comment: id }
    : undefined;
  const statement = settings ? withSettings(sent, settings) : sent;
  const format = url.searchParams.get('default_format') ?? 'TabSeparated';
  let running = false;
  // Whoever asked has gone: nobody reads the answer, so the engine need not find it. What waits never begins.
  response.once('close', () => {
    if (running) void end(id, () => running);
  });
  try {
    const result = await pool.use(
      (session) => {
        running = true;
        return inTime(settings?.max_execution_time, () => session.queryAsync(statement, { format }));
      },
      () => !response.destroyed,
    );
    response.end(result?.bytes());
  } finally {
    running = false;
  }
}

/**
 * Ends a query where it runs; the session that it has is free soon afterwards. A query that is just beginning
 * does not hear of it, so it is told again until it has ended.
 */
async function end(id: string, running: () => boolean): Promise<void> {
  const statement = `KILL QUERY WHERE Settings['log_comment'] = '${id}' ASYNC`;
  for (let wait = 100; running(); wait = Math.min(wait * 2, 5000)) {
    await own.use((session) => session.queryAsync(statement)).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function settingsOf(url: URL): Record<string, string> {
  return Object.fromEntries([...url.searchParams].filter(([name]) => !RESERVED.has(name)));
}

/** A SETTINGS clause holds for its statement alone; `SET` would leak into later ones. */
function withSettings(statement: string, settings: Record<string, string>): string {
  const clauses = Object.entries({ ...DEFAULT_SETTINGS, ...settings }).map(([name, value]) => {
    if (!/^[a-z_0-9]+$/.test(name))
      throw new Error(`Code: 115. DB::Exception: Unknown setting ${name}. (UNKNOWN_SETTING)`);
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  });
  return `${statement} SETTINGS ${clauses.join(', ')}`;
}

/**
 * When the time of a query is over the engine may give for its whole answer what it has found by then, even
 * nothing (`docs/reference/clickhouse.md` 2).
 * @param seconds unlimited when absent or 0
 */
async function inTime<T>(seconds: string | undefined, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  const elapsed = performance.now() - began;
  const most = Math.floor(Number(seconds ?? 0) * 1000);
  if (most > 0 && elapsed >= most) {
    throw new Error(
      `Code: 159. DB::Exception: Timeout exceeded: elapsed ${elapsed.toFixed(3)} ms, maximum: ${most} ms. (TIMEOUT_EXCEEDED)`,
    );
  }
  return result;
}

/** Errors as ClickHouse gives them: the code in a header, `Code: N. DB::Exception: …` in the body. */
function refuse(response: ServerResponse, error: unknown): void {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = /^Code: \d+/.test(message) ? message : `Code: ${code}. DB::Exception: ${message}`;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(code === 60 || code === 81 ? 404 : 500, { 'X-ClickHouse-Exception-Code': String(code) });
  if (error instanceof PartBroken) response.once('close', () => process.exit(PART_BROKEN));
  response.end(`${text}\n`);
}

function codeOf(error: unknown): number {
  const { clickhouseCode, message } = error as { clickhouseCode?: number; message?: string };
  return clickhouseCode ?? Number(/Code: (\d+)/.exec(message ?? '')?.[1] ?? 1001);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => refuse(response, error));
});
server.keepAliveTimeout = 60_000;
rmSync(socketPath, { force: true });
// The socket is born with mode 0600: there is no moment at which others could connect.
process.umask(0o177);
server.listen(socketPath, () => {
  chmodSync(socketPath, 0o600);
  process.umask(0o077);
  process.send?.('ready');
});

setInterval(async () => {
  const broken = await written.broken().catch(() => undefined);
  if (broken) process.exit(PART_BROKEN);
}, LOOK_MS);

// Threads of the engine outlive every close: only ending the process ends it.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => undefined);
