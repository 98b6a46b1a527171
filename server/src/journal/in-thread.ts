import { parentPort } from 'node:worker_threads';
import { AsideKeeper } from './aside.ts';
import type { FollowerNews, FollowerOrder } from './follower-thread.ts';
import type { FollowerName } from './followers.ts';
import { JournalReader } from './reader.ts';
import type { Position } from './segment.ts';

/** What every follower's thread begins with. */
export interface FollowerSetup {
  /** Directory of the journal. */
  directory: string;
  journalId: string;
  /** Durable end at the start. */
  end: Position;
  logLevel: string;
}

/** The journal as a follower's thread reads it; what is damaged and what is set aside is told outside. */
export function followedJournal(
  follower: FollowerName,
  { directory, end }: Pick<FollowerSetup, 'directory' | 'end'>,
) {
  const tell = (news: FollowerNews) => parentPort?.postMessage(news);
  const aside = new AsideKeeper(directory, follower, (change) => tell({ kind: 'aside', change }));
  const journal = new JournalReader(
    directory,
    end,
    (damage) => tell({ kind: 'damage', damage }),
    aside,
    (from) => tell({ kind: 'missing', missing: { follower, from } }),
  );
  return { journal, aside };
}

/**
 * Lets a follower's thread be told what to do, until it is to stop.
 * @param stop finishes what is under way
 * @param obey what only this follower is told
 */
export function serveFollower<Order>(
  journal: JournalReader,
  stop: () => Promise<void>,
  obey: (order: Order) => void,
): void {
  const tell = (news: FollowerNews) => parentPort?.postMessage(news);
  parentPort?.on('message', (order: Order | FollowerOrder) => {
    if (isEnd(order)) journal.advance(order.end);
    else if (order !== 'stop') obey(order as Order);
    else
      void stop().then(() => {
        tell({ kind: 'stopped' });
        parentPort?.close();
      });
  });
  tell({ kind: 'started' });
}

const isEnd = (order: unknown): order is { end: Position } =>
  typeof order === 'object' && order !== null && 'end' in order;
