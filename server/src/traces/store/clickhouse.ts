import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { FairQueue } from '../../shares/index.ts';
import {
  MAX_QUERY_MEMORY,
  MAX_QUERY_SECONDS,
  MAX_STATEMENT,
  MEMORY_BEFORE_DISK,
  QUERY_SHARES,
} from '../limits.ts';
import {
  ReadTooWide,
  type RecordedBy,
  type StoredPart,
  StoreUnavailable,
  type TraceFilter,
  type TraceKey,
  type TraceReader,
  type TraceStore,
} from '../query.ts';
import { type Found, readBounded } from './bounded.ts';
import { connect, type ServerAddress } from './connection.ts';
import { insertError, isDamage, isGone, isGonePart, queryError } from './errors.ts';
import { conditionOf, MERGED } from './filter.ts';
import { IndexedParts } from './indexed-parts.ts';
import { bind, type Parameters } from './literals.ts';
import { type Ask, ClickHouseReader, pageQuery, type QuerySettings } from './reader.ts';
import type { Row } from './rows.ts';
import {
  materializeTextIndexes,
  migrations,
  type TableNames,
  TEXT_INDEXES,
  textIndexesStatement,
} from './schema.ts';
import { extentOf, linesOf } from './stored-lines.ts';

/** Inserts, and what the service asks for itself. */
const OWN_CONNECTIONS = 4;
const CALLERS_CONNECTIONS = 8;
/** Ids that are looked for by one query. */
const IDS_AT_ONCE = 5_000;
/** Bytes that are free before a table is made or altered. */
const ROOM_FOR_TABLES = 4 * 1024 * 1024;

const SILENT = 'the trace store does not answer';

/** What one query of a caller may take. */
const CALLERS_SETTINGS = {
  max_memory_usage: String(MAX_QUERY_MEMORY),
  max_bytes_before_external_group_by: String(MEMORY_BEFORE_DISK),
  max_bytes_before_external_sort: String(MEMORY_BEFORE_DISK),
  cancel_http_readonly_queries_on_client_close: 1,
} as const;

/**
 * Of rows of any size: all that they are judged by is read at once, since only then the engine knows how large they
 * are, and takes fewer at a time.
 */
const SPARING = {
  max_block_size: '32',
  max_threads: 1,
  optimize_move_to_prewhere: 0,
  // In order, some of each part would be read at once.
  optimize_read_in_order: 0,
  max_bytes_before_remerge_sort: String(32 * 1024 * 1024),
} as const;

export interface ClickHouseOptions extends TableNames {
  server: ServerAddress;
}

/** What becomes known of a store while it is asked. */
export interface StoreEars {
  /** Something that it holds could not be read. */
  onDamage: () => void;
  /** Its tables are not there. */
  onGone: () => void;
  /** Is aborted while the server is known to answer nothing: no caller waits for it then. */
  silence: () => AbortSignal | undefined;
  /** Its server cannot index words, or could not until now: they are looked for in all traces. */
  onWithoutWords: (error: unknown) => void;
}
const DEAF: StoreEars = {
  onDamage: () => undefined,
  onGone: () => undefined,
  silence: () => undefined,
  onWithoutWords: () => undefined,
};

/**
 * The trace store over ClickHouse's HTTP interface.
 * @param queries where queries of callers take turns
 * @throws Error when a name could not stand in SQL
 */
export function clickhouseStore(
  options: ClickHouseOptions,
  queries = new FairQueue(QUERY_SHARES),
  ears = DEAF,
): TraceStore {
  for (const name of [options.database, options.cluster]) {
    if (!/^\w*$/.test(name)) throw new Error(`"${name}" may hold only letters, digits and underscores`);
  }
  return new ClickHouseStore(options, queries, ears);
}

class ClickHouseStore implements TraceStore {
  private readonly names: TableNames;
  private readonly embedded: boolean;
  private readonly table: string;
  private readonly client: ClickHouseClient;
  private readonly callers: ClickHouseClient;
  private readonly queries: FairQueue;
  private readonly ears: StoreEars;
  /** Of words and ids; while a server still gives them to parts of an earlier version, they are not asked. */
  private textIndexes: 'none' | 'coming' | 'there' = 'none';
  /** Why they do not come, as it was told last. */
  private indexProblem = '';
  /** The embedded engine makes them when it is told to. */
  private indexedParts: IndexedParts | undefined;
  readonly own: TraceReader;

