import type { Logger } from 'pino';
import { comparePositions, type Journal, type Position } from '../journal/index.ts';
import { type Metadata, readerOf } from '../metadata/index.ts';
import { Route } from './route.ts';

/** What a deleted tracker still records: the end of what was under way, its own deletion. */
const REMAINS_MS = 60_000;

/** Where the traces of a tracker go, up to a place in the journal. */
export interface RoutePeriod {
  projectId: string;
  /** Name of the tracker. */
  tracker: string;
  /** Undefined: the period goes on. */
  until: Position | undefined;
  route: Route;
}

/** What a tracker transfers changes. */
export interface Rerouting {
  projectId: string;
  tracker: string;
  before: Route | undefined;
  after: Route | undefined;
  /** There is no tracker of that name any more. */
  isRemoved?: boolean;
}

export interface RouteHistoryOptions {
  metadata: Metadata;
  journal: Pick<Journal, 'id' | 'flushed' | 'durableEnd'>;
  clock: () => number;
  log: Logger;
}

const readRoute = readerOf(Route);

/**
 * Where traces went before a tracker was changed. What was recorded under a route is written under it, whatever
 * is set by the time the journal is cut. A route is noted together with the change that ends it; up to where in
 * the journal it was valid is noted when the change has taken effect.
 */
export class RouteHistory {
  private readonly options: RouteHistoryOptions;

  constructor(options: RouteHistoryOptions) {
    this.options = options;
  }

  /** Notes, in the transaction of a change, what was valid before it. */
  async note(
    transaction: Metadata,
    { projectId, tracker, before, after, isRemoved = false }: Rerouting,
  ): Promise<void> {
    const { journal, clock } = this.options;
    const { numUpdatedRows: goesOn } = await transaction
      .updateTable('earlier_routes')
      .set({ removed_at: null })
      .where('journal_id', '=', journal.id)
      .where('project_id', '=', projectId)
      .where('tracker', '=', tracker)
      .where('removed_at', 'is not', null)
      .where('until_segment', 'is', null)
      .executeTakeFirstOrThrow();
    // What went nowhere goes with the route that comes, as far as it is not cut yet.
    if (!before) return;
    const route = JSON.stringify(before);
    // Of a tracker that was deleted a moment ago, and is made anew, it is noted already.
    if (goesOn > 0n || route === JSON.stringify(after)) return;
    await transaction
      .insertInto('earlier_routes')
      .values({
        journal_id: journal.id,
        project_id: projectId,
        tracker,
        route,
        removed_at: isRemoved ? clock() : null,
      })
      .execute();
  }

  /** What has been noted ends with what is in the journal now. */
  async settle(): Promise<void> {
    const { metadata, journal, clock } = this.options;
    const open = await metadata
      .selectFrom('earlier_routes')
      .select(['seq', 'removed_at'])
      .where('journal_id', '=', journal.id)
      .where('until_segment', 'is', null)
      .execute();
    const over = open.filter(({ removed_at: at }) => at === null || Math.abs(clock() - at) >= REMAINS_MS);
    if (over.length === 0) return;
    await journal.flushed();
    const { segment, offset } = journal.durableEnd;
    await metadata
      .updateTable('earlier_routes')
      .set({ until_segment: segment, until_offset: offset })
      .where(
        'seq',
        'in',
        over.map(({ seq }) => seq),
      )
      .where('until_segment', 'is', null)
      .execute();
  }

  /**
   * What is valid from a position on, each tracker's periods in their order.
   * @param present routes of today
   */
  async periods(from: Position, present: readonly Route[]): Promise<RoutePeriod[]> {
    const { metadata, journal, log } = this.options;
    await this.settle();
    const rows = await metadata
      .selectFrom('earlier_routes')
      .selectAll()
      .where('journal_id', '=', journal.id)
      .orderBy('seq')
      .execute();
    const earlier = rows.flatMap((row): RoutePeriod[] => {
      const until = endOf(row);
      if (until && comparePositions(until, from) <= 0) return [];
      const { value: route, problem } = readRoute(row.route);
      if (!route) {
        log.error(
          { tracker: row.tracker, problem },
          'a route that is over cannot be read; the present one is taken',
        );
        return [];
      }
      return [{ projectId: row.project_id, tracker: row.tracker, until, route }];
    });
    return [...earlier, ...present.map(goingOn)];
  }

  /** Everything before a position is cut: what was valid there is not asked for again. */
  async forget(position: Position): Promise<void> {
    const { metadata, journal } = this.options;
    await metadata
      .deleteFrom('earlier_routes')
      .where('journal_id', '=', journal.id)
      .where(({ eb, and, or }) =>
        or([
          eb('until_segment', '<', position.segment),
          and([eb('until_segment', '=', position.segment), eb('until_offset', '<=', position.offset)]),
        ]),
      )
      .execute();
  }
}

/** The route of today. */
export const goingOn = (route: Route): RoutePeriod => ({
  projectId: route.projectId,
  tracker: route.tracker,
  until: undefined,
  route,
});

const endOf = (row: { until_segment: number | null; until_offset: number | null }): Position | undefined =>
  row.until_segment === null ? undefined : { segment: row.until_segment, offset: row.until_offset ?? 0 };
