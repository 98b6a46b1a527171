import { parseArgs } from 'node:util';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connect } from '../cli/index.ts';
import { tellBuckets } from './buckets.ts';
import { checkDigests } from './digests.ts';
import { CLOUDTRAIL, traceFilesInto } from './formats.ts';
import { importFiles } from './importer.ts';
import { NotKept, Refusals } from './refusals.ts';
import { report } from './report.ts';

const HELP = `Usage: opencts import cloudtrail [options] FILE… | FOLDER… | -
       opencts import cts [options] FILE… | FOLDER… | -

cloudtrail: brings AWS CloudTrail records into OpenCTS through its API. Files are told by what is in them, not by their names:
{"Records":[…]}, lists, a record a line, lookup-events, EventBridge, exports of CloudWatch Logs, columns of Athena;
plain or gzip, UTF-8 or UTF-16. Folders are walked; - reads standard input. A record that was imported before counts
as duplicate, so an import that was interrupted is simply started again.

cts: brings in trace files of OpenCTS, Open Telekom Cloud and Huawei Cloud, with the ids of their traces. With
--public-key each FOLDER, the one in which CloudTraces lies, is checked first: files that are not what their digests
say are refused.

What is refused is told with file, line and reason, and costs only itself. Digests, Insights events and other files of
a folder are passed over and counted. The exit code is 0 when every record is in the service, 1 when one is not or
there was none, 2 when the command is wrong, 130 when it was interrupted.

Traces come into a bucket when their tracker has a transfer at that time. At its end the import says which have
none, and how many traces are older than the trace list reaches; these are in trace files alone. A transfer that
is set up afterwards brings in what the list still holds: opencts trackers transfer TRACKER BUCKET --also-listed

Options:
${CONNECTION_HELP}
  --enable               enable CTS in the project first, if it is not enabled yet
  --data-as-management   record operations on data (of Lambda, DynamoDB, S3, …) by the tracker system, too; without it
                         data trackers record them, which track buckets
  --public-key FILE      cts: key that signed the digests, PEM or Base64; may be given several times
  --rejected FILE        keep what is refused, and why, in a new file; once mended it can be imported like any other
  --shift-to-now         move all times to the present (for demos): by one offset, or, where they cover more days than
                         the trace list keeps, spread over these
  --retention-days DAYS  days that the trace list keeps, for --shift-to-now (OPENCTS_RETENTION_DAYS; default 7)
  --dry-run              read and map, but send nothing; needs no service
  --help                 print this

The password is OPENCTS_PASSWORD, else it is asked for on the terminal; never an option, since others of the machine
see those. A token (--token-file, OPENCTS_TOKEN) is used instead of it.
`;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  enable: { type: 'boolean', default: false },
  'data-as-management': { type: 'boolean', default: false },
  'public-key': { type: 'string', multiple: true },
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
    return await run(format, paths, { ...values, days });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isUsage = error instanceof NotKept || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`opencts import: ${message}\n`);
    return isUsage ? 2 : 1;
  }
}

function refuse(why: string): number {
  process.stderr.write(`opencts import: ${why}`);
  return 2;
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] & { days: number };

async function run(name: 'cloudtrail' | 'cts', paths: string[], values: Values): Promise<number> {
  const isDry = values['dry-run'] === true;
  const client = await connect(values, isDry ? '' : undefined);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const began = Date.now();
  if (values.enable && !isDry && (await client.enable())) {
    process.stdout.write('CTS is now enabled in this project.\n');
  }
  const warn = (line: string) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`);
  const keys = values['public-key'] ?? [];
  const checked = keys.length > 0 ? await checkDigests(paths, keys) : undefined;
  for (const line of checked?.told ?? []) warn(line);
  const format = name === 'cts' ? traceFilesInto(isDry ? undefined : await client.projectId()) : CLOUDTRAIL;
  const refusals = new Refusals(warn, values.rejected);
  const summary = await importFiles({
    paths,
    format,
    changed: checked?.changed,
    client,
    shiftToNow: values['shift-to-now'] ? { days: values.days } : undefined,
    dataAsManagement: values['data-as-management'] === true,
    dryRun: isDry,
    signal: stop.signal,
    warn,
    refusals,
  }).finally(() => refusals.end());
  process.stdout.write(
    report(summary, refusals, {
      holds: format.holds,
      isDry,
      ms: Date.now() - began,
      keptIn: values.rejected,
    }),
  );
  for (const line of await tellBuckets(client, summary.arrived)) process.stdout.write(`${line}\n`);
  if (summary.interrupted) return 130;
  return summary.read === 0 || refusals.count + summary.notRecorded.size > 0 ? 1 : 0;
}