  constructor({ server, database, cluster }: ClickHouseOptions, queries: FairQueue, ears: StoreEars) {
    this.names = { database, cluster };
    this.embedded = 'socketPath' in server;
    this.table = `${database}.traces`;
    this.client = connect(server, { connections: OWN_CONNECTIONS, own: true });
    this.callers = connect(server, { connections: CALLERS_CONNECTIONS });
    this.queries = queries;
    this.ears = ears;
    this.own = this.readerOver((query, parameters, settings) =>
      this.read(this.client, query, parameters, settings),
    );
  }

  readerFor(account: string, signal: AbortSignal): TraceReader {
    return this.readerOver((query, parameters, settings) =>
      this.queries.run(account, () => this.readFor(query, parameters, settings, signal), signal),
    );
  }

  private readerOver(ask: Ask): TraceReader {
    return new ClickHouseReader(this.table, ask, () => this.indexed());
  }

  /** Condition on the parts that have the indexes of text; undefined: none has. */
  private indexed(): string | undefined {
    if (this.textIndexes !== 'there') return undefined;
    return this.indexedParts ? this.indexedParts.condition : MERGED;
  }

  async migrate(): Promise<void> {
    const { statements, mark } = migrations(this.names, this.embedded);
    // On a cluster a server may have joined since.
    if (this.names.cluster || (await this.mark()) !== mark) {
      if (this.embedded) await this.checkRoom();
      for (const statement of statements) await this.command(statement);
    }
    await this.indexText();
  }

  /** A server that does not know such an index answers without it, more slowly. */
  private async indexText(): Promise<void> {
    // Parts of a table that was made anew can have the names of others.
    this.indexedParts = this.embedded
      ? new IndexedParts(
          this.names,
          (query, parameters) => this.rows(query, parameters),
          (statement) => this.command(statement),
        )
      : undefined;
    await this.lookForIndexes();
    if (this.textIndexes !== 'none') return;
    try {
      if (this.embedded) await this.checkRoom();
      await this.command(textIndexesStatement(this.names));
      if (!this.embedded && (await this.size()).rows > 0)
        await this.command(materializeTextIndexes(this.names));
      await this.lookForIndexes();
    } catch (error) {
      this.ears.onWithoutWords(error);
    }
  }

  private async lookForIndexes(): Promise<void> {
    const ofTable = 'WHERE database = {database:String} AND table = {table:String}';
    const indexes = await this.rows(
      `SELECT 1 FROM system.data_skipping_indices ${ofTable} AND name IN {names:Array(String)}`,
      { ...this.localTable(), names: TEXT_INDEXES },
    );
    const making = await this.rows(
      `SELECT latest_fail_reason AS problem FROM system.mutations
       ${ofTable} AND NOT is_done AND position(command, 'MATERIALIZE INDEX') > 0 ORDER BY problem DESC`,
      this.localTable(),
    );
    const isComing = making.length > 0 && !this.embedded;
    this.textIndexes = indexes.length < TEXT_INDEXES.length ? 'none' : isComing ? 'coming' : 'there';
    const problem = String(making[0]?.problem ?? '');
    if (problem !== '' && problem !== this.indexProblem) this.ears.onWithoutWords(new Error(problem));
    this.indexProblem = problem;
  }

  private async mark(): Promise<string> {
    const [row] = await this.rows(
      "SELECT comment FROM system.tables WHERE database = {database:String} AND name = 'traces'",
      { database: this.names.database },
    );
    return String(row?.comment ?? '');
  }

  /**
   * On a full disk the embedded engine would put an empty definition in the place of the table's (`docs/reference/clickhouse.md` 2).
   * @throws Error when there is no room for one
   */
  private async checkRoom(): Promise<void> {
    const rows = await this.rows('SELECT min(unreserved_space) AS free FROM system.disks', {});
    const free = Number(rows[0]?.free);
    if (free < ROOM_FOR_TABLES) {
      throw new Error(
        `not enough space for the definition of the tables: ${free} bytes are free, ${ROOM_FOR_TABLES} are needed; look for a full disk`,
      );
    }
  }

  async ping(signal?: AbortSignal): Promise<void> {
    await this.read(this.client, `SELECT 1 FROM ${this.table} LIMIT 0`, {}, {}, signal);
  }

  async tend(): Promise<void> {
    if (this.textIndexes === 'coming' || this.indexedParts?.isMaking) await this.lookForIndexes();
    if (this.textIndexes === 'there') await this.indexedParts?.tend();
  }

