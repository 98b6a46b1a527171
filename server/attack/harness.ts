import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const MAIN = path.resolve(import.meta.dirname, '../bin/opencts.js');
export const PASSWORD = 'attack-on-purpose';
/** How often a test kills what it kills. */
export const KILLS = Number(process.env.OPENCTS_KILLS ?? 50);

/** Of ways that are alike so many are tried, others each time, where OPENCTS_PART is set; else all. */
export function partOf<Way>(ways: readonly Way[], most: number): Way[] {
  if (!process.env.OPENCTS_PART) return [...ways];
  const left = [...ways];
  while (left.length > most) left.splice(Math.floor(Math.random() * left.length), 1);
  return left;
}

/** The real server as a process of its own, as a user starts it. */
export interface RunningServer {
  url: string;
  projectId: string;
  token: string;
  process: ChildProcess;
  /** What it logged so far. */
  log: string[];
  /** Process id of the embedded engine. */
  enginePid(): number;
  /** `kill -9`, also of the engine, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'opencts-attack-'));
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * @param options.enabled whether CTS is enabled in the project at once
 * @param options.openFiles files and connections that it may have open at a time; absent: as many as the tests
 */
export async function startServer(
  dataDir: string,
  env: Record<string, string> = {},
  { enabled = true, openFiles = undefined as number | undefined } = {},
): Promise<RunningServer> {
  const command = [process.execPath, MAIN, 'serve'];
  if (openFiles) command.unshift('prlimit', `--nofile=${openFiles}`);
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      OPENCTS_DATA_DIR: dataDir,
      OPENCTS_PORT: '0',
      OPENCTS_ADMIN_PASSWORD: PASSWORD,
      OPENCTS_LOG_LEVEL: 'warn',
      OPENCTS_CANARY_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const ready = / is ready: (\S+)/.exec(line);
      if (ready) resolve(ready[1] as string);
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`the server ended (${signal ?? code}): ${log.join('\n')}`)),
    );
  });
  const { token, projectId } = await signIn(url, { project: env.OPENCTS_REGIONS?.split(',')[0] });
  if (enabled) await enable(url, token, projectId);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    url,
    token,
    projectId,
    process: child,
    log,
    enginePid: () =>
      Number(
        execFileSync('pgrep', ['-P', String(child.pid), '-f', 'engine/child.js'])
          .toString()
          .trim(),
      ),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Whoever calls: a token, and the project that it is good for. */
export interface Caller {
  token: string;
  projectId: string;
  userId: string;
}

/** Signs in as an administrator whose password is {@link PASSWORD}. @param account.project name */
export async function signIn(
  url: string,
  { account = 'default', name = 'admin', project = 'local' } = {},
): Promise<Caller> {
  const user = { name, password: PASSWORD, domain: { name: account } };
  const auth = {
    identity: { methods: ['password'], password: { user } },
    scope: { project: { name: project } },
  };
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  const { token } = (await response.json()) as { token: { project: { id: string }; user: { id: string } } };
  return {
    token: response.headers.get('x-subject-token') ?? '',
    projectId: token.project.id,
    userId: token.user.id,
  };
}

export interface AccessKey {
  access: string;
  secret: string;
}

/** A permanent access key of the administrator. */
export async function accessKey(at: RunningServer): Promise<AccessKey> {
  const { userId } = await signIn(at.url);
  const response = await fetch(`${at.url}/v3.0/OS-CREDENTIAL/credentials`, {
    method: 'POST',
    headers: { 'x-auth-token': at.token, 'content-type': 'application/json' },
    body: JSON.stringify({ credential: { user_id: userId } }),
  });
  return ((await response.json()) as { credential: AccessKey }).credential;
}

