import { parseArgs } from 'node:util';
import { OpenCtsError } from '@opencts/client';
import { CONNECTION_HELP, CONNECTION_OPTIONS, connect } from '../cli/index.ts';
import { tellBuckets } from './buckets.ts';
import { type ImportSummary, importCloudTrail } from './cloudtrail.ts';
import { UnreadableSource } from './files.ts';

const HELP = `Usage: opencts import cloudtrail [options] FILE… | FOLDER… | -

Brings AWS CloudTrail records into OpenCTS through its API. Files may be plain or gzip, {"Records":[…]} or one
record a line; folders are walked; - reads standard input. A record that was imported before counts as
duplicate, so an import that was interrupted is simply started again.

Traces come into a bucket when their tracker has a transfer at that time. At its end the import says which have
none, and how many traces are older than the trace list reaches; these are in trace files alone. A transfer that
is set up afterwards brings in what the list still holds: opencts trackers transfer TRACKER BUCKET --also-listed

Options:
${CONNECTION_HELP}
  --enable           enable CTS in the project first, if it is not enabled yet
  --shift-to-now     move all times by one offset, so that the newest record happened now (for demos)
  --dry-run          read and map, but send nothing
  --help             print this

The password comes from OPENCTS_PASSWORD, else it is asked for.
`;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  enable: { type: 'boolean', default: false },
  'shift-to-now': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `opencts import …`. @returns the exit code: 0 when every record is in the service */
export async function importCommand(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  const [format, ...paths] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (format !== 'cloudtrail' || paths.length === 0) {
    process.stderr.write(
      `opencts import: name the format (cloudtrail) and at least one file, folder or -\n\n${HELP}`,
    );
    return 2;
  }
  const client = await connect(values, values['dry-run'] ? '' : undefined);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const began = Date.now();
  try {
    if (values.enable && !values['dry-run'] && (await client.enable())) {
      process.stdout.write('CTS is now enabled in this project.\n');
    }
    const summary = await importCloudTrail({
      paths,
      client,
      shiftToNow: values['shift-to-now'],
      dryRun: values['dry-run'],
      signal: stop.signal,
      warn: (line) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`),
    });
    process.stdout.write(report(summary, Date.now() - began));
    for (const line of await tellBuckets(client, summary.arrived)) process.stdout.write(`${line}\n`);
    if (summary.interrupted) return 130;
    const { rejected, unreadable, notRecorded } = summary;
    return rejected.size + unreadable.length + notRecorded.size > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof OpenCtsError || error instanceof UnreadableSource)) throw error;
    process.stderr.write(`opencts import: ${error.message}\n`);
    return 1;
  }
}

function report(summary: ImportSummary, ms: number): string {
  const { read, accepted, duplicates, rejected, notRecorded, unreadable, interrupted } = summary;
  const sum = (counts: Map<string, number>) =>
    [...counts.values()].reduce((total, count) => total + count, 0);
  const lines = [
    `${read} records read: ${accepted} accepted, ${duplicates} duplicates, ${sum(rejected)} rejected, ${sum(notRecorded)} not recorded; ${(ms / 1000).toFixed(1)} s`,
    ...[...rejected].slice(0, 10).map(([reason, count]) => `  rejected ${count}: ${reason}`),
    ...[...notRecorded].map(([reason, count]) => `  not recorded ${count}: ${reason}`),
    ...unreadable.map((reason) => `  unreadable: ${reason}`),
  ];
  if ([...notRecorded.keys()].some((reason) => reason.includes('not enabled'))) {
    lines.push('Until CTS is enabled in a project nothing is recorded there: --enable does it.');
  }
  if ([...rejected.keys()].some((reason) => reason.startsWith('time'))) {
    lines.push(
      'Traces may be OPENCTS_MAX_TRACE_AGE_DAYS (3650) old; the trace list keeps OPENCTS_RETENTION_DAYS (7) of them.',
      'For a demo, --shift-to-now moves the records to the present.',
    );
  }
  if (interrupted)
    lines.push('Interrupted. Start the same command again to go on; what has arrived counts as duplicate.');
  return `${lines.join('\n')}\n`;
}
