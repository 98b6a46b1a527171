import {
  FAILED_PLACES,
  FAILED_PLACES_OF_ONE,
  FIRST_PLACES,
  KNOWN_SLOW_PLACES,
  KNOWN_SLOW_PLACES_OF_ONE,
  PLACES,
  PLACES_OF_ONE,
  SLOW_PLACES,
  SLOW_PLACES_OF_ONE,
  UNTRIED_PLACES_OF_ONE,
} from './limits.ts';

/** What is known of a subscriber by its last request. */
export type Kind = 'quick' | 'untried' | 'slow' | 'failed';

/** Of an account, how many of a kind can be served at once. */
export const MOST_OF_ONE: Record<Kind, number> = {
  quick: PLACES_OF_ONE,
  untried: UNTRIED_PLACES_OF_ONE,
  slow: KNOWN_SLOW_PLACES_OF_ONE,
  failed: FAILED_PLACES_OF_ONE,
};

type Taken = Record<'all' | 'untried' | 'failed' | 'slow', number>;

export interface Place {
  /** Its request takes long: somebody else may have the place, as soon as few are slow. */
  giveUp(): void;
  leave(): void;
}

/**
 * Who may be served now. Accounts share the places: one never takes all, and an account that has none gets one even
 * when the shared ones are taken. Within an account those that failed last time (and may hold a place until their
 * time is over) take few, those that nobody knows half at the most. Who is slow is counted apart, and some of those
 * places are kept for who turns out to be: so a place for who is quick is never far.
 */
export class Places {
  private readonly accounts = new Map<string, Taken>();
  private readonly total: Taken = none();
  /** Whoever found no place among the slow, the first first. */
  private readonly tryToGiveUp = new Set<() => void>();

  /** @returns undefined: there is none now */
  take(account: string, kind: Kind): Place | undefined {
    const taken = this.accounts.get(account) ?? none();
    if (!this.hasRoom(taken, kind)) return undefined;
    this.accounts.set(account, taken);
    const count = (what: keyof Taken, by: 1 | -1) => {
      taken[what] += by;
      this.total[what] += by;
    };
    /** What it is counted as. */
    let held: (keyof Taken)[] = kind === 'slow' ? ['slow'] : kind === 'quick' ? ['all'] : ['all', kind];
    for (const what of held) count(what, 1);
    const move = () => {
      if (taken.slow >= SLOW_PLACES_OF_ONE || this.total.slow >= SLOW_PLACES) return;
      this.tryToGiveUp.delete(move);
      for (const what of held) count(what, -1);
      held = ['slow'];
      count('slow', 1);
    };
    return {
      giveUp: () => {
        // Those that failed are few already, and stay so.
        if (kind === 'failed' || held[0] === 'slow') return;
        this.tryToGiveUp.add(move);
        move();
      },
      leave: () => {
        this.tryToGiveUp.delete(move);
        for (const what of held) count(what, -1);
        if (taken.all === 0 && taken.slow === 0) this.accounts.delete(account);
        if (held[0] === 'slow') for (const other of [...this.tryToGiveUp]) other();
      },
    };
  }

  private hasRoom(taken: Taken, kind: Kind): boolean {
    const { total } = this;
    if (kind === 'slow') return taken.slow < KNOWN_SLOW_PLACES_OF_ONE && total.slow < KNOWN_SLOW_PLACES;
    if (taken.all >= PLACES_OF_ONE) return false;
    if (kind !== 'quick' && taken[kind] >= MOST_OF_ONE[kind]) return false;
    if (kind === 'failed' && total.failed >= FAILED_PLACES) return false;
    const isFirst = taken.all === 0 && kind !== 'failed';
    return total.all < (isFirst ? PLACES + FIRST_PLACES : PLACES);
  }
}

const none = (): Taken => ({ all: 0, untried: 0, failed: 0, slow: 0 });
