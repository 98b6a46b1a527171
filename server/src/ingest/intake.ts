import { ERRORS } from '../errors.ts';
import type { Journal, JournalEntry } from '../journal/index.ts';
import { UnreadableLine } from './body.ts';
import { normalise, TraceRejected } from './normalise.ts';
import { Pacer } from './pacer.ts';

/** Who sends: the project that the traces belong to and its account. */
export interface TraceProducer {
  projectId: string;
  domainId: string;
}

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
  /** Ids in the order sent, null for a rejected one. */
  traceIds: (string | null)[];
}

export interface IntakeOptions {
  journal: Journal;
  retentionMs: number;
  clock: () => number;
  /** Why nothing can be taken now, if so. */
  refusal: () => string | undefined;
}

/** Validates, stamps and journals traces. */
export class Intake {
  private readonly options: IntakeOptions;
  private readonly pacer = new Pacer();

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  /**
   * Takes what is good of the items; resolves when that is durable.
   * @param items makes them, when it is their turn
   * @param first index of the first item in what the producer sent
   * @throws CtsError 503 when nothing can be taken now
   */
  submit(producer: TraceProducer, items: () => readonly unknown[], first = 0): Promise<Verdict> {
    return this.pacer.run(() => this.take(producer, items, first));
  }

  private async take(
    producer: TraceProducer,
    make: () => readonly unknown[],
    first: number,
  ): Promise<Verdict> {
    const { journal, clock, retentionMs, refusal } = this.options;
    const reason = refusal();
    if (reason !== undefined) throw ERRORS.unavailable(reason, 30);
    const items = make();
    const context = { ...producer, now: clock(), retentionMs };
    const verdict: Verdict = { accepted: 0, duplicates: 0, rejected: [], traceIds: [] };
    const entries: JournalEntry[] = [];
    const identities: Buffer[] = [];
    let inThisCall: Set<string> | undefined;
    for (let index = 0; index < items.length; index++) {
      const entry = attempt(items[index], context, first + index, verdict);
      verdict.traceIds.push(entry?.routing.traceId ?? null);
      if (!entry) continue;
      const { traceId, clientId } = entry.routing;
      if (clientId) {
        const identity = identityOf(producer.projectId, traceId);
        inThisCall ??= new Set();
        if (inThisCall.has(traceId) || journal.knows(identity)) {
          verdict.duplicates++;
          continue;
        }
        inThisCall.add(traceId);
        identities.push(identity);
      }
      entries.push(entry);
    }
    const appended = entries.length > 0 ? journal.append(entries, identities) : undefined;
    // A duplicate is acknowledged only when the trace it repeats is on disk.
    const repeated = verdict.duplicates > 0 ? journal.flushed() : undefined;
    await Promise.all([appended, repeated]);
    verdict.accepted = entries.length;
    return verdict;
  }
}

function attempt(item: unknown, context: Parameters<typeof normalise>[1], index: number, verdict: Verdict) {
  try {
    if (item instanceof UnreadableLine) throw new TraceRejected(undefined, item.reason);
    return normalise(item, context);
  } catch (error) {
    if (!(error instanceof TraceRejected)) throw error;
    verdict.rejected.push({ index, error_code: 'CTS.0003', error_msg: error.message, field: error.field });
    return undefined;
  }
}

function identityOf(projectId: string, traceId: string): Buffer {
  return Buffer.from(projectId + traceId.replaceAll('-', ''), 'hex');
}
