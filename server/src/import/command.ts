import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { adviceOn, CONNECTION_HELP, CONNECTION_OPTIONS, connect } from '../cli/index.ts';
import { ConfigError } from '../config.ts';
import { program } from '../program.ts';
import { tellBuckets } from './buckets.ts';
import { checkDigests } from './digests.ts';
import { CLOUDTRAIL, traceFilesInto } from './formats.ts';
import { importFrom } from './importer.ts';
import { isBucket, openOrigin, WrongOrigin } from './open-origin.ts';
import { NotKept, Refusals } from './refusals.ts';
import { report } from './report.ts';
import { NoState } from './state.ts';

const HELP = `Usage: ${program()} import cloudtrail [options] FILE… | FOLDER… | - | s3://BUCKET/PREFIX
       opencts import cts [options] FILE… | FOLDER… | - | s3://BUCKET/PREFIX

cloudtrail: imports AWS CloudTrail records through the API of OpenCTS. Files are recognised by content, not by name:
{"Records":[…]}, lists, one record per line, lookup-events, EventBridge, exports of CloudWatch Logs, columns of Athena;
plain or gzip, UTF-8 or UTF-16. Folders are read with all their subfolders; - reads standard input. A record that was
imported before counts as a duplicate, so you can simply run an interrupted import again.

cts: imports trace files of OpenCTS, Open Telekom Cloud and Huawei Cloud; traces keep their ids. With --public-key each
FOLDER or bucket, which must be the one that contains CloudTraces, is checked first: files that do not match their
digests are refused.

A bucket is read as streams, several objects at once. If OPENCTS_S3_ENDPOINT is set, it is a bucket of that store, with
OPENCTS_S3_REGION, OPENCTS_S3_ACCESS_KEY and OPENCTS_S3_SECRET_KEY. Otherwise it is one of AWS, with the region and the
access key that the AWS tools would use (AWS_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE, the role of the machine). A state
file remembers which objects were read: run the same command again to resume, or to read what is new.

Each refusal is reported with file, line and reason, and affects no other record. Digests, Insights events and other
files of a folder are skipped and counted. The exit code is 0 if every record is in the service, 1 if at least one is
not or there was none, 2 if the command is wrong, 130 if it was interrupted.

Traces are written to a bucket if their tracker has a transfer at that time. At its end, the import says which trackers
have none, and how many traces are older than the trace list reaches; these are only in trace files. If you set up a
transfer later, include what the list still contains: ${program()} trackers transfer TRACKER BUCKET --also-listed

Options:
${CONNECTION_HELP}
  --enable               enable CTS in the project first, if it is not enabled yet
  --data-as-management   also record operations on data (of Lambda, DynamoDB, S3, …), by the tracker system; without
                         this option only the data tracker of a bucket records them
  --public-key FILE      cts: public key of the digests, PEM or Base64; may be given several times
  --follow               bucket: keep looking for new objects, until SIGINT or SIGTERM
  --every SECONDS        how often --follow looks (default 60)
  --state FILE           bucket: the file that remembers what was read (default: below ~/.local/state/opencts)
  --rejected FILE        write refused records, with the reasons, to a new file; once corrected, it can be imported
  --shift-to-now         move all times to the present (for demos): by one offset or, if they cover more days than the
                         trace list keeps, compressed into that period
  --retention-days DAYS  days that the trace list keeps, for --shift-to-now (OPENCTS_RETENTION_DAYS; default 7)
  --dry-run              read and convert, but send nothing; needs no service
  --help                 print this

The password comes from OPENCTS_PASSWORD; otherwise the command asks for it on the terminal. There is no option for it,
because other users of the machine can see options. A token (--token-file, OPENCTS_TOKEN) replaces the password.
`;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  enable: { type: 'boolean', default: false },
  'data-as-management': { type: 'boolean', default: false },
  'public-key': { type: 'string', multiple: true },
  follow: { type: 'boolean', default: false },
  every: { type: 'string' },
  state: { type: 'string' },
  rejected: { type: 'string' },
  'shift-to-now': { type: 'boolean', default: false },
  'retention-days': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `opencts import …`. @returns the exit code, as the help tells */
