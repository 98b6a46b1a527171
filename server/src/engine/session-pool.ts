/** What the pool needs of a session of the engine. */
export interface PooledSession {
  queryAsync(statement: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
  close(): void;
}

const KNOWN = 'SELECT 1';
const ANSWER = '1\n';
/** So often a session is asked for what is known before it is given up. */
const MOST_LOOKS = 3;

/** Hands a session to one query at a time, in the order of arrival. */
export class SessionPool<S extends PooledSession> {
  private readonly open: () => S;
  /** A place without a session gets one when its turn comes. */
  private readonly idle: (S | undefined)[];
  private readonly waiting: ((session: S | undefined) => void)[] = [];

  constructor(size: number, open: () => S) {
    this.open = open;
    this.idle = Array.from({ length: size }, open);
  }

  /** @param wanted asked when the turn has come; work that nobody wants any more is left out */
  async use<T>(work: (session: S) => Promise<T>, wanted = () => true): Promise<T | undefined> {
    let session = await this.turn();
    try {
      if (!wanted()) return undefined;
      session ??= this.open();
      return await work(session);
    } catch (error) {
      if (session && !(await isEmptied(session))) {
        session.close();
        session = undefined;
      }
      throw error;
    } finally {
      const next = this.waiting.shift();
      if (next) next(session);
      else this.idle.push(session);
    }
  }

  private turn(): Promise<S | undefined> {
    if (this.idle.length > 0) return Promise.resolve(this.idle.pop());
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/**
 * What a query had answered when it failed or was ended stands before the answer of the next one in its session,
 * which may be another account's (`docs/reference/clickhouse.md` 2). It may be long: it is not made into text.
 * @returns whether there is nothing any more
 */
async function isEmptied(session: PooledSession): Promise<boolean> {
  try {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const answer = await session.queryAsync(KNOWN, { format: 'TabSeparated' });
      if (Buffer.from(ANSWER).equals(answer.bytes())) return true;
    }
  } catch {
    // Then it is not to be used again.
  }
  return false;
}