/** Headers of a GET that an access key signed (`docs/reference/iam-auth.md`). @param route without a query */
export function signed({ access, secret }: AccessKey, host: string, route: string) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const head = `host:${host}\nx-sdk-date:${date}\n`;
  const canonical = ['GET', `${route}/`, '', head, 'host;x-sdk-date', hash('')].join('\n');
  const toSign = ['SDK-HMAC-SHA256', date, hash(canonical)].join('\n');
  const signature = createHmac('sha256', secret).update(toSign).digest('hex');
  return {
    'x-sdk-date': date,
    authorization: `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
  };
}

/** Another account, with CTS enabled in its project; its administrator is `root`. */
export async function makeAccount(server: RunningServer, name: string): Promise<Caller> {
  const response = await fetch(`${server.url}/v3/domains`, {
    method: 'POST',
    headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
    body: JSON.stringify({ domain: { name, admin: { name: 'root', password: PASSWORD } } }),
  });
  if (response.status !== 201) throw new Error(await response.text());
  const caller = await signIn(server.url, { account: name, name: 'root' });
  await enable(server.url, caller.token, caller.projectId);
  return caller;
}

/** Until CTS is enabled nothing is recorded. */
async function enable(url: string, token: string, project: string): Promise<void> {
  const response = await fetch(`${url}/v3/${project}/tracker`, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ tracker_type: 'system', tracker_name: 'system' }),
  });
  // It has its tracker already, or has no room to record that it is made.
  if (![201, 400, 503].includes(response.status)) throw new Error(await response.text());
}

export function trace(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    trace_name: 'deleteServer',
    trace_rating: 'normal',
    trace_type: 'ApiCall',
    service_type: 'ECS',
    resource_type: 'ecs',
    resource_name: 'web-1',
    time: Date.now(),
    user: { id: '11aa', name: 'jane', domain: { id: 'a1b2', name: 'acme' } },
    request: '{"server":{"name":"web-1"}}',
    ...change,
  };
}

export interface Reported {
  status: number;
  accepted: number;
  duplicates: number;
  rejected: { index: number; error_code: string; error_msg: string; field?: string }[];
  error_code?: string;
  error_msg?: string;
  trace_ids?: (string | null)[];
}

export async function report(
  server: RunningServer,
  traces: unknown[],
  signal?: AbortSignal,
): Promise<Reported> {
  return send(server, JSON.stringify({ traces }), { 'content-type': 'application/json' }, signal);
}

export async function send(
  server: RunningServer,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Reported> {
  const response = await fetch(`${server.url}/v3/${server.projectId}/traces?trace_ids=true`, {
    method: 'POST',
    headers: { 'x-auth-token': server.token, ...headers },
    body,
    // One signal for thousands of requests would gather their listeners.
    signal: signal && AbortSignal.any([signal]),
  });
  return { status: response.status, ...((await response.json()) as Omit<Reported, 'status'>) };
}

/**
 * Every trace, by pages, with how often each id came.
 * @param ofService whether those that the service reports of itself are wanted, too
 */
export async function listAll(server: RunningServer, ofService = false): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  const base = `${server.url}/v3/${server.projectId}/traces?limit=200&from=${Date.now() - 6 * 86_400_000}&to=${Date.now() + 900_000}`;
  for (let next: string | null | undefined; next !== null; ) {
    const response = await fetch(`${base}${next ? `&next=${next}` : ''}`, {
      headers: { 'x-auth-token': server.token },
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const page = (await response.json()) as {
      traces: { trace_id: string; service_type: string }[];
      meta_data: { marker: string | null };
    };
    const reported = page.traces.filter(
      ({ service_type }) => ofService || !['CTS', 'IAM'].includes(service_type),
    );
    for (const { trace_id } of reported) seen.set(trace_id, (seen.get(trace_id) ?? 0) + 1);
    next = page.meta_data.marker;
  }
  return seen;
}

export async function metric(server: RunningServer, name: string): Promise<number> {
  const text = await (
    await fetch(`${server.url}/metrics`, { headers: { 'x-auth-token': server.token } })
  ).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
}

/** Resolves when the indexer has passed all that the journal holds. */
export async function indexed(server: RunningServer): Promise<void> {
  await until(async () => (await metric(server, 'opencts_follower_lag_traces{follower="indexer"}')) === 0);
}

export async function until(condition: () => Promise<boolean>, tries = 600): Promise<void> {
  for (let i = 0; i < tries; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the condition did not come true');
}

/** Sum over all hours of what the accounting says. */
export async function accounted(server: RunningServer) {
  const response = await fetch(`${server.url}/v3/${server.projectId}/accounting`, {
    headers: { 'x-auth-token': server.token },
  });
  const { hours } = (await response.json()) as {
    hours: Record<'journalled' | 'indexed' | 'stored', number>[];
  };
  const sum = (key: 'journalled' | 'indexed' | 'stored') =>
    hours.reduce((total, hour) => total + hour[key], 0);
  return { journalled: sum('journalled'), indexed: sum('indexed'), stored: sum('stored') };
}

/** Resident memory of a process and its children, MB. */
export function memoryOf(pid: number): number {
  const resident = (id: string | number) => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children].reduce<number>((sum, id) => sum + resident(id), 0) / 1024;
}

/** Whether a tmpfs can be mounted: that takes root. */
export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
