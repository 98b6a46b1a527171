import { type Metadata, unlessBusy } from '../metadata/index.ts';
import {
  KNOWN_FOR_MS,
  KNOWN_TRIES,
  MOST_COUNTED,
  MOST_KNOWN_NETWORKS,
  RARE_TRIES,
  TRIES_WINDOW_MS,
} from './limits.ts';
import type { Visitor } from './password-work.ts';

const DAY_MS = 86_400_000;

/** Who tries to sign in from where, and how often: tells people who come seldom from a crowd. */
export class Visits {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  /** Tries in the present window, by network, name, or person at a network. Oldest first. */
  private readonly tries = new Map<string, { count: number; since: number }>();

  constructor(metadata: Metadata, clock: () => number) {
    this.metadata = metadata;
    this.clock = clock;
  }

  /**
   * Counts a try.
   * @param name text that tells whose sign-in it is, of a known or an unknown user
   * @param user the user of that name, if there is one
   */
  async of(
    network: string,
    name: string,
    user: { id: string; account: string } | undefined,
  ): Promise<Visitor> {
    // Counted before anything is awaited: of many at once only the first come seldom.
    const seldomHere = this.count(`${name}@${network}`) <= KNOWN_TRIES;
    const quietNetwork = this.count(`network ${network}`) <= RARE_TRIES;
    const quietName = this.count(`name ${name}`) <= RARE_TRIES;
    if (user && seldomHere && (await this.knows(user.id, network))) {
      return { kind: 'known', account: user.account };
    }
    if (!quietName) return { kind: 'busy name', network };
    return { kind: quietNetwork ? 'rare' : 'busy network', network };
  }

  /** Remembers, at most once a day, that the user has signed in from there. */
  async remember(userId: string, network: string): Promise<void> {
    const at = this.clock();
    const known = await this.lastSeen(userId, network);
    if (known !== undefined && at - known < DAY_MS) return;
    // Nobody is kept out because that cannot be noted now.
    await unlessBusy(this.note(userId, network, at));
  }

  private async note(userId: string, network: string, at: number): Promise<void> {
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('known_networks')
        .values({ user_id: userId, network, at })
        .onConflict((conflict) => conflict.columns(['user_id', 'network']).doUpdateSet({ at }))
        .execute();
      const kept = transaction
        .selectFrom('known_networks')
        .select('network')
        .where('user_id', '=', userId)
        .orderBy('at', 'desc')
        .limit(MOST_KNOWN_NETWORKS);
      await transaction
        .deleteFrom('known_networks')
        .where('user_id', '=', userId)
        .where((or) => or.or([or('network', 'not in', kept), or('at', '<', at - KNOWN_FOR_MS)]))
        .execute();
    });
  }

  private async knows(userId: string, network: string): Promise<boolean> {
    const at = await this.lastSeen(userId, network);
    return at !== undefined && this.clock() - at < KNOWN_FOR_MS;
  }

  private async lastSeen(userId: string, network: string): Promise<number | undefined> {
    const row = await this.metadata
      .selectFrom('known_networks')
      .select('at')
      .where('user_id', '=', userId)
      .where('network', '=', network)
      .executeTakeFirst();
    return row?.at;
  }

  private count(key: string): number {
    const now = this.clock();
    const before = this.tries.get(key);
    const current = before && now - before.since < TRIES_WINDOW_MS ? before : { count: 0, since: now };
    current.count++;
    this.tries.delete(key);
    this.tries.set(key, current);
    if (this.tries.size > MOST_COUNTED) this.tries.delete(this.tries.keys().next().value as string);
    return current.count;
  }
}