  async insert(lines: Uint8Array, token: string): Promise<void> {
    try {
      const { stream } = await this.client.exec({
        query: `INSERT INTO ${this.table} FORMAT JSONEachRow`,
        values: Readable.from([lines], { objectMode: false }),
        clickhouse_settings: {
          insert_deduplication_token: token,
          async_insert: 0,
          // A batch is small enough that one thread parses it, and copies are sorted out later: a quarter less CPU.
          input_format_parallel_parsing: 0,
          optimize_on_insert: 0,
          input_format_skip_unknown_fields: 0,
          ...(this.names.cluster ? { distributed_foreground_insert: 1 } : {}),
          // A part gets them later: until then it is read whole.
          ...(this.embedded ? { exclude_materialize_skip_indexes_on_insert: TEXT_INDEXES.join(', ') } : {}),
        },
      });
      for await (const _ of stream) {
        // The answer to an insert is empty; reading it to the end frees the connection.
      }
    } catch (error) {
      throw insertError(error);
    }
  }

  async known(projectId: string, ids: readonly string[], from: number, to: number): Promise<Set<string>> {
    const found = new Set<string>();
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const rows = await this.rows(
        `SELECT DISTINCT trace_id AS id FROM ${this.table}
         WHERE project_id = {project:String}
           AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
           AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
           AND trace_id IN {ids:Array(UUID)}`,
        { project: projectId, from, to, ids: ids.slice(at, at + IDS_AT_ONCE) },
      );
      for (const { id } of rows) found.add(String(id));
    }
    return found;
  }

  async dropBefore(instant: number): Promise<string[]> {
    const rows = await this.rows(
      `SELECT DISTINCT partition AS day FROM ${this.source('system.parts')}
       WHERE database = {database:String} AND table = {table:String} AND active ORDER BY day`,
      this.localTable(),
    );
    const past = rows.map((row) => String(row.day)).filter((day) => endOfDay(day) <= instant);
    const on = this.names.cluster ? ` ON CLUSTER '${this.names.cluster}'` : '';
    const { database, table } = this.localTable();
    for (const day of past)
      await this.command(`ALTER TABLE ${database}.${table}${on} DROP PARTITION ID '${day}'`);
    return past;
  }

  async freeze(name: string): Promise<void> {
    const { database, table } = this.localTable();
    await this.command(`ALTER TABLE ${database}.${table} FREEZE WITH NAME '${name}'`);
  }

  extentOf(tracker: RecordedBy) {
    return extentOf(this.table, (query, parameters) => this.read(this.client, query, parameters), tracker);
  }

  linesOf(tracker: RecordedBy, page: { upTo: number; after: TraceKey | undefined; limit: number }) {
    const ask = (query: string, parameters: Parameters) => this.read(this.client, query, parameters);
    return linesOf(this.table, ask, tracker, page);
  }

  async held(from: number): Promise<[string, number, number][]> {
    const rows = await this.rows(
      `SELECT project_id, toUnixTimestamp(toStartOfHour(record_time)) AS hour, count() AS traces FROM ${this.table}
       WHERE record_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') GROUP BY project_id, hour`,
      { from },
    );
    return rows.map(({ project_id, hour, traces }) => [
      String(project_id),
      Number(hour) * 1000,
      Number(traces),
    ]);
  }

  async parts(): Promise<StoredPart[]> {
    if (this.names.cluster) return [];
    const parts = await this.rows(
      `SELECT name, hash_of_all_files AS checksum, bytes_on_disk AS bytes, toUnixTimestamp(modification_time) AS written
       FROM system.parts WHERE database = {database:String} AND table = {table:String} AND active
       ORDER BY modification_time DESC, name DESC`,
      this.localTable(),
    );
    return parts.map(({ name, checksum, bytes, written }) => ({
      name: String(name),
      checksum: String(checksum),
      bytes: Number(bytes),
      written: Number(written) * 1000,
    }));
  }

  async setAsideIfDamaged(part: string): Promise<boolean> {
    if (await this.isWhole(part)) return false;
    await this.command(`ALTER TABLE ${this.table} DETACH PART '${part}'`);
    return true;
  }

  /** A part that was merged into another meanwhile counts as whole. */
  private async isWhole(part: string): Promise<boolean> {
    try {
      const rows = await this.rows(
        `CHECK TABLE ${this.table} PART '${part}'
         SETTINGS check_query_single_value_result = 0, max_threads = 1, max_execution_time = 0`,
        {},
      );
      return rows.every(({ is_passed: passed }) => Boolean(passed));
    } catch (error) {
      if (isGonePart(error)) return true;
      if (isDamage(error)) return false;
      throw error;
    }
  }

  async damagedParts(): Promise<string[]> {
    const rows = await this.rows(
      `SELECT name FROM ${this.source('system.detached_parts')}
       WHERE database = {database:String} AND table = {table:String} ORDER BY name`,
      this.localTable(),
    );
    return rows.map(({ name }) => String(name));
  }

  async size(): Promise<{ rows: number; bytes: number }> {
    const [row] = await this.rows(
      `SELECT sum(rows) AS traces, sum(bytes_on_disk) AS bytes FROM ${this.source('system.parts')}
       WHERE database = {database:String} AND table = {table:String} AND active`,
      this.localTable(),
    );
    return { rows: Number(row?.traces ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async close(): Promise<void> {
    await Promise.all([this.client.close(), this.callers.close()]);
  }

  async explain(filter: TraceFilter, limit: number): Promise<string> {
    const condition = conditionOf(filter, undefined, this.indexed());
    const rows = await this.rows(`EXPLAIN indexes = 1 ${pageQuery(this.table, condition, 'all')}`, {
      ...condition.parameters,
      most: limit,
    });
    return rows.map((row) => row.explain).join('\n');
  }

  private localTable() {
    return { database: this.names.database, table: this.names.cluster ? 'traces_shard' : 'traces' };
  }

  private source(systemTable: string): string {
    return this.names.cluster ? `cluster('${this.names.cluster}', ${systemTable})` : systemTable;
  }

  private async rows(query: string, parameters: Parameters): Promise<Row[]> {
    return (await this.read(this.client, query, parameters)).rows;
  }

  private async readFor(
    query: string,
    parameters: Parameters,
    ofQuery: QuerySettings | undefined,
    signal: AbortSignal,
  ): Promise<Found<Row>> {
    const silence = this.ears.silence();
    const settings = { ...CALLERS_SETTINGS, ...ofQuery };
    if (!silence) return this.read(this.callers, query, parameters, settings, signal);
    const ending = new AbortController();
    const end = () => ending.abort(signal.aborted ? signal.reason : new StoreUnavailable(SILENT));
    const signals = [signal, silence];
    for (const one of signals) {
      if (one.aborted) end();
      one.addEventListener('abort', end);
    }
    try {
      return await this.read(this.callers, query, parameters, settings, ending.signal);
    } finally {
      for (const one of signals) one.removeEventListener('abort', end);
    }
  }

  /** Where rows are so large that a query takes too much, fewer are read at a time. */
  private async read(
    client: ClickHouseClient,
    query: string,
    parameters: Parameters,
    settings: ClickHouseSettings = {},
    signal?: AbortSignal,
  ): Promise<Found<Row>> {
    try {
      return await this.readOnce(client, query, parameters, settings, signal);
    } catch (error) {
      if (!(error instanceof ReadTooWide)) throw error;
      return this.readOnce(client, query, parameters, { ...settings, ...SPARING }, signal);
    }
  }

  private async readOnce(
    client: ClickHouseClient,
    query: string,
    parameters: Parameters,
    settings: ClickHouseSettings = {},
    signal?: AbortSignal,
  ): Promise<Found<Row>> {
    // The client overlooks a signal that was aborted before.
    signal?.throwIfAborted();
    try {
      const result = await client.query({
        query: bind(query, parameters),
        format: 'JSONEachRow',
        clickhouse_settings: {
          ...settings,
          max_query_size: String(MAX_STATEMENT),
          max_execution_time: MAX_QUERY_SECONDS,
          output_format_json_quote_64bit_integers: 0,
        },
        ...(signal ? { abort_signal: signal } : {}),
      });
      return await readBounded<Row>(result);
    } catch (error) {
      signal?.throwIfAborted();
      const told = queryError(error);
      if (isDamage(told)) this.ears.onDamage();
      if (isGone(told)) this.ears.onGone();
      throw told;
    }
  }

  private async command(query: string): Promise<void> {
    try {
      await this.client.command({ query });
    } catch (error) {
      throw queryError(error);
    }
  }
}

/** A partition's name is its day, YYYYMMDD. */
function endOfDay(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)) + 1);
}
