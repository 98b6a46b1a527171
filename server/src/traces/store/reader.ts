import type { ClickHouseSettings } from '@clickhouse/client';
import { MOST_RESOURCE_TYPES, MOST_SERVICES } from '../limits.ts';
import type {
  Facet,
  FacetValue,
  Firsts,
  HistogramBucket,
  HourCount,
  Members,
  OperationCount,
  Order,
  TraceFilter,
  TraceKey,
  TracePage,
  TraceReader,
} from '../query.ts';
import type { Trace } from '../trace.ts';
import { type Found, pageOf, withFewer } from './bounded.ts';
import {
  behind,
  type Condition,
  conditionOf,
  FACET_COLUMNS,
  facetValue,
  parted,
  selected,
  sourceOf,
} from './filter.ts';
import type { Parameters } from './literals.ts';
import { isCopy, type Row, SELECTED, toTrace } from './rows.ts';

/** Settings of one query beside those that all have. */
export type QuerySettings = Partial<
  Pick<
    ClickHouseSettings,
    'max_block_size' | 'read_in_order_use_buffering' | 'enable_shared_storage_snapshot_in_query'
  >
>;
/** Runs one query. */
export type Ask = (query: string, parameters: Parameters, settings?: QuerySettings) => Promise<Found<Row>>;

/**
 * The newest are looked for by themselves: the engine reads beside one another the days in which they may be, which
 * takes more memory than a query may have where all text is read.
 */
const NEAR_MS = 86_400_000;
/** Where all text is read, it is of so many rows at a time. */
const SMALL_BLOCKS: QuerySettings = { max_block_size: '2048' };
/**
 * Of the same parts in each half of a statement: what is merged between the two would be in neither. A server that has
 * the indexes of text knows this setting.
 */
const SAME_PARTS: QuerySettings = { ...SMALL_BLOCKS, enable_shared_storage_snapshot_in_query: 1 };
/** A page is mostly full after the first rows: reading ahead in all parts takes three to four times as long. */
const NOT_AHEAD: QuerySettings = { read_in_order_use_buffering: 0 };

/** The questions that the trace store answers, in SQL. */
export class ClickHouseReader implements TraceReader {
  private readonly table: string;
  private readonly ask: Ask;
  private readonly indexed: () => string | undefined;

  /** @param indexed condition on the parts that have the indexes of text; undefined: none has */
  constructor(table: string, ask: Ask, indexed: () => string | undefined) {
    this.table = table;
    this.ask = ask;
    this.indexed = indexed;
  }

  async page(
    filter: TraceFilter,
    limit: number,
    after?: TraceKey,
    members: Members = 'all',
    order: Order = 'newest',
  ): Promise<TracePage> {
    const condition = this.condition(filter);
    const settings = { ...this.settingsFor(filter), ...NOT_AHEAD };
    const ask = (wanted: Condition, most: number) =>
      this.most(most, pageQuery(this.table, wanted, members, order), wanted.parameters, settings);
    const rowsBehind = async (key: TraceKey | undefined, most: number) => {
      const wanted = key ? behind(condition, key, order) : condition;
      const since = (key?.time ?? filter.to) - NEAR_MS;
      if (!filter.query || order === 'oldest' || since <= filter.from) return ask(wanted, most);
      const near = await ask(parted(wanted, '>', since), most);
      if (near.cut || near.rows.length >= most) return near;
      const far = await ask(parted(wanted, '<=', since), most - near.rows.length);
      return { rows: [...near.rows, ...far.rows], cut: far.cut };
    };
    return pageOf(limit, after, rowsBehind, {
      key: (row) => ({ time: Number(row.time_ms), traceId: row.trace_id as string }),
      isCopy,
      trace: toTrace,
    });
  }

  async find(projectId: string, traceId: string): Promise<Trace | null> {
    const { rows } = await this.ask(
      `SELECT ${SELECTED.all} FROM ${this.table}
       WHERE project_id = {project:String} AND trace_id = {trace_id:UUID} ORDER BY record_time LIMIT 1`,
      { project: projectId, trace_id: traceId },
    );
    return rows[0] ? toTrace(rows[0]) : null;
  }

