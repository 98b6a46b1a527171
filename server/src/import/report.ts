import type { ImportSummary } from './importer.ts';
import type { Kept } from './origin.ts';
import type { Refusals } from './refusals.ts';

const MOST_REASONS = 20;

interface Told {
  holds: string;
  isDry: boolean;
  ms: number;
  /** The file of what was refused. */
  keptIn: string | undefined;
  kept: Kept | undefined;
  isFollowing: boolean;
}

/** What an import did, for people. */
export function report(
  summary: ImportSummary,
  refusals: Refusals,
  { holds, isDry, ms, keptIn, kept, isFollowing }: Told,
): string {
  const { files, read, accepted, duplicates, notRecorded, passed, interrupted } = summary;
  const seconds = `${(ms / 1000).toFixed(1)} s`;
  const sent = isDry
    ? 'nothing was sent (--dry-run)'
    : `${accepted} accepted, ${duplicates} duplicates, ${sum(notRecorded)} not recorded`;
  const reasons = [...refusals.reasons].sort(([, a], [, b]) => b - a);
  const lines = [
    `${read} record${read === 1 ? '' : 's'} read in ${files} file${files === 1 ? '' : 's'}: ${sent}, ${refusals.count} refused; ${seconds}`,
    ...reasons.slice(0, MOST_REASONS).map(([reason, count]) => `  refused ${count}: ${reason}`),
    ...(reasons.length > MOST_REASONS ? [`  and for ${reasons.length - MOST_REASONS} more reasons`] : []),
    ...[...notRecorded].map(([reason, count]) => `  not recorded ${count}: ${reason}`),
    ...[...passed].map(([what, count]) => `  skipped ${count}: ${what}${count === 1 ? '' : 's'}`),
    ...adviceOn(summary, refusals),
  ];
  if (keptIn !== undefined && refusals.count > 0) lines.push(`What was refused is in ${keptIn}.`);
  if (kept) lines.push(...toldOf(kept));
  if (read === 0 && !interrupted && !kept?.earlier) lines.push(`Nothing was read: no ${holds} were found.`);
  if (interrupted && !isFollowing) {
    lines.push('Interrupted. Start the same command again to go on; what has arrived counts as duplicate.');
  }
  return `${lines.join('\n')}\n`;
}

function toldOf({ file, earlier, untaken }: Kept): string[] {
  const lines: string[] = [];
  if (earlier > 0) lines.push(`Earlier runs took ${earlier} file${earlier === 1 ? '' : 's'} of it.`);
  if (untaken > 0) lines.push(`Of what they took ${untaken} are not in the service; their reports say why.`);
  return [...lines, `The state file is ${file}; without it, everything is read again.`];
}

function adviceOn({ notRecorded }: ImportSummary, { reasons }: Refusals): string[] {
  const unrecorded = [...notRecorded.keys()];
  const lines: string[] = [];
  if (unrecorded.some((reason) => reason.includes('not enabled'))) {
    lines.push('Nothing is recorded until CTS is enabled in the project: add --enable.');
  }
  if (unrecorded.some((reason) => reason.includes('data tracker'))) {
    lines.push(
      'Operations on data are recorded by a data tracker of their bucket, or with --data-as-management by the tracker system.',
    );
  }
  if ([...reasons.keys()].some((reason) => reason.startsWith('time'))) {
    lines.push(
      'Traces may be OPENCTS_MAX_TRACE_AGE_DAYS (3650) old; the trace list keeps OPENCTS_RETENTION_DAYS (7) of them.',
      'For a demo, --shift-to-now moves the records to the present.',
    );
  }
  return lines;
}

const sum = (counts: Map<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
