import { FairQueue } from '../shares/index.ts';
import { PASSWORDS_AT_ONCE, WAITING_OF_ACCOUNT, WAITING_OF_NETWORK, WAITING_TO_HASH } from './limits.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

/**
 * Who a sign-in seems to come from. `known`: a person who has signed in from there before, and tries seldom;
 * `rare`: a name that is tried seldom, from a network that tries seldom; `busy network`: such a name, from a
 * network that tries a lot of them; `busy name`: one that is tried a lot, from wherever. Whether there is a
 * user of that name makes no difference to strangers.
 */
export type Visitor =
  | { kind: 'known'; account: string }
  | { kind: 'rare' | 'busy network' | 'busy name'; network: string };

/**
 * Scrypt, which is made slow on purpose, a few at a time. Kinds of visitors and the hashing of new passwords
 * take turns, so that a crowd never stands before those who come seldom; within a kind, accounts or networks
 * take turns.
 */
export class PasswordWork {
  private readonly turns = new FairQueue({
    name: 'password checks',
    atOnce: PASSWORDS_AT_ONCE,
    waiting: 1,
  });
  private readonly kinds = {
    known: kind('sign-ins of known people', WAITING_OF_ACCOUNT),
    rare: kind('sign-ins', WAITING_OF_NETWORK),
    'busy network': kind('sign-ins from busy networks', WAITING_OF_NETWORK),
    'busy name': kind('sign-ins with busy names', WAITING_OF_NETWORK),
    hash: kind('new passwords', WAITING_TO_HASH),
  };

  /** For the metrics. */
  get queues(): FairQueue[] {
    return [this.turns, ...Object.values(this.kinds)];
  }

  /** @throws CtsError 429 when too many of that network or account wait */
  verify(visitor: Visitor, password: string, hash: string): Promise<boolean> {
    const { kind } = visitor;
    const who = visitor.kind === 'known' ? visitor.account : visitor.network;
    return this.inTurn(kind, who, () => verifyPassword(password, hash));
  }

  /** @param account whose work it is. @throws CtsError 429 when too much of it waits */
  hash(account: string, password: string): Promise<string> {
    return this.inTurn('hash', account, () => hashPassword(password));
  }

  private inTurn<T>(kind: keyof PasswordWork['kinds'], who: string, work: () => Promise<T>): Promise<T> {
    return this.kinds[kind].run(who, () => this.turns.run(kind, work));
  }
}

/** One piece of each kind is at work or next, so that kinds share evenly. */
const kind = (name: string, waiting: number) => new FairQueue({ name, atOnce: 1, waiting, retryAfter: 5 });
