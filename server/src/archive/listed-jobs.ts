import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Position } from '../journal/index.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import type { Route } from './route.ts';

export type ListedJob = Selectable<Database['listed_jobs']>;

/** What changes of a tracker's transfer. */
export interface Switching {
  projectId: string;
  trackerId: string;
  /** Name of the tracker. */
  tracker: string;
  /** Where its traces go from now on. */
  after: Route | undefined;
  /** Whether the tracker records; undefined: it is deleted. */
  isEnabled: boolean | undefined;
  /** What is in the trace list is wanted, too. */
  alsoListed: boolean;
}

/** A trace that has been come to. */
export interface Reached {
  time: number;
  traceId: string;
  /** That are in the files, of those since the one before. */
  traces: number;
}

const OPEN = ['waiting', 'writing'] as const;
const DELETED = 'the tracker was deleted';

/** The jobs as they are stored. */
export class ListedJobs {
  private readonly metadata: Metadata;
  /** Jobs without a row, as they were at their end, as long as the process runs and they have something in the spool. */
  readonly removed = new Map<string, ListedJob>();

  constructor(metadata: Metadata) {
    this.metadata = metadata;
  }

  /** Begins and ends jobs in the transaction of a change. @returns the job that was begun */
  async note(
    transaction: Metadata,
    { projectId, trackerId, tracker, after, isEnabled, alsoListed }: Switching,
    { journalId, now }: { journalId: string; now: number },
  ): Promise<{ id: string } | undefined> {
    const known = await transaction
      .selectFrom('listed_jobs')
      .selectAll()
      .where('tracker_id', '=', trackerId)
      .executeTakeFirst();
    const anew = alsoListed ? after : undefined;
    if (known && (anew || isEnabled === undefined)) {
      await transaction.deleteFrom('listed_jobs').where('id', '=', known.id).execute();
      const message = anew ? `the transfer was set up anew, into ${anew.bucket}` : DELETED;
      this.removed.set(known.id, isOpen(known) ? { ...known, state: 'ended', message } : known);
    }
    if (anew) {
      const begun = { id: randomUUID() };
      await transaction
        .insertInto('listed_jobs')
        .values({
          ...begun,
          ...{ tracker_id: trackerId, project_id: projectId, tracker, bucket: anew.bucket },
          ...{ journal_id: journalId, created_at: now, state: 'waiting' },
        })
        .execute();
      return begun;
    }
    if (isEnabled === undefined) return undefined;
    const message = known && isOpen(known) ? whyOver(known, after, isEnabled) : undefined;
    if (known && message !== undefined)
      await transaction
        .updateTable('listed_jobs')
        .set({ state: 'ended', message })
        .where('id', '=', known.id)
        .execute();
    return undefined;
  }

  all(): Promise<ListedJob[]> {
    return this.metadata.selectFrom('listed_jobs').selectAll().orderBy('created_at').execute();
  }

  open(): Promise<ListedJob[]> {
    return this.metadata
      .selectFrom('listed_jobs')
      .selectAll()
      .where('state', 'in', OPEN)
      .orderBy('created_at')
      .execute();
  }

  async end(id: string, state: 'done' | 'ended', message = ''): Promise<void> {
    await this.change(id, { state, message });
  }

  /** What keeps it from going on; empty: nothing. */
  async tell(id: string, message: string): Promise<void> {
    await this.change(id, { message });
  }

  /** The indexer is to have passed this position. */
  async await(id: string, journalId: string, { segment, offset }: Position): Promise<void> {
    await this.change(id, { journal_id: journalId, ready_segment: segment, ready_offset: offset });
  }

  async begin(id: string, upTo: number, total: number): Promise<void> {
    await this.change(id, { state: 'writing', up_to: upTo, total });
  }

  /**
   * A folder is whole, and comes into the spool now, whatever happens.
   * @returns false: the job is over, and nothing of it comes there any more
   */
  async announce(id: string, { time, traceId, traces }: Reached): Promise<boolean> {
    const pending = { pending_time: time, pending_id: traceId, pending_traces: traces };
    return (await this.change(id, pending)).numUpdatedRows > 0n;
  }

  /** The announced folder is in the spool. */
  async confirm(id: string): Promise<void> {
    await this.metadata
      .updateTable('listed_jobs')
      .set(({ ref, eb }) => ({
        last_time: ref('pending_time'),
        last_id: ref('pending_id'),
        traces: eb('traces', '+', ref('pending_traces')),
        slices: eb('slices', '+', 1),
        ...{ pending_time: null, pending_id: null, pending_traces: 0 },
      }))
      .where('id', '=', id)
      .where('pending_time', 'is not', null)
      .execute();
  }

  /** All up to there go with the transfer. */
  async skip(id: string, { time, traceId }: Reached): Promise<void> {
    await this.change(id, { last_time: time, last_id: traceId });
  }

  private change(id: string, values: Partial<ListedJob>) {
    return this.metadata
      .updateTable('listed_jobs')
      .set(values)
      .where('id', '=', id)
      .where('state', 'in', OPEN)
      .executeTakeFirstOrThrow();
  }
}

export const isOpen = ({ state }: Pick<ListedJob, 'state'>): boolean =>
  state === 'waiting' || state === 'writing';

function whyOver({ bucket }: ListedJob, after: Route | undefined, isEnabled: boolean): string | undefined {
  if (!after) return 'the tracker transfers no longer';
  if (after.bucket !== bucket) return `the tracker transfers to ${after.bucket} by now`;
  return isEnabled ? undefined : 'the tracker was disabled';
}
