import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type OpenCtsClient, type OpenCtsError, reportUntilTaken } from '@opencts/client';
import { fromCloudTrail } from '../ingest/index.ts';
import { listSources, readRecords, type SentRecord, UnreadableSource } from './files.ts';
import { Progress } from './progress.ts';

const BATCH = 200;
/** Characters of the records of one request; services take 12 MB. */
const BATCH_SIZE = 4 * 1024 ** 2;

export interface ImportOptions {
  paths: string[];
  client: OpenCtsClient;
  /** Move all times by one offset, so that the newest record happened now. */
  shiftToNow: boolean;
  /** Map and count, send nothing. */
  dryRun: boolean;
  signal: AbortSignal;
  warn: (line: string) => void;
}

export interface ImportSummary {
  read: number;
  accepted: number;
  duplicates: number;
  /** Reasons for refusals, with how often each came. */
  rejected: Map<string, number>;
  /** Reasons for which good traces were not recorded, with how many in the batches that told them. */
  notRecorded: Map<string, number>;
  arrived: { management: boolean; tracked: Set<string>; late: number };
  /** Files and records that could not be read. */
  unreadable: string[];
  interrupted: boolean;
}

/**
 * Sends the records of CloudTrail files through the public API, one file after the other. Every trace has
 * the id of its record: what arrived before, in an earlier or interrupted import, counts as duplicate, so
 * running the same import again goes on where it was.
 */
export async function importCloudTrail(options: ImportOptions): Promise<ImportSummary> {
  const { client, signal, warn, dryRun } = options;
  const summary: ImportSummary = {
    read: 0,
    accepted: 0,
    duplicates: 0,
    rejected: new Map(),
    notRecorded: new Map(),
    arrived: { management: false, tracked: new Set(), late: 0 },
    unreadable: [],
    interrupted: false,
  };
  const sources = await listSources(options.paths);
  const stdin = sources.includes('-') ? buffer(process.stdin) : undefined;
  const open = (source: string) => (source === '-' && stdin ? stdin : readFile(source));
  const tell = (problem: string) => {
    summary.unreadable.push(problem);
    warn(problem);
  };
  const shift = options.shiftToNow ? Date.now() - (await newestTime(sources, open)) : 0;
  const progress = new Progress(sources.length, 'files');
  for (const [index, source] of sources.entries()) {
    if (signal.aborted) break;
    progress.show(index, `${summary.read} records`);
    await forEachBatch(readRecords(source, open, tell), tell, async (batch) => {
      const traces = batch.map(({ record, text }) => fromCloudTrail(record, text, shift));
      summary.read += traces.length;
      if (!dryRun) await send(client, traces, summary, signal, warn);
      return !signal.aborted;
    });
  }
  progress.show(sources.length, `${summary.read} records`);
  progress.end();
  summary.interrupted = signal.aborted;
  return summary;
}

/** @param take tells whether it goes on */
async function forEachBatch(
  records: AsyncIterable<SentRecord>,
  tell: (problem: string) => void,
  take: (batch: SentRecord[]) => Promise<boolean>,
): Promise<void> {
  let batch: SentRecord[] = [];
  let size = 0;
  try {
    for await (const one of records) {
      if (batch.length === BATCH || (size + one.text.length > BATCH_SIZE && size > 0)) {
        if (!(await take(batch))) return;
        batch = [];
        size = 0;
      }
      batch.push(one);
      size += one.text.length;
    }
  } catch (error) {
    if (!(error instanceof UnreadableSource)) throw error;
    tell(error.message);
  }
  if (batch.length > 0) await take(batch);
}

async function newestTime(sources: string[], open: (source: string) => Promise<Buffer>): Promise<number> {
  let newest = Number.NEGATIVE_INFINITY;
  for (const source of sources) {
    try {
      for await (const { record } of readRecords(source, open, () => {})) {
        newest = Math.max(newest, Date.parse(record.eventTime));
      }
    } catch (error) {
      if (!(error instanceof UnreadableSource)) throw error;
    }
  }
  return Number.isFinite(newest) ? newest : Date.now();
}

async function send(
  client: OpenCtsClient,
  traces: ReturnType<typeof fromCloudTrail>[],
  summary: ImportSummary,
  signal: AbortSignal,
  warn: (line: string) => void,
) {
  const onRetry = (error: OpenCtsError, waitMs: number) =>
    warn(`${error.message}; next try in ${Math.ceil(waitMs / 1000)} s`);
  const answer = await reportUntilTaken(client, traces, { signal, onRetry }).catch((error) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (!answer) return;
  summary.accepted += answer.accepted;
  summary.duplicates += answer.duplicates;
  summary.arrived.late += answer.late ?? 0;
  if (answer.accepted + answer.duplicates > 0) {
    for (const { event_type: family, resource_id: bucket } of traces) {
      if (family === 'data') summary.arrived.tracked.add(String(bucket));
      else summary.arrived.management = true;
    }
  }
  if (answer.not_recorded) {
    const reason = answer.not_recorded_reasons?.join('; ') ?? 'no reason was given';
    summary.notRecorded.set(reason, (summary.notRecorded.get(reason) ?? 0) + answer.not_recorded);
  }
  const count = (reason: string, traces: number) =>
    summary.rejected.set(reason, (summary.rejected.get(reason) ?? 0) + traces);
  for (const { error_msg, field } of answer.rejected) {
    // Values differ from trace to trace; the field tells the kind of refusal.
    const kind = field === 'time' ? 'time is outside of what the service takes' : error_msg;
    count(kind, 1);
  }
  const untold = (answer.rejected_count ?? 0) - answer.rejected.length;
  if (untold > 0) count('for reasons that the service did not tell one by one', untold);
}
