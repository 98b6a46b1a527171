import { type OpenCtsClient, type OpenCtsError, reportUntilTaken } from '@opencts/client';
import { fromCloudTrail } from '../ingest/index.ts';
import { listSources, type Records, readRecords, type SentRecord, UnreadableSource } from './files.ts';
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
    unreadable: [],
    interrupted: false,
  };
  const sources = await listSources(options.paths);
  const stdin = sources.includes('-') ? await readRecords('-') : { records: [], problems: [] };
  const read = (source: string) => (source === '-' ? Promise.resolve(stdin) : readRecords(source));
  const shift = options.shiftToNow ? Date.now() - (await newestTime(sources, read)) : 0;
  const progress = new Progress(sources.length, 'files');
  for (const [index, source] of sources.entries()) {
    if (signal.aborted) break;
    progress.show(index, `${summary.read} records`);
    const records = await readable(source, read, summary, warn);
    for (const batch of batchesOf(records)) {
      if (signal.aborted) break;
      const traces = batch.map(({ record, text }) => fromCloudTrail(record, text, shift));
      summary.read += traces.length;
      if (!dryRun) await send(client, traces, summary, signal, warn);
    }
  }
  progress.show(sources.length, `${summary.read} records`);
  progress.end();
  summary.interrupted = signal.aborted;
  return summary;
}

function* batchesOf(records: readonly SentRecord[]): Generator<SentRecord[]> {
  let batch: SentRecord[] = [];
  let size = 0;
  for (const one of records) {
    if (batch.length === BATCH || (size + one.text.length > BATCH_SIZE && size > 0)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(one);
    size += one.text.length;
  }
  if (batch.length > 0) yield batch;
}

type Read = (source: string) => Promise<Records>;

async function newestTime(sources: string[], read: Read): Promise<number> {
  let newest = Number.NEGATIVE_INFINITY;
  for (const source of sources) {
    const { records } = await read(source).catch(() => ({ records: [] }));
    for (const { record } of records) newest = Math.max(newest, Date.parse(record.eventTime));
  }
  return Number.isFinite(newest) ? newest : Date.now();
}

/** The good records of a source; what is bad is noted and costs nothing else. */
async function readable(source: string, read: Read, summary: ImportSummary, warn: (line: string) => void) {
  const { records, problems } = await read(source).catch((error) => {
    if (!(error instanceof UnreadableSource)) throw error;
    return { records: [], problems: [error.message] };
  });
  for (const problem of problems) {
    summary.unreadable.push(problem);
    warn(problem);
  }
  return records;
}

async function send(
  client: OpenCtsClient,
  traces: object[],
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
