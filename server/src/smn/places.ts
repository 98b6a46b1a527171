import { FAILED_PLACES, FAILED_PLACES_OF_ONE, FIRST_PLACES, PLACES, PLACES_OF_ONE } from './limits.ts';

interface Taken {
  all: number;
  failed: number;
}

/**
 * Who may be served now. Accounts share the places: one never takes all, those that failed last time (and may
 * hold a place until their time is over) take few, and an account that has none gets one even when the shared
 * ones are taken.
 */
export class Places {
  private readonly accounts = new Map<string, Taken>();
  private all = 0;
  private failed = 0;

  /** @returns how to leave the place; undefined: there is none now */
  take(account: string, failed: boolean): (() => void) | undefined {
    const taken = this.accounts.get(account) ?? { all: 0, failed: 0 };
    if (taken.all >= PLACES_OF_ONE) return undefined;
    if (failed && (taken.failed >= FAILED_PLACES_OF_ONE || this.failed >= FAILED_PLACES)) return undefined;
    const isFirst = taken.all === 0 && !failed;
    if (this.all >= (isFirst ? PLACES + FIRST_PLACES : PLACES)) return undefined;
    this.accounts.set(account, taken);
    this.count(taken, failed, 1);
    return () => {
      this.count(taken, failed, -1);
      if (taken.all === 0) this.accounts.delete(account);
    };
  }

  /** Accounts that get no place now. */
  full(): string[] {
    return [...this.accounts].filter(([, { all }]) => all >= PLACES_OF_ONE).map(([account]) => account);
  }

  private count(taken: Taken, failed: boolean, by: 1 | -1): void {
    taken.all += by;
    this.all += by;
    if (!failed) return;
    taken.failed += by;
    this.failed += by;
  }
}
