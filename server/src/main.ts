import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { startApp } from './app.ts';
import { backupCommand, restoreCommand } from './backup/index.ts';
import { administer, NOUNS } from './cli/index.ts';
import { type Config, ConfigError, flagOf, readConfig, SETTINGS } from './config.ts';
import { DataDirectoryInUse } from './data-lock.ts';
import { verifyCommand } from './evidence/index.ts';
import { importCommand } from './import/index.ts';
import { beginAnew } from './installation/index.ts';
import { program } from './program.ts';
import { startProblem } from './start-problem.ts';
import { StartRefused } from './start-refused.ts';
import { welcome } from './welcome.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const SUMMARIES: readonly (readonly [string, string])[] = [
  ['serve', 'Start the service'],
  ['import', 'Bring in audit records of AWS, or trace files of CTS'],
  ['verify', 'Prove that the trace files of a bucket are unchanged'],
  ...Object.entries(NOUNS).map(([noun, { summary }]) => [noun, summary] as const),
  ['backup', 'Copy the whole installation while it runs'],
  ['restore', 'Bring such a copy up as a data directory'],
  ['begin-anew', 'Put the installation of the data directory aside, so that an empty one begins'],
  ['config', 'Print every setting, what it means and its present value'],
  ['version', 'Print the version'],
  ['help', 'Print this'],
];

const HELP = `OpenCTS ${version}, a self-hosted Cloud Trace Service

Usage: ${program()} <command> [options]

Commands:
${SUMMARIES.map(([name, summary]) => `  ${name.padEnd(15)}  ${summary}`).join('\n')}

'${program()} COMMAND --help' tells more of each.

Settings are environment variables OPENCTS_*; serve, begin-anew and config take each also as a flag:
OPENCTS_DATA_DIR=/var/lib/opencts is the same as --data-dir /var/lib/opencts.
`;

const COMMANDS: Record<string, (argv: string[]) => Promise<number>> = {
  serve,
  import: importCommand,
  verify: verifyCommand,
  backup: backupCommand,
  restore: (argv) => restoreCommand(argv, version),
  'begin-anew': putAside,
  config: printConfig,
  version: async () => print(`${version}\n`),
  help: async () => print(HELP),
  ...Object.fromEntries(Object.keys(NOUNS).map((noun) => [noun, (argv: string[]) => administer(noun, argv)])),
};

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** Flags of the settings, checked; an unknown one is an error that names it. */
function configFrom(argv: string[]): Config {
  const options = Object.fromEntries(
    Object.values(SETTINGS).map(({ variable }) => [flagOf(variable), { type: 'string' as const }]),
  );
  const { values } = parseArgs({ args: argv, options, strict: true });
  return readConfig(process.env, values as Record<string, string | undefined>);
}

async function serve(argv: string[]): Promise<number> {
  const config = configFrom(argv);
  const log = pino({ level: config.logLevel, base: null }, destination({ fd: 2, sync: true }));
  const app = await startApp({
    config,
    log,
    version,
    onFatal: (error) => {
      log.fatal({ err: error }, 'the service cannot go on and ends; the next start reads the disk anew');
      process.exit(70);
    },
  }).catch((error) => {
    throw startProblem(error, config) ?? error;
  });
  print(welcome({ ...config, version, ...app, isRecording: app.isRecording() }));
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (signal: string) => {
      if (stopping) {
        log.warn({ signal }, 'told to stop again: the service ends at once');
        process.exit(1);
      }
      stopping = true;
      log.info({ signal }, 'stopping: accepted requests are finished');
      app.stop().then(
        () => resolve(0),
        (error) => {
          log.error({ err: error }, 'stopping failed');
          resolve(1);
        },
      );
    };
    process.on('SIGINT', () => stop('SIGINT'));
    process.on('SIGTERM', () => stop('SIGTERM'));
  });
}

async function putAside(argv: string[]): Promise<number> {
  const config = configFrom(argv.filter((word) => word !== '--yes'));
  return beginAnew(config.dataDir, argv.includes('--yes'), new Date(), (line) => print(`${line}\n`)).catch(
    (error) => {
      throw startProblem(error, config) ?? error;
    },
  );
}

async function printConfig(argv: string[]): Promise<number> {
  const config = configFrom(argv);
  for (const [key, setting] of Object.entries(SETTINGS)) {
    const value = config[key as keyof Config];
    const secret = 'secret' in setting && setting.secret && value !== '';
    const changed = String(value) === String(setting.parse(setting.fallback)) ? '' : '  (changed)';
    process.stdout.write(`# ${setting.meaning}. Default: ${setting.fallback || '(empty)'}\n`);
    process.stdout.write(`${setting.variable}=${secret ? '********' : value}${changed}\n\n`);
  }
  return 0;
}

async function main(): Promise<number> {
  const [command = 'help', ...argv] = process.argv.slice(2);
  const name = command === '--help' || command === '-h' ? 'help' : command;
  const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!run) {
    process.stderr.write(`opencts: there is no command "${command}"; '${program()} help' lists them\n`);
    return 2;
  }
  try {
    return await run(argv);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const told =
      error instanceof ConfigError ||
      error instanceof DataDirectoryInUse ||
      error instanceof StartRefused ||
      String(code).startsWith('ERR_PARSE_ARGS');
    process.stderr.write(told ? `opencts: ${message}\n` : `opencts: ${(error as Error).stack}\n`);
    return told ? 2 : 1;
  }
}

process.exit(await main());
