import type { Bounds } from '../clock/index.ts';
import { ERRORS } from '../errors.ts';
import type { Journal } from '../journal/index.ts';
import type { Masker } from '../traces/index.ts';
import type { Items } from './items.ts';
import { Pacer } from './pacer.ts';
import type { RecordingRules, TraceProducer } from './placement.ts';
import { Submission, type Verdict } from './submission.ts';

export interface IntakeOptions {
  journal: Journal;
  rules: RecordingRules;
  retentionMs: number;
  maxAgeMs: number;
  time: Bounds;
  masker: Masker;
  /** Why nothing can be taken now, if so. */
  refusal: () => string | undefined;
}

export interface SubmitOptions {
  /** Index of the first item in what the producer sent. */
  first?: number;
  /** In place of the account's own. */
  rules?: RecordingRules;
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

  /** What masks the secrets of traces. */
  get masker(): Masker {
    return this.options.masker;
  }

  /** Why nothing can be taken now, if so. */
  refusal(): string | undefined {
    return this.options.refusal();
  }

  /**
   * Takes what is good of the items; resolves when that is durable. Items are worked off in turns with those
   * of other accounts, and journalled all at once.
   * @param items makes them, when it is their turn
   * @throws CtsError 503 when nothing can be taken now
   */
  async submit(
    producer: TraceProducer,
    items: () => Items,
    { first = 0, rules = this.options.rules }: SubmitOptions = {},
  ): Promise<Verdict> {
    const { journal, time, retentionMs, maxAgeMs, masker, refusal } = this.options;
    // What the service reports of itself does not wait behind what the account reports.
    const lane = producer.own ? `own ${producer.domainId}` : producer.domainId;
    let submission: Submission | undefined;
    const piece = (until: number): { durable: Promise<void> } | undefined => {
      const reason = refusal();
      if (reason !== undefined) throw ERRORS.unavailable(reason, 30);
      submission ??= new Submission(
        items(),
        first,
        { ...producer, now: time.latest(), surely: time.earliest(), retentionMs, maxAgeMs, masker },
        rules,
      );
      return submission.work(until) ? { durable: submission.append(journal) } : undefined;
    };
    let done: { durable: Promise<void> } | undefined;
    while (!done) done = await this.pacer.run(lane, piece, submission !== undefined);
    await done.durable;
    const { verdict } = submission as unknown as Submission;
    this.totals.accepted += verdict.accepted;
    this.totals.duplicate += verdict.duplicates;
    this.totals.rejected += verdict.rejectedCount;
    this.totals.not_recorded += verdict.notRecorded;
    return verdict;
  }
}
