import type { Journal, JournalEntry } from '../journal/index.ts';
import { type Fixed, LineWriter } from '../traces/index.ts';
import { type Items, Unreadable } from './items.ts';
import { MAX_REASON, TOLD_REJECTIONS } from './limits.ts';
import { accept, fixedOf, type IntakeContext, stamp, stampWritten } from './normalise.ts';
import type { Placement, RecordingRules } from './placement.ts';
import { TraceRejected } from './rejected.ts';
import { textsOf } from './texts.ts';

export interface Rejection {
  /** Place of the trace in what was sent, from 0. */
  index: number;
  error_code: string;
  error_msg: string;
  field?: string;
}

/** What became of each trace that was sent; those not rejected are on disk. */
export interface Verdict {
  /** Traces that were looked at. */
  items: number;
  accepted: number;
  /** Traces whose trace_id had been accepted before. */
  duplicates: number;
  /** Of these, those that the trace list does not reach any more. */
  late: number;
  /** The first rejections, so that an answer stays short. */
  rejected: Rejection[];
  /** All of them. */
  rejectedCount: number;
  /** Good traces that nothing records, because of trackers or settings of the account. */
  notRecorded: number;
  /** Why, each reason once. */
  reasons: Set<string>;
  /** Ids in the order sent, null for one that is not on disk. */
  traceIds: (string | null)[];
}

export function emptyVerdict(): Verdict {
  return {
    items: 0,
    accepted: 0,
    duplicates: 0,
    late: 0,
    rejected: [],
    rejectedCount: 0,
    notRecorded: 0,
    reasons: new Set(),
    traceIds: [],
  };
}

const MOST_FIELD = 128;

/** A trace that is ready for the journal, and its copies in other places. */
interface Ready {
  own: JournalEntry;
  copies: readonly JournalEntry[];
}

const NO_COPIES: readonly JournalEntry[] = [];

/** That are kept while nobody writes. */
const MOST_IDLE = 8;
const idle: LineWriter[] = [];

/** Traces of one call on their way to the journal: made ready piece by piece, then appended all at once. */
export class Submission {
  readonly verdict = emptyVerdict();
  private readonly source: Items;
  private readonly first: number;
  private readonly context: IntakeContext;
  private readonly rules: RecordingRules;
  private readonly ready: Ready[] = [];
  private readonly lines = idle.pop() ?? new LineWriter();
  private at = 0;
  private fixed: { place: Placement; members: Fixed } | undefined;

  /**
   * @param source its items are let go of one by one, since what waits for the disk should take little memory
   * @param first index of the first item in what the producer sent
   */
  constructor(source: Items, first: number, context: IntakeContext, rules: RecordingRules) {
    this.source = source;
    this.first = first;
    this.context = context;
    this.rules = rules;
  }

  /** Works until an instant of `performance.now()`. @returns whether all items are done */
  work(until: number): boolean {
    const { verdict } = this;
    const { items } = this.source;
    for (; this.at < items.length; this.at++) {
      if (performance.now() > until) return false;
      verdict.traceIds.push(this.take(items[this.at]));
      items[this.at] = undefined;
      verdict.items++;
    }
    return true;
  }

  /**
   * Appends what is new; resolves when that is durable. Only here it is settled what is new, since other calls
   * may have been taken meanwhile.
   * @throws CtsError 503
   */
  async append(journal: Journal): Promise<void> {
    const { verdict } = this;
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
    for (const { own, copies } of this.ready) {
      if (isNew(own)) {
        entries.push(own);
        verdict.accepted++;
      } else {
        verdict.duplicates++;
      }
      for (const copy of copies) if (isNew(copy)) entries.push(copy);
    }
    this.ready.length = 0;
    const appended = entries.length > 0 ? journal.append(entries, identities) : undefined;
    // The journal has copied them.
    this.lines.release();
    if (idle.length < MOST_IDLE) idle.push(this.lines);
    // A duplicate is acknowledged only when the trace it repeats is on disk.
    const repeated = verdict.duplicates > 0 ? journal.flushed() : undefined;
    await Promise.all([appended, repeated]);
  }

  /** Id of a trace that is recorded. */
  private take(raw: unknown): string | null {
    const { verdict, context, rules, source } = this;
    try {
      const sent = source.read(raw);
      if (sent instanceof Unreadable) throw new TraceRejected(sent.field, sent.reason);
      const input = accept(sent, context, verdict.rejected.length < TOLD_REJECTIONS);
      const places = rules.placesOf(context, input);
      if (typeof places === 'string') {
        verdict.notRecorded++;
        verdict.reasons.add(places);
        return null;
      }
      const texts = textsOf(input, sent);
      const place = places[0] as Placement;
      const own =
        stampWritten(input, sent, texts, context, place, this.fixedIn(place), this.lines) ??
        stamp(input, texts, context, place);
      const { traceId } = own.routing;
      const copies =
        places.length === 1
          ? NO_COPIES
          : places.slice(1).map((place) => stamp({ ...input, trace_id: traceId }, texts, context, place));
      this.ready.push({ own, copies });
      if (input.time < context.surely - context.retentionMs) verdict.late++;
      return traceId;
    } catch (error) {
      if (!(error instanceof TraceRejected)) throw error;
      this.reject(error);
      return null;
    }
  }

  /** Traces of one call are of one place, mostly. */
  private fixedIn(place: Placement): Fixed {
    if (this.fixed?.place !== place) this.fixed = { place, members: fixedOf(this.context, place) };
    return this.fixed.members;
  }

  private reject({ message, field }: TraceRejected): void {
    const { verdict, first, at } = this;
    verdict.rejectedCount++;
    if (verdict.rejected.length === TOLD_REJECTIONS) return;
    const error_msg = message.length > MAX_REASON ? `${message.slice(0, MAX_REASON)}…` : message;
    verdict.rejected.push({
      index: first + at,
      error_code: 'CTS.0003',
      error_msg,
      field: field?.slice(0, MOST_FIELD),
    });
  }
}

function identityOf(projectId: string, traceId: string): Buffer {
  return Buffer.from(projectId + traceId.replaceAll('-', ''), 'hex');
}
