import { parseArgs } from 'node:util';
import { OpenCtsError } from '@opencts/client';
import { program } from '../program.ts';
import { ARCHIVE } from './archive.ts';
import { CLOCK } from './clock.ts';
import { type Command, type Commands, UsageError } from './command.ts';
import { adviceOn, CONNECTION_HELP, CONNECTION_OPTIONS, connect } from './connection.ts';
import { ENCRYPTION_KEYS } from './encryption.ts';
import { ACCOUNTS, GROUPS, KEYS, PROJECTS, ROLES, USERS } from './identity.ts';
import { FORMATS, type Format, render } from './output.ts';
import { QUARANTINE } from './quarantine.ts';
import { BUCKETS, INGEST_KEYS, TRACKERS } from './recording.ts';
import { TRACE_STORE } from './trace-store.ts';
import { TRACES } from './traces.ts';

/** What an administrator manages from the command line, by noun. */
export const NOUNS: Record<string, { summary: string; commands: Commands }> = {
  traces: { summary: 'Traces: search, follow, export', commands: TRACES },
  users: { summary: 'Users of the account', commands: USERS },
  groups: { summary: 'Groups of users, to which roles are granted', commands: GROUPS },
  roles: { summary: 'Roles and custom policies, and who holds them', commands: ROLES },
  keys: { summary: 'Access keys of users (AK/SK)', commands: KEYS },
  'ingest-keys': { summary: 'Bearers of producers', commands: INGEST_KEYS },
  projects: { summary: 'Projects of the account', commands: PROJECTS },
  'encryption-keys': { summary: 'Keys that trace files are encrypted with', commands: ENCRYPTION_KEYS },
  trackers: { summary: 'What is recorded, and where it is transferred to', commands: TRACKERS },
  buckets: { summary: 'Buckets that trackers transfer to', commands: BUCKETS },
  archive: { summary: 'Trace files in object storage', commands: ARCHIVE },
  quarantine: { summary: 'Traces that could not be processed', commands: QUARANTINE },
  clock: { summary: 'The clock of the machine, and whether it is believed', commands: CLOCK },
  'trace-store': { summary: 'Whether the trace list is whole; filling it again', commands: TRACE_STORE },
  accounts: { summary: 'Accounts of the installation', commands: ACCOUNTS },
};

const COMMON = {
  ...CONNECTION_OPTIONS,
  output: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const COMMON_HELP = `${CONNECTION_HELP}
  --output FORMAT    table (default), json, or ndjson: a line for each

The password comes from OPENCTS_PASSWORD; without it the command asks.
`;

/** `opencts NOUN VERB …`. @returns the exit code */
export async function administer(noun: string, argv: string[]): Promise<number> {
  const { commands, summary } = NOUNS[noun] as (typeof NOUNS)[string];
  const verb = argv.find((one) => !one.startsWith('-'));
  const command = verb !== undefined && Object.hasOwn(commands, verb) ? commands[verb] : undefined;
  if (!verb || !command) {
    const asked = verb === undefined || argv.includes('--help');
    const text = `${verb ? `opencts: ${noun} has no command "${verb}"\n\n` : ''}${helpOf(noun, summary, commands)}`;
    (verb ? process.stderr : process.stdout).write(text);
    return asked && !verb ? 0 : 2;
  }
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { ...COMMON, ...command.options },
      allowPositionals: true,
    }) as { values: Record<string, string | boolean | undefined>; positionals: string[] };
    if (values.help) {
      process.stdout.write(helpOfOne(noun, verb, command));
      return 0;
    }
    const format = values.output ?? 'table';
    if (!FORMATS.includes(format as Format)) throw new UsageError('--output must be table, json or ndjson');
    const args = named(command, positionals.slice(1));
    const client = await connect(values as Record<string, string | undefined>);
    const output = await client.withProject((path) =>
      command.run({ client, api: client.api, path, args, options: values }),
    );
    process.stdout.write(render(output, command.columns ?? [], format as Format));
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const usage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    const told =
      usage ||
      error instanceof OpenCtsError ||
      error instanceof SyntaxError ||
      code === 'ENOENT' ||
      code === 'EEXIST';
    if (!told) throw error;
    const see = error instanceof UsageError ? error.see : undefined;
    const hint = usage ? `; see ${see ?? `${program()} ${noun} ${verb} --help`}` : adviceOn(error);
    process.stderr.write(`opencts ${noun} ${verb}: ${message}${hint}\n`);
    return usage ? 2 : 1;
  }
}

/** Arguments by the names of the usage. @throws UsageError when one is missing or too many */
function named({ usage }: Command, given: string[]): Record<string, string> {
  const names = usage.split(' ').filter((name) => name !== '');
  // The words of the last one may be given without quotes around them.
  const isMany = names.at(-1)?.includes('…');
  if (isMany && given.length > names.length) given.push(given.splice(names.length - 1).join(' '));
  if (given.length > names.length) throw new UsageError(`"${given[names.length]}" is one argument too many`);
  const args: Record<string, string> = {};
  names.forEach((name, at) => {
    const value = given[at];
    if (value !== undefined) args[name.replace(/[[\]…]/g, '')] = value;
    else if (!name.startsWith('[')) throw new UsageError(`${name} is missing`);
  });
  return args;
}

function helpOf(noun: string, summary: string, commands: Commands): string {
  const lines = Object.entries(commands).map(([verb, { usage, summary }]) => [
    `${verb} ${usage}`.trim(),
    summary,
  ]);
  const width = Math.max(...lines.map(([left]) => left?.length ?? 0));
  return `${summary}

Usage: ${program()} ${noun} COMMAND [options]

Commands:
${lines.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')}

Options:
${COMMON_HELP}`;
}

function helpOfOne(noun: string, verb: string, { usage, summary, options = {} }: Command): string {
  const own = Object.entries(options).map(
    ([name, { type, help }]) => `  ${`--${name}${type === 'string' ? ' X' : ''}`.padEnd(17)}  ${help}\n`,
  );
  return `${summary}

Usage: ${program()} ${[noun, verb, usage].filter((part) => part !== '').join(' ')} [options]

Options:
${own.join('')}${COMMON_HELP}`;
}
