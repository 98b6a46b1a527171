import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { PASSWORD, type RunningServer, removeDirectory, startServer, temporaryDirectory } from './harness.ts';

/** Programs that drive the service with clients of the clouds. */
export const CLIENTS = path.resolve(import.meta.dirname, '../clients');
/** A Python that has the SDKs of both clouds; `.ci/run` shows which. */
export const python = named('OPENCTS_TEST_PYTHON', 'no Python that has the SDKs of the clouds');
/** The go command, able to get modules. */
export const go = named('OPENCTS_TEST_GO', 'no Go');

function named(variable: string, what: string): string | undefined {
  const value = process.env[variable];
  if (!value) console.warn(`skipped: ${variable} names ${what}`);
  return value;
}

/** Runs a program to its end. @returns what it wrote. @throws what it wrote, when it failed */
export function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', ...options });
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout ?? ''}\n${stderr ?? ''}`);
  }
}

/** The program that drives the Go SDK, built into a folder. */
export function buildGo(folder: string): string {
  const program = path.join(folder, 'gophertelekomcloud');
  run(go as string, ['build', '-o', program, '.'], { cwd: path.join(CLIENTS, 'gophertelekomcloud') });
  return program;
}

export interface AccessKey {
  access: string;
  secret: string;
  securitytoken?: string;
}

/** A server for the tests of a file; in its first region CTS is not enabled. */
export function serverOfClients(regions = 'eu-de,eu-nl') {
  const house = { directory: '', server: undefined as RunningServer | undefined };
  beforeAll(async () => {
    house.directory = await temporaryDirectory();
    const settings = { OPENCTS_REGIONS: regions, OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' };
    house.server = await startServer(house.directory, settings, { enabled: false });
  });
  afterAll(async () => {
    await house.server?.stop();
    await removeDirectory(house.directory);
  });
  return {
    url: () => there(house.server).url,
    directory: () => house.directory,
    /** An access key of the administrator. */
    key: async () => {
      const { url, token } = there(house.server);
      const me = await get(`${url}/v3/auth/tokens`, { 'x-auth-token': token, 'x-subject-token': token });
      const credential = { user_id: (me.token as { user: { id: string } }).user.id };
      return credentialOf(url, token, '/v3.0/OS-CREDENTIAL/credentials', { credential });
    },
    /** A temporary one, which ends after a quarter of an hour. */
    temporaryKey: () => {
      const { url, token } = there(house.server);
      const identity = { methods: ['token'], token: { id: token, duration_seconds: 900 } };
      return credentialOf(url, token, '/v3.0/OS-CREDENTIAL/securitytokens', { auth: { identity } });
    },
  };
}

function there(server: RunningServer | undefined): RunningServer {
  if (!server) throw new Error('the server is not there');
  return server;
}

async function get(url: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function credentialOf(url: string, token: string, call: string, body: object): Promise<AccessKey> {
  const response = await fetch(url + call, {
    method: 'POST',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { credential: AccessKey }).credential;
}

export { PASSWORD };
