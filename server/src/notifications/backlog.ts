import type { Metadata } from '../metadata/index.ts';
import { deliveriesOf, Losses } from '../smn/index.ts';
import { MOST_WAITING } from './limits.ts';

const COUNT_EVERY_MS = 5_000;

interface Counted {
  /** Of all subscribers of the project together. */
  total: number;
  bySubscriber: Map<string, number>;
  countedAt: number;
}

/** How much waits, about, and what found no room any more. Owned by the notifier, which alone adds much. */
export class Backlog {
  private readonly metadata: Metadata;
  private readonly most: number;
  private readonly projects = new Map<string, Counted>();
  private readonly losses: Losses;

  /** @param most deliveries that wait for one project */
  constructor(metadata: Metadata, most: number) {
    this.metadata = metadata;
    this.most = most;
    this.losses = new Losses(
      metadata,
      (traces) =>
        `${traces} key events were not queued: too many messages wait already. Batches keep up with more.`,
    );
  }

  /** To be called before `take`, for each project. */
  async count(projects: Iterable<string>, now: number): Promise<void> {
    for (const project of projects) {
      const known = this.projects.get(project);
      if (known && now - known.countedAt < COUNT_EVERY_MS) continue;
      const rows = await deliveriesOf(this.metadata, project, 'waiting')
        .select(({ fn }) => ['subscription_id', fn.countAll<number>().as('messages')])
        .groupBy('subscription_id')
        .execute();
      const bySubscriber = new Map(rows.map((row) => [row.subscription_id, Number(row.messages)]));
      const total = [...bySubscriber.values()].reduce((sum, messages) => sum + messages, 0);
      this.projects.set(project, { total, bySubscriber, countedAt: now });
    }
  }

  /** What was taken has not been written: all is counted anew. */
  forget(): void {
    this.projects.clear();
  }

  isFull(project: string): boolean {
    return (this.projects.get(project)?.total ?? 0) >= this.most;
  }

  /** Those of some subscribers that have room for one more message. */
  take(project: string, kind: 'each' | 'batch', ids: readonly string[], traces: number): string[] {
    const counted = this.projects.get(project);
    return ids.filter((id) => {
      const waiting = counted?.bySubscriber.get(id) ?? 0;
      if (!counted || counted.total >= this.most || waiting >= MOST_WAITING[kind]) {
        this.lose(id, traces);
        return false;
      }
      counted.total++;
      counted.bySubscriber.set(id, waiting + 1);
      return true;
    });
  }

  lose(id: string, traces: number): void {
    this.losses.add(id, traces);
  }

  /** Says in the log of each subscriber that some messages were not queued. */
  tell(now: number): Promise<void> {
    return this.losses.tell(now);
  }
}
