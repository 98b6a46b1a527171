import type { Logger } from 'pino';
import Type from 'typebox';
import { CtsError, ERRORS } from '../errors.ts';
import { newTraceId, type Placement, type TraceInput } from '../ingest/index.ts';
import { type Metadata, readerOf } from '../metadata/index.ts';
import type { OwnTrace } from './fit.ts';
import { Gathering } from './gathering.ts';
import { MAX_RUNNING, MAX_WAITING } from './limits.ts';
import type { Concern, Recorder } from './recorder.ts';

/** Rows that go into one statement. */
const MOST_ROWS = 100;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** What is told of an operation that was under way when the service ended. */
export const UNKNOWN_OUTCOME =
  'the service ended before the outcome of this operation was known; it may have taken effect or not';

/** An operation under way. */
export interface Operation {
  readonly about: Concern;
  /** Becomes the `trace_id`: its trace is recorded once however often that is tried. */
  readonly id: string;
  readonly time: number;
  /** Where it was to be recorded when it began. */
  readonly places: readonly Placement[] | undefined;
}

interface Ended extends Operation {
  trace: TraceInput;
}

export interface OperationsOptions {
  metadata: Metadata;
  recorder: Recorder;
  clock: () => number;
  log: Logger;
}

/**
 * Operations of the service whose traces must not be missing. The order of things:
 * 1. `begin` writes the trace, as far as it is known, into the metadata store; where it cannot, nothing happens.
 * 2. The operation takes effect.
 * 3. `end` puts the trace with its outcome into the journal. Where it cannot, the outcome goes to the row, and
 *    the loop tries the journal again.
 * 4. The row is removed.
 * After a crash between 1 and 4 the next start journals the row. The journal knows its `trace_id`, if it is there.
 */
export class Operations {
  private readonly options: OperationsOptions;
  private readonly rows: Gathering<Row>;
  /** Under way, by account. */
  private readonly running = new Map<string, number>();
  /** Ended, but not in the journal; the loop empties it. */
  private readonly waiting = new Map<string, Ended>();
  /** In the journal; the loop removes their rows. */
  private settled: string[] = [];
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  private stopping = false;

  constructor(options: OperationsOptions) {
    this.options = options;
    this.rows = new Gathering(MOST_ROWS, (rows) => this.insert(rows));
  }

  /** Journals what the process before has left; to be called before any operation begins. */
  async start(): Promise<void> {
    const rows = await this.options.metadata
      .selectFrom('operations')
      .selectAll()
      .orderBy('started_at')
      .orderBy('id')
      .execute();
    for (const row of rows) {
      const ended = endedOf(row);
      // It stays where it is: what it says may still be read by a person.
      if (ended) this.waiting.set(row.id, ended);
    }
    await this.pass();
    this.loop = this.work();
  }

  /** Tries once more what waits; the rest is left to the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
    await this.pass();
  }

  /** Ended operations that wait for the journal. */
  get backlog(): number {
    return this.waiting.size;
  }

  /** Why nothing may begin now, if so. */
  refusal(): string | undefined {
    const reason = this.options.recorder.refusal();
    if (reason !== undefined) return reason;
    return this.waiting.size < MAX_WAITING ? undefined : 'earlier operations wait to be recorded';
  }

  /**
   * Writes down that an operation begins; to be followed by `end`, `now` or `withdraw`.
   * @throws CtsError 503 when that cannot be written, 429 when too many of the account are under way
   */
  async begin(about: Concern, trace: OwnTrace): Promise<Operation> {
    const { recorder, clock, log } = this.options;
    const { domainId } = about;
    const running = this.running.get(domainId) ?? 0;
    if (running >= MAX_RUNNING) throw ERRORS.tooMany('management operations', MAX_RUNNING, 1);
    this.running.set(domainId, running + 1);
    const time = clock();
    const fitted = recorder.fit(about, trace, time);
    const places = recorder.placesOf(about, fitted);
    const operation = { about, id: newTraceId(), time, places };
    try {
      await this.rows.add(rowOf({ ...operation, trace: fitted }, false));
    } catch (error) {
      this.leave(operation);
      log.error({ err: error, operation: trace.trace_name }, 'an operation cannot be written down: refused');
      if (error instanceof CtsError) throw error;
      throw ERRORS.unavailable('the operation cannot be recorded now, so it is not done', 5);
    }
    return operation;
  }

  /** Tells how an operation ended. Never rejects: what the journal does not take is kept, and tried again. */
  async end(operation: Operation, trace: OwnTrace): Promise<void> {
    this.leave(operation);
    const ended = { ...operation, trace: this.fitTo(operation, trace) };
    try {
      await this.journal(ended);
    } catch (error) {
      await this.keep(ended, error);
    }
  }

  /**
   * Records an operation before it takes effect, since that ends its recording.
   * @throws CtsError when it cannot be recorded
   */
  async now(operation: Operation, trace: OwnTrace): Promise<void> {
    await this.journal({ ...operation, trace: this.fitTo(operation, trace) });
    this.leave(operation);
  }

  /** Nothing has happened. */
  withdraw(operation: Operation): void {
    this.leave(operation);
    this.settle(operation.id);
  }

