/*
 * The embedded engine: a process of its own that holds ClickHouse (chdb) and answers, on a Unix socket, the
 * part of ClickHouse's HTTP interface that the official client uses. Started by supervisor.ts with the
 * arguments: data directory, socket path, config file. It ends with its parent.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Session } from 'chdb';
import { bindParameters, MissingParameter } from './parameters.ts';

/** Queries that run side by side; inserts have a session of their own and wait for no query. */
const READERS = 3;
const INSERT = /^\s*INSERT\s+INTO\s+([A-Za-z0-9_.]+)\s+FORMAT\s+(JSONEachRow)\s*$/i;
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
  return new Session(dataDir, { connectionArgs: [`--config-file=${configFile}`] });
}

/** Hands a session to one query at a time, in the order of arrival. */
class SessionPool {
  private readonly idle: Session[];
  private readonly waiting: ((session: Session) => void)[] = [];

  constructor(size: number) {
    this.idle = Array.from({ length: size }, openSession);
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = this.idle.pop() ?? (await new Promise<Session>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(session);
    } finally {
      const next = this.waiting.shift();
      if (next) next(session);
      else this.idle.push(session);
    }
  }
}

const writer = new SessionPool(1);
const readers = new SessionPool(READERS);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  if (url.pathname === '/ping') {
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
    response.setHeader('X-ClickHouse-Summary', JSON.stringify({ written_rows: String(summary.rowsWritten) }));
    response.end();
    return;
  }
  const statement = withSettings(
    bindParameters(inUrl ?? body.toString('utf8'), parametersOf(url)),
    settingsOf(url),
  );
  if (request.destroyed && !request.complete) return;
  const result = await readers.use((session) =>
    session.queryAsync(statement, { format: url.searchParams.get('default_format') ?? 'TabSeparated' }),
  );
  response.end(result.bytes());
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
  return Object.fromEntries(
    [...url.searchParams].filter(([name]) => !RESERVED.has(name) && !name.startsWith('param_')),
  );
}

/** A SETTINGS clause holds for its statement alone; `SET` would leak into later ones. */
function withSettings(statement: string, settings: Record<string, string>): string {
  const clauses = Object.entries({ ...DEFAULT_SETTINGS, ...settings }).map(([name, value]) => {
    if (!/^[a-z_0-9]+$/.test(name))
      throw new Error(`Code: 115. DB::Exception: Unknown setting ${name}. (UNKNOWN_SETTING)`);
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  });
  return /^\s*(?:SELECT|WITH)\b/i.test(statement) ? `${statement} SETTINGS ${clauses.join(', ')}` : statement;
}

function parametersOf(url: URL): Map<string, string> {
  const named = [...url.searchParams].filter(([name]) => name.startsWith('param_'));
  return new Map(named.map(([name, value]) => [name.slice('param_'.length), value]));
}

/** Errors as ClickHouse gives them: the code in a header, `Code: N. DB::Exception: …` in the body. */
function refuse(response: ServerResponse, error: unknown): void {
  const code = error instanceof MissingParameter ? 456 : codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = /^Code: \d+/.test(message) ? message : `Code: ${code}. DB::Exception: ${message}`;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(code === 60 || code === 81 ? 404 : 500, { 'X-ClickHouse-Exception-Code': String(code) });
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

// Threads of the engine outlive every close: only ending the process ends it.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => undefined);
