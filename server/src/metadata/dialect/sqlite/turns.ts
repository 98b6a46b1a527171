import { ERRORS } from '../../../errors.ts';
import { MOST_WAITING, TURN_WAIT_MS } from '../../limits.ts';

interface Waiting {
  begin: () => void;
  refuse: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** The right to write: one holds it, the others wait in the order in which they came. */
export class Turns {
  private taken = false;
  private readonly waiting: Waiting[] = [];

  /** Resolves when it is the caller's turn, who must `give` it back. @throws CtsError 503 when that takes too long */
  take(): Promise<void> {
    if (!this.taken) {
      this.taken = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      if (this.waiting.length >= MOST_WAITING) throw ERRORS.metadataBusy();
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(ERRORS.metadataBusy());
      }, TURN_WAIT_MS);
      const entry: Waiting = { begin: resolve, refuse: reject, timer };
      this.waiting.push(entry);
    });
  }

  give(): void {
    const next = this.waiting.shift();
    if (!next) {
      this.taken = false;
      return;
    }
    clearTimeout(next.timer);
    next.begin();
  }

  /** Refuses all who wait now: what they wait for has just been waited for in vain. */
  refuseWaiting(): void {
    for (const { refuse, timer } of this.waiting.splice(0)) {
      clearTimeout(timer);
      refuse(ERRORS.metadataBusy());
    }
  }
}
