import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import type {
  Facet,
  FacetValue,
  Firsts,
  HistogramBucket,
  HourCount,
  TraceFilter,
  TraceKey,
  TracePage,
  TraceStore,
} from '../query.ts';
import type { Trace } from '../trace.ts';
import { connect, type ServerAddress } from './connection.ts';
import { insertError, queryError } from './errors.ts';
import { below, type Condition, conditionOf, FACET_COLUMNS } from './filter.ts';
import { type Row, SELECTED, toTrace } from './rows.ts';
import { migrations, type TableNames } from './schema.ts';

const QUERY_SECONDS = 30;

export interface ClickHouseOptions extends TableNames {
  server: ServerAddress;
}

/** The trace store over ClickHouse's HTTP interface. @throws Error when a name could not stand in SQL */
export function clickhouseStore(options: ClickHouseOptions): TraceStore {
  for (const name of [options.database, options.cluster]) {
    if (!/^\w*$/.test(name)) throw new Error(`"${name}" may hold only letters, digits and underscores`);
  }
  return new ClickHouseStore(options);
}

class ClickHouseStore implements TraceStore {
  private readonly names: TableNames;
  private readonly table: string;
  private readonly client: ClickHouseClient;

  constructor({ server, database, cluster }: ClickHouseOptions) {
    this.names = { database, cluster };
    this.table = `${database}.traces`;
    this.client = connect(server);
  }

  async migrate(): Promise<void> {
    for (const statement of migrations(this.names)) await this.command(statement);
  }

