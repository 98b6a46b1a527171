import { setTimeout as sleep } from 'node:timers/promises';
import { type OpenCtsClient, type OpenCtsError, reportUntilTaken } from '@opencts/client';
import { Progress } from '../cli/index.ts';
import { eachOf } from '../each-of.ts';
import { type MappingOptions, TOLD_REJECTIONS } from '../ingest/index.ts';
import { ObjectStoreError } from '../objects/index.ts';
import type { Format } from './formats.ts';
import type { Origin, Source } from './origin.ts';
import type { Refusal } from './reading.ts';
import { type FoundRecord, readRecords } from './records.ts';
import type { Refusals } from './refusals.ts';
import { shiftToNow } from './shift.ts';

/** All that the service refuses of so many is told one by one. */
const BATCH = TOLD_REJECTIONS;
/** Characters of the records of one request; services take 12 MB. */
const BATCH_SIZE = 4 * 1024 ** 2;
/** A listing that takes long is waited for so much longer, so that a store does little else. */
const REST = 4;

export interface ImportOptions {
  origin: Origin;
  format: Format;
  /** Why files are not what was delivered, by their names. */
  changed?: ReadonlyMap<string, string>;
  client: OpenCtsClient;
  /** Move all times to the present; days that the trace list keeps. */
  shiftToNow?: { days: number };
  /** Look again for what is new, every so many ms, until it is aborted. */
  followEvery?: number;
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
 * Sends the records of files through the public API. Every trace has the id of its record: what arrived before, in an
 * earlier or interrupted import, counts as duplicate, so running the same import again goes on where it was.
 */
export async function importFrom(options: ImportOptions): Promise<ImportSummary> {
  const { origin, signal, followEvery } = options;
  await origin.look();
  const importing = new Import(options);
  await importing.prepare();
  for (;;) {
    await importing.takeAll();
    if (followEvery === undefined || signal.aborted) break;
    importing.tellNew();
    await lookAgain(options, followEvery);
  }
  return { ...importing.summary, interrupted: signal.aborted };
}

/** Waits, and looks; a store that does not let it is asked again the next time. */
async function lookAgain({ origin, signal, warn }: ImportOptions, every: number): Promise<void> {
  let took = 0;
  for (let isLooked = false; !isLooked && !signal.aborted; ) {
    await sleep(Math.max(every, took * REST), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const began = performance.now();
    try {
      await origin.look();
      isLooked = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ObjectStoreError)) throw error;
      warn(`${error.message}; next try in ${every / 1000} s`);
    }
    took = performance.now() - began;
  }
}

class Import {
  readonly summary: ImportSummary = {
    files: 0,
    read: 0,
    accepted: 0,
    duplicates: 0,
    notRecorded: new Map(),
    arrived: { management: false, tracked: new Set(), late: 0 },
    passed: new Map(),
    interrupted: false,
  };
  private readonly options: ImportOptions;
  private readonly mapping: MappingOptions;
  private progress = new Progress(0, 'files');
  /** Of this round. */
  private done = { files: 0, bytes: 0 };
  private told = 0;

  constructor(options: ImportOptions) {
    this.options = options;
    this.mapping = { dataAsManagement: options.dataAsManagement };
  }

  async prepare(): Promise<void> {
    const { origin, format, shiftToNow: wanted, warn } = this.options;
    if (!wanted) return;
    const shift = await shiftToNow(origin, format, wanted.days, Date.now());
    this.mapping.timeOf = shift.timeOf;
    warn(shift.told);
  }

  /** Everything that waits, some at a time. */
  async takeAll(): Promise<void> {
    const { origin, signal } = this.options;
    const { files, bytes } = origin.waiting();
    if (files === 0) return;
    this.progress = new Progress(files, 'files');
    this.done = { files: 0, bytes: 0 };
    const shown = setInterval(() => this.show(bytes), 100);
    try {
      await eachOf(origin.sources(), origin.atOnce, async (source) => {
        if (signal.aborted) return;
        this.summary.files++;
        await this.take(source);
        this.done.files++;
      });
    } finally {
      clearInterval(shown);
      this.show(bytes);
      this.progress.end();
    }
  }

  /** To whoever reads the log of an import that follows. */
  tellNew(): void {
    const { files, read, accepted, duplicates } = this.summary;
    if (files === this.told) return;
    this.told = files;
    this.options.warn(
      `${files} files, ${read} records so far: ${accepted} accepted, ${duplicates} duplicates`,
    );
  }

  private show(bytes: number): void {
    const { read } = this.summary;
    const size = bytes === 0 ? '' : `, ${megabytes(this.done.bytes)} of ${megabytes(bytes)} MB`;
    this.progress.show(this.done.files, `${read} records${size}`);
  }

