import { type OpenCtsClient, type OpenCtsError, reportUntilTaken } from '@opencts/client';
import { Progress } from '../cli/index.ts';
import { type MappingOptions, TOLD_REJECTIONS } from '../ingest/index.ts';
import { bytesOf } from './bytes.ts';
import { listSources, nameOf } from './files.ts';
import type { Format } from './formats.ts';
import { type FoundRecord, type Refusal, readRecords } from './records.ts';
import type { Refusals } from './refusals.ts';
import { shiftToNow } from './shift.ts';
import { keptInput } from './standard-input.ts';

/** All that the service refuses of so many is told one by one. */
const BATCH = TOLD_REJECTIONS;
/** Characters of the records of one request; services take 12 MB. */
const BATCH_SIZE = 4 * 1024 ** 2;

export interface ImportOptions {
  paths: string[];
  format: Format;
  /** Why files are not what was delivered, by their paths. */
  changed?: ReadonlyMap<string, string>;
  client: OpenCtsClient;
  /** Move all times to the present; days that the trace list keeps. */
  shiftToNow?: { days: number };
  /** Record operations on data as management. */
  dataAsManagement: boolean;
  /** Map and count, send nothing. */
  dryRun: boolean;
  signal: AbortSignal;
  warn: (line: string) => void;
  refusals: Refusals;
}

export interface ImportSummary {
  files: number;
  /** Records that could be read. */
  read: number;
  accepted: number;
  duplicates: number;
  /** Reasons for which good traces were not recorded, with how many in the batches that told them. */
  notRecorded: Map<string, number>;
  /** What arrived, as far as it tells which trackers recorded it. */
  arrived: { management: boolean; tracked: Set<string>; late: number };
  /** What was found that is no record, with how many. */
  passed: Map<string, number>;
  interrupted: boolean;
}

/**
 * Sends the records of files through the public API, one file after the other. Every trace has
 * the id of its record: what arrived before, in an earlier or interrupted import, counts as duplicate, so
 * running the same import again goes on where it was.
 */
export async function importFiles(options: ImportOptions): Promise<ImportSummary> {
  const { signal, warn, refusals } = options;
  const summary: ImportSummary = {
    files: 0,
    read: 0,
    accepted: 0,
    duplicates: 0,
    notRecorded: new Map(),
    arrived: { management: false, tracked: new Set(), late: 0 },
    passed: new Map(),
    interrupted: false,
  };
  const listed = await listSources(options.paths);
  // It can be read once only.
  const kept =
    options.shiftToNow && listed.some(({ path }) => path === '-') ? await keptInput(signal) : undefined;
  const sources = listed.map((source) =>
    source.path === '-' && kept ? { ...source, path: kept.path } : source,
  );
  try {
    const mapping: MappingOptions = { dataAsManagement: options.dataAsManagement };
    if (options.shiftToNow) {
      const shift = await shiftToNow(sources, options.format, options.shiftToNow.days, Date.now());
      mapping.timeOf = shift.timeOf;
      warn(shift.told);
    }
    const progress = new Progress(sources.length, 'files');
    const reading = {
      // What was being read when it was interrupted is not broken.
      refuse: (refusal: Refusal) => {
        if (!signal.aborted) refusals.add(refusal);
      },
      pass: (what: string) => count(summary.passed, what, 1),
    };
    const open = (path: string) => bytesOf(path, signal);
    for (const [index, source] of sources.entries()) {
      if (signal.aborted) break;
      progress.show(index, `${summary.read} records`);
      summary.files++;
      const reason = options.changed?.get(source.path);
      if (reason !== undefined) {
        refusals.add({ file: source.path, reason }, 'the file is not what its digest says');
        continue;
      }
      for await (const batch of batchesOf(readRecords(source, options.format, reading, open))) {
        if (signal.aborted) break;
        summary.read += batch.length;
        await send(batch, mapping, summary, options);
        progress.show(index, `${summary.read} records, ${nameOf(source.path)}`);
      }
    }
    progress.show(sources.length, `${summary.read} records`);
    progress.end();
  } finally {
    await kept?.remove();
  }
  summary.interrupted = signal.aborted;
  return summary;
}

async function* batchesOf(records: AsyncIterable<FoundRecord>): AsyncGenerator<FoundRecord[]> {
  let batch: FoundRecord[] = [];
  let size = 0;
  for await (const one of records) {
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

async function send(
  batch: readonly FoundRecord[],
  mapping: MappingOptions,
  summary: ImportSummary,
  { client, format, signal, warn, refusals, dryRun }: ImportOptions,
): Promise<void> {
  const traces = batch.map(({ record, text }) => format.traceOf(record, text, mapping));
  if (dryRun) return;
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
    count(summary.notRecorded, reason, answer.not_recorded);
  }
  for (const { index, error_msg, field } of answer.rejected) {
    const { place, text } = batch[index] as FoundRecord;
    // Values differ from trace to trace; the field tells the kind of refusal.
    const kind = field === 'time' ? 'time is outside of what the service takes' : undefined;
    refusals.add({ ...place, reason: error_msg, text }, kind);
  }
}

const count = (counts: Map<string, number>, what: string, more: number) =>
  counts.set(what, (counts.get(what) ?? 0) + more);
