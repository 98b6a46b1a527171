import {
  FAILED_PLACES,
  FAILED_PLACES_OF_ONE,
  FIRST_PLACES,
  PLACES,
  PLACES_OF_ONE,
  SLOW_PLACES,
  SLOW_PLACES_OF_ONE,
} from './limits.ts';

interface Taken {
  all: number;
  failed: number;
  slow: number;
}

export interface Place {
  /** Its request takes long: somebody else may have the place meanwhile, where few are slow. */
  giveUp(): void;
  leave(): void;
}

/**
 * Who may be served now. Accounts share the places: one never takes all, those that failed last time (and may
 * hold a place until their time is over) take few, and an account that has none gets one even when the shared
 * ones are taken. Who turns out to be slow is counted apart.
 */
export class Places {
  private readonly accounts = new Map<string, Taken>();
  private readonly total: Taken = { all: 0, failed: 0, slow: 0 };

  /** @returns undefined: there is none now */
  take(account: string, failed: boolean): Place | undefined {
    const taken = this.accounts.get(account) ?? { all: 0, failed: 0, slow: 0 };
    const { total } = this;
    if (taken.all >= PLACES_OF_ONE) return undefined;
    if (failed && (taken.failed >= FAILED_PLACES_OF_ONE || total.failed >= FAILED_PLACES)) return undefined;
    const isFirst = taken.all === 0 && !failed;
    if (total.all >= (isFirst ? PLACES + FIRST_PLACES : PLACES)) return undefined;
    this.accounts.set(account, taken);
    const count = (kind: keyof Taken, by: 1 | -1) => {
      taken[kind] += by;
      total[kind] += by;
    };
    count('all', 1);
    if (failed) count('failed', 1);
    let held: 'all' | 'slow' = 'all';
    return {
      giveUp: () => {
        // Those that failed are few already, and stay so.
        if (failed || held === 'slow') return;
        if (taken.slow >= SLOW_PLACES_OF_ONE || total.slow >= SLOW_PLACES) return;
        count('all', -1);
        count('slow', 1);
        held = 'slow';
      },
      leave: () => {
        count(held, -1);
        if (failed) count('failed', -1);
        if (taken.all === 0 && taken.slow === 0) this.accounts.delete(account);
      },
    };
  }

  /** Accounts that get no place now. */
  full(): string[] {
    return [...this.accounts].filter(([, { all }]) => all >= PLACES_OF_ONE).map(([account]) => account);
  }
}