  /**
   * Records what was not begun here: a refusal, or what needs no trace beforehand because it takes effect by its
   * answer. Never rejects.
   * @param lasting kept and tried again if the journal does not take it now
   */
  async report(about: Concern, trace: OwnTrace, lasting: boolean): Promise<void> {
    const { recorder, clock, log } = this.options;
    const time = clock();
    const fitted = recorder.fit(about, trace, time);
    const operation = { about, id: newTraceId(), time, places: recorder.placesOf(about, fitted) };
    const ended = { ...operation, trace: this.fitTo(operation, trace) };
    try {
      await recorder.submit(about, ended.trace);
    } catch (error) {
      if (lasting && this.waiting.size < MAX_WAITING) await this.keep(ended, error);
      else log.error({ err: error, operation: trace.trace_name }, 'not recorded');
    }
  }

  /**
   * Does what the service does by itself.
   * @param work false: there was nothing to do
   * @param tell what is known of it only afterwards
   * @throws CtsError 503 when it cannot be written down; what the work throws
   */
  async run<T>(
    about: Concern,
    trace: OwnTrace,
    work: () => Promise<T>,
    tell: (result: T) => Partial<OwnTrace> = () => ({}),
  ): Promise<T> {
    const operation = await this.begin(about, trace);
    try {
      const result = await work();
      if (result === false) this.withdraw(operation);
      else await this.end(operation, { ...trace, ...tell(result) });
      return result;
    } catch (error) {
      await this.end(operation, { ...trace, code: '500', message: 'it failed', trace_rating: 'warning' });
      throw error;
    }
  }

  private leave({ about: { domainId } }: Operation): void {
    const left = (this.running.get(domainId) ?? 1) - 1;
    if (left === 0) this.running.delete(domainId);
    else this.running.set(domainId, left);
  }

  private fitTo({ about, id, time }: Operation, trace: OwnTrace): TraceInput {
    return { ...this.options.recorder.fit(about, trace, time), trace_id: id };
  }

  private async journal({ about, trace, places, id }: Ended): Promise<void> {
    await this.options.recorder.submit(about, trace, places);
    this.settle(id);
  }

  private settle(id: string): void {
    this.settled.push(id);
    this.wake();
  }

  private async keep(ended: Ended, reason: unknown): Promise<void> {
    const { log } = this.options;
    const { id, trace } = ended;
    log.warn({ err: reason, operation: trace.trace_name }, 'the trace of an operation waits for the journal');
    try {
      await this.rows.add(rowOf(ended, true));
    } catch (error) {
      log.error(
        { err: error, operation: trace.trace_name },
        'the outcome of an operation waits in memory only',
      );
    }
    // Only now may the loop have it: a row that is written after its removal would stay.
    this.waiting.set(id, ended);
    this.wake();
  }

  /** One loop: removes rows that are done with, journals what waits; after a failure it waits, longer each time. */
  private async work(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.stopping) {
      if (this.settled.length === 0 && this.waiting.size === 0) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      if (await this.pass()) {
        pause = FIRST_PAUSE_MS;
      } else {
        await this.sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  /** @returns whether nothing is left of what was there; never rejects */
  private async pass(): Promise<boolean> {
    const { log } = this.options;
    const tried = [...this.waiting.values()];
    const results = await Promise.allSettled(
      tried.map(async (ended) => {
        await this.journal(ended);
        this.waiting.delete(ended.id);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed)
      log.warn({ err: failed.reason, waiting: this.waiting.size }, 'operations wait to be recorded');
    return (await this.removeSettled()) && failed === undefined;
  }

  private async removeSettled(): Promise<boolean> {
    const { metadata, log } = this.options;
    const ids = this.settled;
    this.settled = [];
    try {
      for (let at = 0; at < ids.length; at += MOST_ROWS) {
        await metadata
          .deleteFrom('operations')
          .where('id', 'in', ids.slice(at, at + MOST_ROWS))
          .execute();
      }
      return true;
    } catch (error) {
      this.settled.push(...ids);
      log.warn({ err: error }, 'recorded operations could not be removed; it is tried again');
      return false;
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      if (this.stopping) resolve();
      this.wake = () => {
        if (!this.stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async insert(rows: Row[]): Promise<void> {
    await this.options.metadata
      .insertInto('operations')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((excluded) => ({
          trace: excluded.ref('excluded.trace'),
          ended: excluded.ref('excluded.ended'),
        })),
      )
      .execute();
  }
}

interface Row {
  id: string;
  started_at: number;
  domain_id: string;
  project_id: string | null;
  trace: string;
  places: string | null;
  ended: number;
}

function rowOf({ about, id, time, places, trace }: Ended, ended: boolean): Row {
  return {
    id,
    started_at: time,
    domain_id: about.domainId,
    project_id: about.projectId ?? null,
    trace: JSON.stringify({ ...trace, trace_id: id }),
    places: places ? JSON.stringify(places) : null,
    ended: ended ? 1 : 0,
  };
}

/** What an operation was written down as. */
export const readOperation = readerOf(
  Type.Object({
    trace_name: Type.String(),
    trace_type: Type.String(),
    service_type: Type.String(),
    resource_type: Type.String(),
  }),
);
const readPlaces = readerOf(
  Type.Array(
    Type.Object({
      projectId: Type.String(),
      trackerName: Type.String(),
      eventType: Type.Enum(['system', 'global', 'data']),
    }),
  ),
);

/** Undefined: it cannot be read. */
function endedOf(row: Row): Ended | undefined {
  const { value } = readOperation(row.trace);
  if (!value) return undefined;
  const stored = value as TraceInput;
  const trace: TraceInput = row.ended
    ? stored
    : { ...stored, trace_rating: 'warning', message: UNKNOWN_OUTCOME };
  return {
    about: { domainId: row.domain_id, projectId: row.project_id ?? undefined },
    id: row.id,
    time: row.started_at,
    places: row.places ? readPlaces(row.places).value : undefined,
    trace,
  };
}