export async function importCommand(argv: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
    const [format, ...paths] = positionals;
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const days = Number(values['retention-days'] ?? process.env.OPENCTS_RETENTION_DAYS ?? 7);
    if ((format !== 'cloudtrail' && format !== 'cts') || paths.length === 0) {
      return refuse(`name the format (cloudtrail or cts) and at least one file, folder or -\n\n${HELP}`);
    }
    if (!(Number.isFinite(days) && days >= 1)) {
      return refuse(
        `--retention-days is ${values['retention-days']}; it must be a number of days, 1 or more\n`,
      );
    }
    if (format === 'cts' ? values['data-as-management'] : values['public-key']) {
      return refuse('--data-as-management is for cloudtrail, --public-key for cts\n');
    }
    const problem = problemOf(values, paths.some(isBucket));
    if (problem !== undefined) return refuse(`${problem}\n`);
    return await run(format, paths, { ...values, days });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isUsage = isUsageError(error) || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`opencts import: ${message}${adviceOn(error)}\n`);
    return isUsage ? 2 : 1;
  }
}

const isUsageError = (error: unknown) =>
  [NotKept, NoState, WrongOrigin, ConfigError].some((kind) => error instanceof kind);

/** What does not go together, in words. */
function problemOf(values: Given, isOfBucket: boolean): string | undefined {
  const { follow, every, state } = values;
  if (!isOfBucket && (follow || state)) return '--follow and --state are for a bucket, s3://BUCKET/PREFIX';
  if (isOfBucket && values['shift-to-now']) return '--shift-to-now is for files and folders';
  if (follow && values['dry-run']) return '--follow sends what it finds; leave out --dry-run';
  if (follow && values['public-key']) {
    return '--follow reads files before their digests are written; leave out --public-key, or --follow';
  }
  if (every !== undefined && !(follow && Number(every) >= 1)) {
    return `--every is ${every}; it is for --follow, and a number of seconds, 1 or more`;
  }
  return undefined;
}

function refuse(why: string): number {
  process.stderr.write(`opencts import: ${why}`);
  return 2;
}

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
type Values = Given & { days: number };

async function run(name: 'cloudtrail' | 'cts', paths: string[], values: Values): Promise<number> {
  const stop = new AbortController();
  // Every object that is read listens.
  setMaxListeners(0, stop.signal);
  const abort = () => stop.abort();
  for (const signal of SIGNALS) process.once(signal, abort);
  try {
    return await runUntil(stop.signal, name, paths, values);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return 130;
  } finally {
    for (const signal of SIGNALS) process.off(signal, abort);
  }
}

async function runUntil(
  signal: AbortSignal,
  name: 'cloudtrail' | 'cts',
  paths: string[],
  values: Values,
): Promise<number> {
  const isDry = values['dry-run'] === true;
  const dataAsManagement = values['data-as-management'] === true;
  const client = await connect(values, isDry ? '' : undefined);
  const began = Date.now();
  if (values.enable && !isDry && (await client.enable())) {
    process.stdout.write('CTS is now enabled in this project.\n');
  }
  const warn = (line: string) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`);
  const projectId = isDry ? undefined : await client.projectId();
  const origin = await openOrigin({
    ...{ paths, projectId, signal, warn },
    format: dataAsManagement ? `${name}, data as management` : name,
    stateFile: values.state,
    readTwice: values['shift-to-now'] === true,
  });
  try {
    const keys = values['public-key'] ?? [];
    const checked = keys.length > 0 ? await checkDigests(origin.archives(), keys) : undefined;
    for (const line of checked?.told ?? []) warn(line);
    const format = name === 'cts' ? traceFilesInto(projectId) : CLOUDTRAIL;
    const refusals = new Refusals(warn, values.rejected);
    const summary = await importFrom({
      ...{ origin, format, client, dataAsManagement, signal, warn, refusals },
      changed: checked?.changed,
      shiftToNow: values['shift-to-now'] ? { days: values.days } : undefined,
      followEvery: values.follow ? Number(values.every ?? 60) * 1000 : undefined,
      dryRun: isDry,
    }).finally(() => refusals.end());
    const kept = origin.kept();
    process.stdout.write(
      report(summary, refusals, {
        ...{ holds: format.holds, isDry, kept, isFollowing: values.follow === true },
        ms: Date.now() - began,
        keptIn: values.rejected,
      }),
    );
    for (const line of await tellBuckets(client, summary.arrived)) process.stdout.write(`${line}\n`);
    if (summary.interrupted && !values.follow) return 130;
    const isEmpty = summary.read === 0 && !kept?.earlier && !values.follow;
    const untaken = refusals.count + summary.notRecorded.size + (kept?.untaken ?? 0);
    return isEmpty || untaken > 0 ? 1 : 0;
  } finally {
    await origin.close();
  }
}
