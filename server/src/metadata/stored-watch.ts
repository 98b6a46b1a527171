import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Metadata } from './metadata.ts';

const HOUR = 3_600_000;
/** Rows that are looked at in one go. */
const PAGE = 1000;

/** A column. */
interface Typed {
  name: string;
  dataType: string;
}

/** What may stand in a column of a type. */
const TYPES: Record<string, string[] | undefined> = {
  text: ['text', 'null'],
  integer: ['integer', 'null'],
  bigint: ['integer', 'null'],
};

/** JSON in a table, or a text in another language, and what is wrong with one. */
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
    const tables = await this.metadata.introspection.getTables();
    for (const { name, columns } of tables) {
      try {
        let count = await this.oddRows(name, columns);
        for (const stored of this.stored.filter(({ table }) => table === name)) {
          count += await this.unreadableJson(stored);
        }
        this.unreadable.set(name, count);
      } catch (error) {
        this.log.warn({ err: error, table: name }, 'stored rows could not be looked at');
      }
    }
  }

  /** Rows in which a value is of another type than its column. */
  private async oddRows(table: string, columns: readonly Typed[]): Promise<number> {
    const rules = columns.flatMap(({ name, dataType }) => {
      const types = TYPES[dataType.toLowerCase()];
      return types ? [sql`typeof(${sql.ref(name)}) NOT IN (${sql.join(types)})`] : [];
    });
    if (rules.length === 0) return 0;
    const { rows } = await sql<{ odd: number }>`
      SELECT count(*) AS odd FROM ${sql.table(table)} WHERE ${sql.join(rules, sql` OR `)}`.execute(
      this.metadata,
    );
    const odd = rows[0]?.odd ?? 0;
    if (odd > 0)
      this.tell(table, { table, rows: odd, problem: 'values are of another type than their columns' });
    return odd;
  }

  private async unreadableJson({ table, id, column, problemOf }: StoredJson): Promise<number> {
    let count = 0;
    for (let last: string | undefined = ''; last !== undefined; ) {
      const { rows }: { rows: { id: string; text: string }[] } = await sql<{ id: string; text: string }>`
        SELECT ${sql.ref(id)} AS id, ${sql.ref(column)} AS text FROM ${sql.table(table)}
        WHERE ${sql.ref(id)} > ${last} AND typeof(${sql.ref(id)}) = 'text' AND typeof(${sql.ref(column)}) = 'text' ORDER BY ${sql.ref(id)} LIMIT ${PAGE}`.execute(
        this.metadata,
      );
      for (const row of rows) {
        await turn();
        const problem = problemOf(row.text);
        if (problem === undefined) continue;
        count++;
        this.tell(`${table} ${column} ${row.id}`, { table, id: row.id, column, problem });
      }
      last = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    }
    return count;
  }

  private tell(key: string, about: object): void {
    if (this.told.has(key)) return;
    this.told.add(key);
    this.log.error(about, 'a stored row cannot be read: it has no effect');
  }
}
