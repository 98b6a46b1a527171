import { type CompiledQuery, type DatabaseConnection, type QueryResult, SelectQueryNode } from 'kysely';
import { ERRORS } from '../../../errors.ts';
import type { SqliteExecutor } from './sqlite-executor.ts';
import type { Failure, Outcome, Result } from './sqlite-file.ts';
import type { Turns } from './turns.ts';

/** A statement that SQLite refused. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';
  /** Such as `SQLITE_CONSTRAINT_UNIQUE`. */
  readonly code: string | undefined;

  constructor({ message, code }: Failure) {
    super(message);
    this.code = code;
  }
}

export interface SqliteParts {
  writer: SqliteExecutor;
  readers: readonly SqliteExecutor[];
  /** Of the writer's connection. */
  turns: Turns;
}

/**
 * What one user of the metadata has as its connection. Reads go to the reader that has least to do, and wait
 * for no write. Writes take turns on the one connection that writes; a transaction holds its turn until the
 * connection is released.
 */
export class SqliteConnection implements DatabaseConnection {
  private readonly parts: SqliteParts;
  private transaction: 'none' | 'open' | 'lost' = 'none';

  constructor(parts: SqliteParts) {
    this.parts = parts;
  }

  /** Takes the right to write at once: whoever reads first might find that others have written since. */
  async begin(): Promise<void> {
    await this.parts.turns.take();
    try {
      await this.write('begin immediate', []);
    } catch (error) {
      this.parts.turns.give();
      throw error;
    }
    this.transaction = 'open';
  }

  async commit(): Promise<void> {
    await this.write('commit', []);
  }

  async rollback(): Promise<void> {
    if (this.transaction === 'open') await this.write('rollback', []);
  }

  release(): void {
    if (this.transaction === 'none') return;
    this.transaction = 'none';
    this.parts.turns.give();
  }

  async executeQuery<R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes, insertId } = await this.run(sql, parameters, SelectQueryNode.is(query));
    return { rows: rows as R[], numAffectedRows: BigInt(changes), insertId: BigInt(insertId) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the metadata does not stream; ask by pages');
  }

  private async run(sql: string, parameters: readonly unknown[], reads: boolean): Promise<Result> {
    const { readers, turns } = this.parts;
    if (this.transaction === 'lost') throw new Error('the transaction was rolled back by an error before');
    if (this.transaction === 'open') return this.write(sql, parameters);
    if (reads) {
      const reader = readers.reduce((least, one) => (one.waiting < least.waiting ? one : least));
      return resultOf(await reader.execute(sql, parameters));
    }
    await turns.take();
    try {
      return await this.write(sql, parameters);
    } finally {
      turns.give();
    }
  }

  private async write(sql: string, parameters: readonly unknown[]): Promise<Result> {
    const { writer, turns } = this.parts;
    const outcome = await writer.execute(sql, parameters);
    if ('failure' in outcome) {
      if (this.transaction === 'open' && !outcome.failure.inTransaction) this.transaction = 'lost';
      if (isBusy(outcome.failure)) turns.refuseWaiting();
    }
    return resultOf(outcome);
  }
}

/** @throws CtsError 503 when another process holds the lock, SqliteError else */
function resultOf(outcome: Outcome): Result {
  if ('result' in outcome) return outcome.result;
  throw isBusy(outcome.failure) ? ERRORS.metadataBusy() : new SqliteError(outcome.failure);
}

function isBusy({ code }: Failure): boolean {
  return code?.startsWith('SQLITE_BUSY') ?? false;
}
