import type { Principal } from '../iam/index.ts';
import { FairQueue, type FairQueueOptions } from '../shares/index.ts';

export interface PlaceShares extends FairQueueOptions {
  /** Places of one user: the others of the account are kept for its other users. */
  eachUser: number;
}

/** Places that are shared between accounts, and within an account between its users. */
export class Places {
  readonly ofAccounts: FairQueue;
  private readonly ofUsers: FairQueue;

  constructor({ eachUser, ...shares }: PlaceShares) {
    this.ofAccounts = new FairQueue(shares);
    this.ofUsers = new FairQueue({ ...shares, atOnce: Number.POSITIVE_INFINITY, each: eachUser });
  }

  /** @returns gives the place back. @throws CtsError 429, or what the signal is aborted with */
  take({ domainId, user }: Principal, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const use = () => new Promise<void>(resolve);
      this.ofUsers.run(user.id, () => this.ofAccounts.run(domainId, use, signal), signal).catch(reject);
    });
  }
}
