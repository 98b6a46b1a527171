import { conditionOf as conditionOfQuery, type Expressions, without } from '../../query/index.ts';
import type { Facet, Order, TraceFilter, TraceKey } from '../query.ts';
import type { Parameters } from './literals.ts';
import { readableJson } from './readable.ts';
import { ALL_TEXT, OF_IDS, WORDS } from './text-indexes.ts';

/** A WHERE clause and the values of its parameters. */
export interface Condition {
  where: string;
  /** For parts that have the indexes of text. */
  indexed?: Indexed;
  parameters: Parameters;
}

interface Indexed {
  /** Which parts these are. */
  parts: string;
  /** What the indexes know of all that a condition finds, and the rest that is cheap. */
  certain: string;
}

/** Filters that compare one column with one text. */
const EXACT = {
  traceType: 'trace_type',
  trackerName: 'tracker_name',
  serviceType: 'service_type',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  resourceName: 'resource_name',
  traceName: 'trace_name',
  traceRating: 'trace_rating',
  sourceIp: 'source_ip',
  accessKeyId: 'access_key_id',
  enterpriseProjectId: 'enterprise_project_id',
} as const satisfies Partial<Record<keyof TraceFilter, string>>;

/** The column behind a facet. */
export const FACET_COLUMNS: Record<Facet, string> = {
  user: 'user_name',
  service_type: 'service_type',
  resource_type: 'resource_type',
  resource_name: 'resource_name',
  trace_name: 'trace_name',
  trace_type: 'trace_type',
  tracker_name: 'tracker_name',
  source_ip: 'source_ip',
  access_key_id: 'access_key_id',
  trace_rating: 'trace_rating',
  code: 'code',
  user_agent: 'user_agent',
  read_only: 'read_only',
};

/** The values of a facet's column as text; empty: there is none. */
export const facetValue = (column: string): string =>
  column === 'read_only' ? "if(ifNull(read_only, false), 'true', 'false')" : column;

/** What the query language speaks of, in the store's table. */
const TABLE: Expressions = {
  // An id has one spelling, whatever it is stored as.
  text: (column) => (column === 'trace_id' ? 'toString(trace_id)' : column),
  json: readableJson,
  instant: (column, operator, placeholder) =>
    `${column} ${operator} fromUnixTimestamp64Milli(${placeholder}, 'UTC')`,
  number: (column) => column,
  flag: 'read_only',
  all: ALL_TEXT,
};
const INDEXED: Expressions = { ...TABLE, words: WORDS, ids: OF_IDS };

/** @param except a column whose own condition is left out @param parts which have the indexes of text; undefined: none */
export function conditionOf(filter: TraceFilter, except?: string, parts?: string): Condition {
  const clauses = [
    filter.alsoIn ? 'project_id IN {projects:Array(String)}' : 'project_id = {project:String}',
    "time > fromUnixTimestamp64Milli({from:Int64}, 'UTC')",
    "time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')",
  ];
  const parameters: Parameters = {
    ...(filter.alsoIn ? { projects: [filter.projectId, ...filter.alsoIn] } : { project: filter.projectId }),
    from: filter.from,
    to: filter.to,
  };
  let indexed: Indexed | undefined;
  // Every management trace is of the tracker `system`: asking for that as well would read another column.
  const { trackerName, ...rest } = filter;
  const wanted = filter.family === 'system' && trackerName === 'system' ? rest : filter;
  if (filter.family === 'system') clauses.push("event_type != 'data'");
  if (filter.family === 'data') clauses.push("event_type = 'data'");
  for (const [key, column] of Object.entries(EXACT) as [keyof typeof EXACT, string][]) {
    const value = (wanted as TraceFilter)[key];
    if (value === undefined || column === except) continue;
    clauses.push(`${column} = {${column}:String}`);
    parameters[column] = value;
  }
  if (filter.traceId !== undefined) {
    clauses.push('trace_id = {trace_id:UUID}');
    parameters.trace_id = filter.traceId;
  }
  if (filter.failed && except !== 'trace_rating') clauses.push("trace_rating != 'normal'");
  if (filter.users && filter.users.length > 0 && except !== 'user_name') {
    clauses.push('user_name IN {users:Array(String)}');
    parameters.users = filter.users;
  }
  if (filter.operations) {
    const type = 'Array(Tuple(String, String, String))';
    clauses.push(`(service_type, resource_type, trace_name) IN {operations:${type}}`);
    parameters.operations = filter.operations;
  }
  const { conditions } = filter;
  if (conditions && conditions.all.length > 0) {
    const compared = conditions.all.map(({ field, equal, value }, index) => {
      parameters[`condition_${index}`] = value;
      return `${field} ${equal ? '=' : '!='} {condition_${index}:String}`;
    });
    clauses.push(`(${compared.join(conditions.any ? ' OR ' : ' AND ')})`);
  }
  if (filter.query) {
    const query = except ? without(filter.query, except) : filter.query;
    const asked = conditionOfQuery(query, parts ? INDEXED : TABLE);
    // What is read of few rows comes last: the engine moves nothing before a PREWHERE that it is given.
    if (parts && asked.certain) indexed = { parts, certain: [asked.certain, ...clauses].join(' AND ') };
    clauses.push(asked.where);
    Object.assign(parameters, asked.parameters);
  }
  return { where: clauses.join(' AND '), ...(indexed ? { indexed } : {}), parameters };
}

/** Parts that a merge has made: servers give them the indexes of text. */
export const MERGED = "NOT endsWith(_part, '_0')";

/**
 * SELECT of columns of what a condition finds. To ask the indexes of parts that lack them would take ten times as long as to
 * read them.
 * @param last ends each part of it, as with an order and a limit
 */
export function selected(table: string, columns: string, { where, indexed }: Condition, last = ''): string {
  if (!indexed) return `SELECT ${columns} FROM ${table} WHERE ${where} ${last}`;
  const { parts, certain } = indexed;
  return `(SELECT ${columns} FROM ${table} PREWHERE ${certain} WHERE ${where} AND ${parts} ${last})
    UNION ALL (SELECT ${columns} FROM ${table} WHERE ${where} AND NOT (${parts}) ${last})`;
}

/** FROM and WHERE of a statement that counts columns of what a condition finds. */
export const sourceOf = (table: string, columns: string, condition: Condition): string =>
  condition.indexed ? `(${selected(table, columns, condition)})` : `${table} WHERE ${condition.where}`;

/** Adds: only what happened after an instant, or until then. */
export function parted(
  { where, parameters, ...rest }: Condition,
  side: '>' | '<=',
  instant: number,
): Condition {
  return {
    ...rest,
    where: `${where} AND time ${side} fromUnixTimestamp64Milli({parted:Int64}, 'UTC')`,
    parameters: { ...parameters, parted: instant },
  };
}

/** Adds: only what comes after `key`. */
export function behind({ where, parameters, ...rest }: Condition, key: TraceKey, order: Order): Condition {
  const time = "fromUnixTimestamp64Milli({after_time:Int64}, 'UTC')";
  const further = order === 'newest' ? '<' : '>';
  return {
    where: `${where} AND time ${further}= ${time} AND (time ${further} ${time} OR trace_id ${further} {after_id:UUID})`,
    ...rest,
    parameters: { ...parameters, after_time: key.time, after_id: key.traceId },
  };
}
