import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { OpenCtsClient, OpenCtsError } from '@opencts/client';

/** Options of every command that talks to a service. */
export const CONNECTION_OPTIONS = {
  url: { type: 'string' },
  user: { type: 'string' },
  domain: { type: 'string' },
  project: { type: 'string' },
  'token-file': { type: 'string' },
} as const;

export const CONNECTION_HELP = `  --url URL          the service (OPENCTS_URL; default http://127.0.0.1:8780)
  --user NAME        user (OPENCTS_USER; default admin)
  --domain NAME      account of the user (OPENCTS_DOMAIN; default default)
  --project NAME     name or id of the project (OPENCTS_PROJECT; default: the first that the user may enter)
  --token-file FILE  holds a token that is used instead of a password (or OPENCTS_TOKEN: the token itself)`;

export interface Connection {
  url?: string;
  user?: string;
  domain?: string;
  project?: string;
  'token-file'?: string;
}

/**
 * A client for the service that options and environment name.
 * @param password asked for when it is neither given nor in OPENCTS_PASSWORD
 */
export async function connect(options: Connection, password?: string): Promise<OpenCtsClient> {
  const { env } = process;
  const token = password === undefined ? await tokenOf(options) : undefined;
  return new OpenCtsClient({
    url: options.url ?? env.OPENCTS_URL ?? 'http://127.0.0.1:8780',
    project: options.project ?? env.OPENCTS_PROJECT,
    credentials: token
      ? { token }
      : {
          domain: options.domain ?? env.OPENCTS_DOMAIN ?? 'default',
          user: options.user ?? env.OPENCTS_USER ?? 'admin',
          password: password ?? env.OPENCTS_PASSWORD ?? (await askSecret('Password', 'OPENCTS_PASSWORD')),
        },
  });
}

/** Never from the command line itself, which others of the machine can read. */
async function tokenOf({ 'token-file': file }: Connection): Promise<string | undefined> {
  return (file === undefined ? process.env.OPENCTS_TOKEN : await readFile(file, 'utf8'))?.trim();
}

/**
 * Asks on the terminal, without showing what is typed.
 * @param variable can hold it where there is no terminal
 * @throws OpenCtsError where there is none
 */
export async function askSecret(what: string, variable: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new OpenCtsError(
      0,
      '',
      `there is no terminal to ask for the ${what.toLowerCase()}: set ${variable}`,
    );
  }
  process.stderr.write(`${what}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  const answer = await terminal.question('');
  terminal.close();
  process.stderr.write('\n');
  return answer;
}
