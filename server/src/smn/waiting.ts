import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { MOST_PROJECT_WAITING } from './limits.ts';
import { deliveriesOf } from './queue.ts';

const COUNT_EVERY_MS = 5_000;
const uncounted = (): Counted => ({
  waiting: 0,
  at: Number.NEGATIVE_INFINITY,
  taken: 0,
  meanwhile: 0,
  counting: undefined,
});

interface Counted {
  waiting: number;
  at: number;
  /** Room that was given to what is being written. */
  taken: number;
  /** Written while a count is under way, which may have seen it or not. */
  meanwhile: number;
  counting: Promise<void> | undefined;
}

/**
 * How much waits for the subscribers of each project, about, for what the process that answers puts there. Key
 * events have a count of their own where they are queued; both see what the other has written.
 */
export class WaitingRoom {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly projects = new Map<string, Counted>();

  constructor(metadata: Metadata, clock: () => number) {
    this.metadata = metadata;
    this.clock = clock;
  }

  /**
   * Writes deliveries, if there is room for all of them.
   * @throws CtsError 429; nothing is written then
   */
  async within<Result>(project: string, rows: number, write: () => Promise<Result>): Promise<Result> {
    const counted = this.projects.get(project) ?? uncounted();
    this.projects.set(project, counted);
    if (Math.abs(this.clock() - counted.at) >= COUNT_EVERY_MS) {
      counted.counting ??= this.count(project, counted).finally(() => {
        counted.counting = undefined;
      });
      await counted.counting;
    }
    if (counted.waiting + counted.taken + rows > MOST_PROJECT_WAITING) {
      throw ERRORS.tooManyWaiting(MOST_PROJECT_WAITING, COUNT_EVERY_MS / 1000);
    }
    counted.taken += rows;
    try {
      const result = await write();
      counted.waiting += rows;
      counted.meanwhile += rows;
      return result;
    } finally {
      counted.taken -= rows;
    }
  }

  private async count(project: string, counted: Counted): Promise<void> {
    counted.meanwhile = 0;
    const at = this.clock();
    const { rows } = await deliveriesOf(this.metadata, project, 'waiting')
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
    counted.waiting = Number(rows) + counted.meanwhile;
    counted.at = at;
  }
}