  async ping(): Promise<void> {
    await this.rows('SELECT 1', {});
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
        },
      });
      for await (const _ of stream) {
        // The answer to an insert is empty; reading it to the end frees the connection.
      }
    } catch (error) {
      throw insertError(error);
    }
  }

  async page(filter: TraceFilter, limit: number, after?: TraceKey): Promise<TracePage> {
    const condition = conditionOf(filter);
    const traces: Trace[] = [];
    let key = after;
    // One more than asked for tells whether there is more. Copies of a trace are neighbours: one is shown.
    for (let full = true; full && traces.length <= limit; ) {
      const rows = await this.newest(key ? below(condition, key) : condition, limit + 1);
      full = rows.length === limit + 1;
      for (const row of rows) {
        if (key && row.trace_id === key.traceId && Number(row.time_ms) === key.time) continue;
        key = { time: Number(row.time_ms), traceId: row.trace_id as string };
        if (traces.length <= limit) traces.push(toTrace(row));
      }
    }
    const more = traces.length > limit;
    const shown = traces.slice(0, limit);
    const last = shown.at(-1);
    return { traces: shown, next: more && last ? { time: last.time, traceId: last.trace_id } : null };
  }

  async find(projectId: string, traceId: string): Promise<Trace | null> {
    const rows = await this.newest(
      {
        where: 'project_id = {project:String} AND trace_id = {trace_id:UUID}',
        parameters: { project: projectId, trace_id: traceId },
      },
      1,
    );
    return rows[0] ? toTrace(rows[0]) : null;
  }

  async histogram(filter: TraceFilter, bucketMs: number): Promise<HistogramBucket[]> {
    const { where, parameters } = conditionOf(filter);
    const rows = await this.rows(
      `SELECT intDiv(toUnixTimestamp64Milli(time), {width:Int64}) * {width:Int64} AS start,
              countIf(trace_rating = 'normal') AS normal,
              countIf(trace_rating = 'warning') AS warning,
              countIf(trace_rating = 'incident') AS incident
       FROM ${this.table} WHERE ${where} GROUP BY start ORDER BY start`,
      { ...parameters, width: bucketMs },
    );
    return rows.map((row) => ({
      start: Number(row.start),
      normal: Number(row.normal),
      warning: Number(row.warning),
      incident: Number(row.incident),
    }));
  }

  async facet(filter: TraceFilter, facet: Facet, limit: number): Promise<FacetValue[]> {
    const column = FACET_COLUMNS[facet];
    const { where, parameters } = conditionOf(filter, column);
    const rows = await this.rows(
      `SELECT ${column} AS value, count() AS traces, toUnixTimestamp64Milli(min(time)) AS first,
              toUnixTimestamp64Milli(max(time)) AS last
       FROM ${this.table}
       WHERE ${where} AND ${column} != '' GROUP BY value ORDER BY traces DESC, value LIMIT {most:UInt32}`,
      { ...parameters, most: limit },
    );
    return rows.map((row) => ({
      value: row.value as string,
      count: Number(row.traces),
      firstTime: Number(row.first),
      lastTime: Number(row.last),
    }));
  }

  async firsts(filter: TraceFilter, since: number, limit: number): Promise<Firsts> {
    const [oldest, operators, sourceIps, operations] = await Promise.all([
      this.oldest(filter),
      this.newcomers(['user_name'], filter, since, limit),
      this.newcomers(['source_ip'], filter, since, limit),
      this.newcomers(['service_type', 'trace_name'], filter, since, limit),
    ]);
    return {
      historyFrom: oldest,
      operators: operators.map(({ values: [value = ''], firstTime, count }) => ({ value, firstTime, count })),
      sourceIps: sourceIps.map(({ values: [value = ''], ...rest }) => ({ value, ...rest })),
      operations: operations.map(({ values: [serviceType = '', traceName = ''], ...rest }) => ({
        serviceType,
        traceName,
        ...rest,
      })),
    };
  }

  async resourceTypes(projectId: string, from: number) {
    const rows = await this.rows(
      `SELECT service_type, arraySort(groupUniqArray(resource_type)) AS resource_types FROM ${this.table}
       WHERE project_id = {project:String} AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
       GROUP BY service_type ORDER BY service_type`,
      { project: projectId, from },
    );
    return rows.map((row) => ({
      serviceType: row.service_type as string,
      resourceTypes: row.resource_types as unknown as string[],
    }));
  }

  async hourCounts(projectId: string, from: number, to: number): Promise<HourCount[]> {
    const rows = await this.rows(
      `SELECT toUnixTimestamp(toStartOfHour(record_time)) AS hour, count() AS traces FROM ${this.table}
       WHERE project_id = {project:String}
         AND record_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
         AND record_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       GROUP BY hour ORDER BY hour`,
      { project: projectId, from, to },
    );
    return rows.map((row) => ({ hour: Number(row.hour) * 1000, count: Number(row.traces) }));
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

  async size(): Promise<{ rows: number; bytes: number }> {
    const [row] = await this.rows(
      `SELECT sum(rows) AS traces, sum(bytes_on_disk) AS bytes FROM ${this.source('system.parts')}
       WHERE database = {database:String} AND table = {table:String} AND active`,
      this.localTable(),
    );
    return { rows: Number(row?.traces ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  async explain(filter: TraceFilter, limit: number): Promise<string> {
    const { where, parameters } = conditionOf(filter);
    const rows = await this.rows(`EXPLAIN ${this.newestQuery(where)}`, { ...parameters, most: limit });
    return rows.map((row) => row.explain).join('\n');
  }

  /** Stops at the first trace in the table's order. */
  private async oldest(filter: TraceFilter): Promise<number | null> {
    const { where, parameters } = conditionOf(filter);
    const [row] = await this.rows(
      `SELECT toUnixTimestamp64Milli(time) AS first FROM ${this.table} WHERE ${where} ORDER BY time LIMIT 1`,
      parameters,
    );
    return row ? Number(row.first) : null;
  }

  /** Values of the columns that no trace before `since` has. Of the older traces only the distinct values are kept. */
  private async newcomers(columns: string[], filter: TraceFilter, since: number, limit: number) {
    const { where, parameters } = conditionOf(filter);
    const names = columns.join(', ');
    const instant = "fromUnixTimestamp64Milli({since:Int64}, 'UTC')";
    const rows = await this.rows(
      `SELECT ${names}, toUnixTimestamp64Milli(min(time)) AS first, count() AS traces,
              argMin(user_name, time) AS who
       FROM ${this.table}
       WHERE ${where} AND time >= ${instant} AND ${columns.map((column) => `${column} != ''`).join(' AND ')}
         AND (${names}) GLOBAL NOT IN (SELECT ${names} FROM ${this.table} WHERE ${where} AND time < ${instant} GROUP BY ${names})
       GROUP BY ${names} ORDER BY first DESC, ${names} LIMIT {most:UInt32}`,
      { ...parameters, since, most: limit },
    );
    return rows.map((row) => ({
      values: columns.map((column) => row[column] as string),
      firstTime: Number(row.first),
      count: Number(row.traces),
      user: row.who as string,
    }));
  }

  private newest({ where, parameters }: Condition, limit: number): Promise<Row[]> {
    return this.rows(this.newestQuery(where), { ...parameters, most: limit });
  }

  /** Wide columns are read only of the rows that are shown, as long as the limit stays small. */
  private newestQuery(where: string): string {
    return `SELECT ${SELECTED} FROM ${this.table} WHERE ${where}
            ORDER BY time DESC, trace_id DESC LIMIT {most:UInt32}`;
  }

  private localTable() {
    return { database: this.names.database, table: this.names.cluster ? 'traces_shard' : 'traces' };
  }

  private source(systemTable: string): string {
    return this.names.cluster ? `cluster('${this.names.cluster}', ${systemTable})` : systemTable;
  }

  private async rows(query: string, parameters: Record<string, unknown>): Promise<Row[]> {
    try {
      const result = await this.client.query({
        query,
        format: 'JSONEachRow',
        query_params: parameters,
        clickhouse_settings: {
          max_execution_time: QUERY_SECONDS,
          output_format_json_quote_64bit_integers: 0,
        },
      });
      return await result.json<Row>();
    } catch (error) {
      throw queryError(error);
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