  private async take(source: Source): Promise<void> {
    const { changed, refusals, signal, format } = this.options;
    const { name, ledger } = source;
    const outcome = { isUnread: false, recorded: 0, unrecorded: 0, untaken: 0 };
    // What was being read when it was interrupted is not broken.
    const refuse = (refusal: Refusal, kind?: string) => {
      if (signal.aborted) return;
      outcome.untaken += refusal.count ?? 1;
      refusals.add(refusal, kind);
    };
    const fail = (refusal: Refusal) => {
      outcome.isUnread = true;
      refuse(refusal);
    };
    const reading = { refuse, fail, pass: (what: string) => count(this.summary.passed, what, 1) };
    const reason = changed?.get(name);
    if (reason === undefined) {
      await this.takeRecords(source, outcome, readRecords(this.counted(source), format, reading, signal));
    } else {
      refuse({ file: name, reason }, 'the file is not what its digest says');
    }
    if (!signal.aborted) ledger?.end(outcome);
    refusals.endOf(name);
  }

  private async takeRecords(
    { ledger }: Source,
    outcome: { recorded: number; unrecorded: number; untaken: number },
    records: AsyncIterable<FoundRecord>,
  ): Promise<void> {
    const { signal } = this.options;
    let taken = 0;
    let untaken = 0;
    for await (const batch of batchesOf(records, () => ledger?.taken ?? 0)) {
      if (signal.aborted) return;
      if (taken === 0) taken = ledger?.taken ?? 0;
      this.summary.read += batch.length;
      const answer = await this.send(batch);
      if (!answer) return;
      taken += batch.length;
      untaken += answer.unrecorded + answer.refused;
      outcome.recorded += answer.recorded;
      outcome.unrecorded += answer.unrecorded;
      // Of what nothing was recorded it is tried again another time.
      if (ledger && outcome.recorded + ledger.taken > 0) {
        ledger.take(taken, untaken);
        untaken = 0;
      }
    }
    outcome.untaken += untaken;
  }

  private counted(source: Source): Source {
    const { done } = this;
    return {
      ...source,
      async *open(signal) {
        for await (const chunk of source.open(signal)) {
          done.bytes += chunk.length;
          yield chunk;
        }
      },
    };
  }

  /** @returns undefined: it was interrupted */
  private async send(batch: readonly FoundRecord[]) {
    const { client, format, signal, warn, refusals, dryRun } = this.options;
    const { summary, mapping } = this;
    const traces = batch.map(({ record, text }) => format.traceOf(record, text, mapping));
    if (dryRun) return { recorded: 0, unrecorded: 0, refused: 0 };
    const onRetry = (error: OpenCtsError, waitMs: number) =>
      warn(`${error.message}; next try in ${Math.ceil(waitMs / 1000)} s`);
    const answer = await reportUntilTaken(client, traces, { signal, onRetry }).catch((error) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (!answer) return undefined;
    const { accepted, duplicates, rejected, not_recorded: unrecorded = 0 } = answer;
    summary.accepted += accepted;
    summary.duplicates += duplicates;
    summary.arrived.late += answer.late ?? 0;
    if (accepted + duplicates > 0) {
      for (const { event_type: family, resource_id: bucket } of traces) {
        if (family === 'data') summary.arrived.tracked.add(String(bucket));
        else summary.arrived.management = true;
      }
    }
    if (unrecorded > 0) {
      const reason = answer.not_recorded_reasons?.join('; ') ?? 'no reason was given';
      count(summary.notRecorded, reason, unrecorded);
    }
    for (const { index, error_msg, field } of rejected) {
      const { place, text } = batch[index] as FoundRecord;
      // Values differ from trace to trace; the field tells the kind of refusal.
      const kind = field === 'time' ? 'time is outside of what the service takes' : undefined;
      refusals.add({ ...place, reason: error_msg, text }, kind);
    }
    return { recorded: accepted + duplicates, unrecorded, refused: rejected.length };
  }
}

/** @param skip how many at the beginning are left out; known with the first record */
async function* batchesOf(
  records: AsyncIterable<FoundRecord>,
  skip: () => number,
): AsyncGenerator<FoundRecord[]> {
  let batch: FoundRecord[] = [];
  let size = 0;
  let passed: number | undefined;
  for await (const one of records) {
    passed ??= skip();
    if (passed-- > 0) continue;
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

const count = (counts: Map<string, number>, what: string, more: number) =>
  counts.set(what, (counts.get(what) ?? 0) + more);
const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);
