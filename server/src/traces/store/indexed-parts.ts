import type { Parameters } from './literals.ts';
import type { Row } from './rows.ts';
import { materializeTextIndexes, type TableNames } from './schema.ts';
import { ALL_TEXT } from './text-indexes.ts';

/** Traces that may stay without the indexes: they are read in some 30 ms. */
const MOST_LACKING = 20_000;
/** However fast traces come. */
const MOST_WHILE_BUSY = 3_000_000;
/** Traces that were inserted within so many seconds. */
const WINDOW_S = 5;
const BUSY = 25_000;
const FLOWING = 500;
/** Every part gets another name by it, so it is not done all the time. */
const AGAIN_MS = 60_000;
/** A disk that is fuller than this has other uses for its room. */
const ROOM = 256 * 1024 * 1024;
/** That a trace has it costs its part the indexes, and nothing else. */
const NOWHERE = 'opencts0word0that0no0trace0has';
/** Name of a part that a mutation has made, or a merge of such parts. */
const MUTATED = /^\d+_\d+_\d+_\d+_\d+$/;

const OF_TABLE = 'database = {database:String} AND table = {table:String}';

/**
 * The indexes of text of the embedded engine's parts. They take as long to make as a third of all that a trace costs
 * otherwise: so neither inserts nor merges make them, but somebody who sees when it is quiet.
 * Parts that lack them are read whole.
 */
export class IndexedParts {
  private readonly names: TableNames;
  private readonly rows: (query: string, parameters: Parameters) => Promise<Row[]>;
  private readonly command: (statement: string) => Promise<void>;
  private readonly now: () => number;
  /** Whether it has the indexes, by the name of a part. */
  private known = new Map<string, boolean>();
  private madeAt = Number.NEGATIVE_INFINITY;
  /** Whether some parts are being given them. */
  isMaking = false;

  /** @param rows asks for rows @param command has a statement carried out */
  constructor(
    names: TableNames,
    rows: (query: string, parameters: Parameters) => Promise<Row[]>,
    command: (statement: string) => Promise<void>,
    now = () => performance.now(),
  ) {
    this.names = names;
    this.rows = rows;
    this.command = command;
    this.now = now;
  }

  /** Condition on the parts that have them; undefined: none has. */
  get condition(): string | undefined {
    const names = [...this.known].filter(([, has]) => has).map(([name]) => `'${name}'`);
    return names.length === 0 ? undefined : `_part IN (${names.join(', ')})`;
  }

  /** Looks which parts have them, and has them made for others. To be called every few seconds. */
  async tend(): Promise<void> {
    const parts = await this.parts();
    const known: typeof this.known = new Map();
    for (const { name } of parts) known.set(name, this.known.get(name) ?? (await this.has(name)));
    this.known = known;
    const lacking = parts.reduce((sum, { name, rows }) => (known.get(name) ? sum : sum + rows), 0);
    const { making, merging, room, lately } = await this.state();
    this.isMaking = making;
    if (making || room < ROOM) return;
    const isSoon = lately > FLOWING && this.now() - this.madeAt < AGAIN_MS;
    const most = lately > BUSY || merging || isSoon ? MOST_WHILE_BUSY : MOST_LACKING;
    if (lacking < most) return;
    await this.command(materializeTextIndexes(this.names));
    this.isMaking = true;
    this.madeAt = this.now();
  }

  private async parts(): Promise<{ name: string; rows: number }[]> {
    const rows = await this.rows(
      `SELECT name, rows FROM system.parts WHERE ${OF_TABLE} AND active`,
      this.table(),
    );
    return rows.map((row) => ({ name: String(row.name), rows: Number(row.rows) }));
  }

  private async state() {
    const [row] = await this.rows(
      `SELECT (SELECT count() FROM system.mutations WHERE ${OF_TABLE} AND NOT is_done) AS making,
              (SELECT count() FROM system.merges WHERE ${OF_TABLE}) AS merging,
              (SELECT min(unreserved_space) FROM system.disks) AS room,
              (SELECT sum(rows) FROM system.parts WHERE ${OF_TABLE}
               AND endsWith(name, '_0') AND modification_time > now() - ${WINDOW_S}) AS lately`,
      this.table(),
    );
    const of = (name: string) => Number(row?.[name]);
    return { making: of('making') > 0, merging: of('merging') > 0, room: of('room'), lately: of('lately') };
  }

  /** One that is gone meanwhile has none. */
  private async has(part: string): Promise<boolean> {
    if (!MUTATED.test(part)) return false;
    const rows = await this.rows(
      `EXPLAIN ESTIMATE SELECT count() FROM ${this.names.database}.traces
       PREWHERE hasAnyTokens(${ALL_TEXT}, {words:Array(String)}) WHERE _part = {part:String}
       SETTINGS use_skip_indexes_on_data_read = 0`,
      { part, words: [NOWHERE] },
    );
    return rows.length > 0 && rows.every((row) => Number(row.rows) === 0);
  }

  private table() {
    return { database: this.names.database, table: 'traces' };
  }
}
