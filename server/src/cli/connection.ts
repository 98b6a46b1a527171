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
  const url = addressOf(options.url ?? env.OPENCTS_URL ?? 'http://127.0.0.1:8780');
  const token = password === undefined ? await tokenOf(options) : undefined;
  const domain = options.domain ?? env.OPENCTS_DOMAIN ?? 'default';
  const user = options.user ?? env.OPENCTS_USER ?? 'admin';
  const known = password ?? (env.OPENCTS_PASSWORD || undefined);
  return new OpenCtsClient({
    url,
    project: options.project ?? env.OPENCTS_PROJECT,
    credentials: token
      ? { token }
      : {
          ...{ domain, user },
          password:
            known ??
            (await askSecret(`Password of ${user} (account ${domain}) at ${url}`, 'OPENCTS_PASSWORD')),
        },
  });
}

/** @throws OpenCtsError when it is no address of a service */
function addressOf(url: string): string {
  if (/^https?:/i.test(url) && URL.canParse(url)) return url;
  throw new OpenCtsError(
    0,
    '',
    `--url (OPENCTS_URL) is ${url}; it must be an address that begins with http:// or https://`,
  );
}

/** What is to be done where nothing listens, as the end of a sentence; empty for every other error. */
export function adviceOn(error: unknown): string {
  const { cause } = error as Error;
  const code = ((cause as Error | undefined)?.cause as NodeJS.ErrnoException | undefined)?.code;
  return error instanceof OpenCtsError && code === 'ECONNREFUSED'
    ? '; start the service, or name its address with --url (OPENCTS_URL)'
    : '';
}

/** Never from the command line itself, which others of the machine can read. */
async function tokenOf({ 'token-file': file }: Connection): Promise<string | undefined> {
  if (file === undefined) return process.env.OPENCTS_TOKEN?.trim();
  return (await readNamed('--token-file', file)).trim();
}

/** Reads a file that an option names. @throws OpenCtsError when that fails */
export async function readNamed(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new OpenCtsError(0, '', `${option} ${file}: ${why}`);
  }
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
      `no terminal to ask for the ${what[0]?.toLowerCase()}${what.slice(1)}: put it into ${variable}`,
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
