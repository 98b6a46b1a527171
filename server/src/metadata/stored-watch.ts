import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Metadata } from './metadata.ts';

const HOUR = 3_600_000;
/** Rows that are looked at in one go. */
const PAGE = 1000;

/** JSON in a table, and what is wrong with one. */
export interface StoredJson {
  table: string;
  id: string;
  column: string;
  problemOf: (text: string) => string | undefined;
}

/**
 * Looks for stored JSON that cannot be read, at the start and every hour: whatever it was made for does not happen,
 * so it is told in the log, once, and measured.
 */
export class StoredWatch {
  private readonly metadata: Metadata;
  private readonly stored: readonly StoredJson[];
  private readonly log: Logger;
  private readonly told = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  /** Rows that cannot be read, by table. */
  readonly unreadable = new Map<string, number>();

  constructor(metadata: Metadata, stored: readonly StoredJson[], log: Logger) {
    this.metadata = metadata;
    this.stored = stored;
    this.log = log;
    for (const { table } of stored) this.unreadable.set(table, 0);
  }

  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), HOUR);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    for (const stored of this.stored) {
      try {
        await this.lookAt(stored);
      } catch (error) {
        this.log.warn({ err: error, table: stored.table }, 'stored rows could not be looked at');
      }
    }
  }

  private async lookAt({ table, id, column, problemOf }: StoredJson): Promise<void> {
    let count = 0;
    for (let last: string | undefined = ''; last !== undefined; ) {
      const { rows }: { rows: { id: string; text: string }[] } = await sql<{ id: string; text: string }>`
        SELECT ${sql.ref(id)} AS id, ${sql.ref(column)} AS text FROM ${sql.table(table)}
        WHERE ${sql.ref(id)} > ${last} ORDER BY ${sql.ref(id)} LIMIT ${PAGE}`.execute(this.metadata);
      for (const row of rows) {
        const problem = problemOf(row.text);
        if (problem === undefined) continue;
        count++;
        this.tell(`${table} ${row.id}`, { table, id: row.id, column, problem });
      }
      last = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    }
    this.unreadable.set(table, count);
  }

  private tell(key: string, about: object): void {
    if (this.told.has(key)) return;
    this.told.add(key);
    this.log.error(about, 'a stored row cannot be read: it has no effect');
  }
}
