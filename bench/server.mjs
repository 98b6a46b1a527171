// Starts the real service for a measurement, in a directory of its own.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = path.resolve(import.meta.dirname, '../server/bin/opencts.js');
const PASSWORD = 'bench-password';

export async function startServer(dataDir, env = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=32', MAIN, 'serve'], {
    env: {
      PATH: process.env.PATH,
      OPENCTS_DATA_DIR: dataDir,
      OPENCTS_PORT: '0',
      OPENCTS_ADMIN_PASSWORD: PASSWORD,
      OPENCTS_LOG_LEVEL: 'error',
      OPENCTS_CANARY_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = / is ready: (\S+)/.exec(line);
      if (ready) resolve(ready[1]);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  await fetch(`${url}/healthz`);
  const startMs = performance.now() - began;
  const { token, project } = await signIn(url);
  await enable(url, token, project);
  return {
    url,
    password: PASSWORD,
    token,
    project,
    startMs,
    get: (route) => fetch(`${url}/v3/${project}${route}`, { headers: { 'x-auth-token': token } }),
    metric: (name) => metric(url, token, name),
    memory: () => memoryOf(child.pid),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

async function signIn(url) {
  const user = { name: 'admin', password: PASSWORD, domain: { name: 'default' } };
  const auth = {
    identity: { methods: ['password'], password: { user } },
    scope: { project: { name: 'local' } },
  };
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  const body = await response.json();
  return { token: response.headers.get('x-subject-token'), project: body.token.project.id };
}

/** Until CTS is enabled nothing is recorded. */
async function enable(url, token, project) {
  const response = await fetch(`${url}/v3/${project}/tracker`, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ tracker_type: 'system', tracker_name: 'system' }),
  });
  // A data directory that was used before has its tracker already.
  if (response.status !== 201 && response.status !== 400) throw new Error(await response.text());
}

async function metric(url, token, name) {
  const text = await (await fetch(`${url}/metrics`, { headers: { 'x-auth-token': token } })).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}

/** Resident memory of the service and its engine, MB. */
function memoryOf(pid) {
  const children = execFileSync('pgrep', ['-P', String(pid)])
    .toString()
    .trim()
    .split('\n')
    .filter(Boolean);
  const resident = (id) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
  return [pid, ...children].reduce((sum, id) => sum + resident(id), 0) / 1024;
}

/** Waits until all that was journalled is searchable. */
export async function drained(server) {
  while ((await server.metric('opencts_follower_lag_traces{follower="indexer"}')) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