  async histogram(filter: TraceFilter, bucketMs: number): Promise<HistogramBucket[]> {
    const condition = this.condition(filter);
    const { rows } = await this.ask(
      `SELECT intDiv(toUnixTimestamp64Milli(time), {width:Int64}) * {width:Int64} AS start,
              countIf(trace_rating = 'normal') AS normal,
              countIf(trace_rating = 'warning') AS warning,
              countIf(trace_rating = 'incident') AS incident
       FROM ${sourceOf(this.table, 'time, trace_rating', condition)} GROUP BY start ORDER BY start`,
      { ...condition.parameters, width: bucketMs },
      this.settingsFor(filter),
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
    const value = facetValue(column);
    const condition = this.condition(filter, column);
    condition.where += ` AND ${value} != ''`;
    const { rows } = await this.most(
      limit,
      `SELECT ${value} AS value, count() AS traces, toUnixTimestamp64Milli(min(time)) AS first,
              toUnixTimestamp64Milli(max(time)) AS last
       FROM ${sourceOf(this.table, `${column}, time`, condition)}
       GROUP BY value ORDER BY traces DESC, value LIMIT {most:UInt32}`,
      condition.parameters,
      this.settingsFor(filter),
    );
    return rows.map((row) => ({
      value: row.value as string,
      count: Number(row.traces),
      firstTime: Number(row.first),
      lastTime: Number(row.last),
    }));
  }

  async operations(filter: TraceFilter, limit: number): Promise<OperationCount[]> {
    const condition = this.condition(filter);
    const columns = 'service_type, resource_type, trace_name';
    const { rows } = await this.most(
      limit,
      `SELECT ${columns}, count() AS traces FROM ${sourceOf(this.table, columns, condition)}
       GROUP BY service_type, resource_type, trace_name
       ORDER BY traces DESC, service_type, resource_type, trace_name LIMIT {most:UInt32}`,
      condition.parameters,
      this.settingsFor(filter),
    );
    return rows.map((row) => ({
      serviceType: row.service_type as string,
      resourceType: row.resource_type as string,
      traceName: row.trace_name as string,
      count: Number(row.traces),
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
    const { rows } = await this.ask(
      `SELECT service_type, arraySort(groupUniqArray(${MOST_RESOURCE_TYPES})(resource_type)) AS resource_types FROM ${this.table}
       WHERE project_id = {project:String} AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
       GROUP BY service_type ORDER BY service_type LIMIT ${MOST_SERVICES}`,
      { project: projectId, from },
    );
    return rows.map((row) => ({
      serviceType: row.service_type as string,
      resourceTypes: row.resource_types as unknown as string[],
    }));
  }

  async hourCounts(projectId: string, from: number, to: number): Promise<HourCount[]> {
    const { rows } = await this.ask(
      `SELECT toUnixTimestamp(toStartOfHour(record_time)) AS hour, count() AS traces FROM ${this.table}
       WHERE project_id = {project:String}
         AND record_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
         AND record_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       GROUP BY hour ORDER BY hour`,
      { project: projectId, from, to },
    );
    return rows.map((row) => ({ hour: Number(row.hour) * 1000, count: Number(row.traces) }));
  }

  /** Stops at the first trace in the table's order. */
  private async oldest(filter: TraceFilter): Promise<number | null> {
    const { where, parameters } = conditionOf(filter);
    const { rows } = await this.ask(
      `SELECT toUnixTimestamp64Milli(time) AS first FROM ${this.table} WHERE ${where} ORDER BY time LIMIT 1`,
      parameters,
    );
    return rows[0] ? Number(rows[0].first) : null;
  }

  /** Values of the columns that no trace before `since` has. Of the older traces only the distinct values are kept. */
  private async newcomers(columns: string[], filter: TraceFilter, since: number, limit: number) {
    const { where, parameters } = conditionOf(filter);
    const names = columns.join(', ');
    const instant = "fromUnixTimestamp64Milli({since:Int64}, 'UTC')";
    const { rows } = await this.most(
      limit,
      `SELECT ${names}, toUnixTimestamp64Milli(min(time)) AS first, count() AS traces,
              argMin(user_name, time) AS who
       FROM ${this.table}
       WHERE ${where} AND time >= ${instant} AND ${columns.map((column) => `${column} != ''`).join(' AND ')}
         AND (${names}) GLOBAL NOT IN (SELECT ${names} FROM ${this.table} WHERE ${where} AND time < ${instant} GROUP BY ${names})
       GROUP BY ${names} ORDER BY first DESC, ${names} LIMIT {most:UInt32}`,
      { ...parameters, since },
      this.settingsFor(filter),
    );
    return rows.map((row) => ({
      values: columns.map((column) => row[column] as string),
      firstTime: Number(row.first),
      count: Number(row.traces),
      user: row.who as string,
    }));
  }

  private settingsFor({ query }: TraceFilter): QuerySettings | undefined {
    if (!query) return undefined;
    return this.indexed() ? SAME_PARTS : SMALL_BLOCKS;
  }

  private condition(filter: TraceFilter, except?: string): Condition {
    return conditionOf(filter, except, this.indexed());
  }

  private most(
    limit: number,
    query: string,
    parameters: Parameters,
    settings: QuerySettings | undefined,
  ): Promise<Found<Row>> {
    return withFewer(limit, (most) => this.ask(query, { ...parameters, most }, settings));
  }
}

/** Wide columns are read only of the rows that are shown, as long as the limit stays small. */
export function pageQuery(
  table: string,
  condition: Condition,
  members: Members,
  order: Order = 'newest',
): string {
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const last = `ORDER BY time ${direction}, trace_id ${direction}, record_time LIMIT {most:UInt32}`;
  if (!condition.indexed) return selected(table, SELECTED[members], condition, last);
  const rows = selected(table, `${SELECTED[members]}, time, record_time`, condition, last);
  return `SELECT * EXCEPT (time, record_time) FROM (${rows}) ${last}`;
}
