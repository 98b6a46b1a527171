import { ERRORS } from '../errors.ts';
import type { Journal, JournalEntry } from '../journal/index.ts';
import type { Masker } from '../traces/index.ts';
import { UnreadableLine } from './body.ts';
import { accept, stamp, TraceRejected } from './normalise.ts';
import { Pacer } from './pacer.ts';
import type { Placement, RecordingRules, TraceProducer } from './placement.ts';

export interface Rejection {
  /** Place of the trace in what was sent, from 0. */
  index: number;
  error_code: string;
  error_msg: string;
  field?: string;
}

/** What became of each trace that was sent; those not rejected are on disk. */
export interface Verdict {
  accepted: number;
  /** Traces whose trace_id had been accepted before. */
  duplicates: number;
  rejected: Rejection[];
  /** Good traces that nothing records, because of trackers or settings of the account. */
  notRecorded: number;
  /** Why, each reason once. */
  reasons: Set<string>;
  /** Ids in the order sent, null for one that is not on disk. */
  traceIds: (string | null)[];
}

export function emptyVerdict(): Verdict {
  return { accepted: 0, duplicates: 0, rejected: [], notRecorded: 0, reasons: new Set(), traceIds: [] };
}

export interface IntakeOptions {
  journal: Journal;
  rules: RecordingRules;
  retentionMs: number;
  clock: () => number;
  masker: Masker;
  /** Why nothing can be taken now, if so. */
  refusal: () => string | undefined;
}

/** Validates, stamps and journals traces. */
export class Intake {
  /** What became of traces since the start. */
  readonly totals = { accepted: 0, duplicate: 0, rejected: 0, not_recorded: 0 };
  private readonly options: IntakeOptions;
  private readonly pacer = new Pacer();

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  /** Why nothing can be taken now, if so. */
  refusal(): string | undefined {
    return this.options.refusal();
  }

  /**
   * Takes what is good of the items; resolves when that is durable.
   * @param items makes them, when it is their turn
   * @param first index of the first item in what the producer sent
   * @param rules in place of the account's own
   * @throws CtsError 503 when nothing can be taken now
   */
  submit(
    producer: TraceProducer,
    items: () => readonly unknown[],
    first = 0,
    rules = this.options.rules,
  ): Promise<Verdict> {
    return this.pacer.run(() => this.take(producer, items, first, rules));
  }

  private async take(
    producer: TraceProducer,
    make: () => readonly unknown[],
    first: number,
    rules: RecordingRules,
  ): Promise<Verdict> {
    const { journal, clock, retentionMs, masker, refusal } = this.options;
    const reason = refusal();
    if (reason !== undefined) throw ERRORS.unavailable(reason, 30);
    const items = make();
    const context = { ...producer, now: clock(), retentionMs, masker };
    const verdict = emptyVerdict();
    const entries: JournalEntry[] = [];
    const identities: Buffer[] = [];
    const inThisCall = new Set<string>();

    /** Whether the trace is new to its project; a client's id makes a copy of it known. */
    const isNew = ({ routing }: JournalEntry): boolean => {
      if (!routing.clientId) return true;
      const key = routing.projectId + routing.traceId;
      const identity = identityOf(routing.projectId, routing.traceId);
      if (inThisCall.has(key) || journal.knows(identity)) return false;
      inThisCall.add(key);
      identities.push(identity);
      return true;
    };
    const takeOne = (item: unknown): string | null => {
      if (item instanceof UnreadableLine) throw new TraceRejected(undefined, item.reason);
      const input = accept(item, context);
      const places = rules.placesOf(producer, input);
      if (typeof places === 'string') {
        verdict.notRecorded++;
        verdict.reasons.add(places);
        return null;
      }
      const own = stamp(input, context, places[0] as Placement);
      const { traceId } = own.routing;
      if (isNew(own)) {
        entries.push(own);
        verdict.accepted++;
      } else {
        verdict.duplicates++;
      }
      for (const place of places.slice(1)) {
        const copy = stamp({ ...input, trace_id: traceId }, context, place);
        if (isNew(copy)) entries.push(copy);
      }
      return traceId;
    };

    for (let index = 0; index < items.length; index++) {
      try {
        verdict.traceIds.push(takeOne(items[index]));
      } catch (error) {
        if (!(error instanceof TraceRejected)) throw error;
        const { message, field } = error;
        verdict.rejected.push({ index: first + index, error_code: 'CTS.0003', error_msg: message, field });
        verdict.traceIds.push(null);
      }
    }
    const appended = entries.length > 0 ? journal.append(entries, identities) : undefined;
    // A duplicate is acknowledged only when the trace it repeats is on disk.
    const repeated = verdict.duplicates > 0 ? journal.flushed() : undefined;
    await Promise.all([appended, repeated]);
    this.totals.accepted += verdict.accepted;
    this.totals.duplicate += verdict.duplicates;
    this.totals.rejected += verdict.rejected.length;
    this.totals.not_recorded += verdict.notRecorded;
    return verdict;
  }
}

function identityOf(projectId: string, traceId: string): Buffer {
  return Buffer.from(projectId + traceId.replaceAll('-', ''), 'hex');
}
