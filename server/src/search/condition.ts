import { ALL_COLUMNS, conditionOf, type Expressions } from '../query/index.ts';
import {
  type Parameters,
  readableJson,
  Trace,
  type TraceFilter,
  textMember,
  unmarked,
} from '../traces/index.ts';

/** Conditions on a `line` of a trace file, and the values of their parameters. */
export interface LineCondition {
  /** Cheap, and true of every line that is meant, but of others, too. */
  hint: string;
  exact: string;
  parameters: Parameters;
}

const MEMBERS = {
  traceId: 'trace_id',
  traceType: 'trace_type',
  trackerName: 'tracker_name',
  serviceType: 'service_type',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  resourceName: 'resource_name',
  traceName: 'trace_name',
  traceRating: 'trace_rating',
  sourceIp: 'source_ip',
  enterpriseProjectId: 'enterprise_project_id',
} as const satisfies Partial<Record<keyof TraceFilter, string>>;
/** Members of `user`, which is JSON text in a line. */
const USER_MEMBERS = { users: 'name', accessKeyId: 'access_key_id' } as const;

const USER = "JSONExtractString(line, 'user')";
/** @param member a text of the operator */
const ofUser = (member: string) => textMember(USER, member, 'name');
/** Members that no schema knows; in a trace file they stand beside the others. */
const EXTRA = `concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2), arrayFilter(
  kv -> kv.1 NOT IN (${[...Object.keys(Trace.properties), 'extra'].map((name) => `'${name}'`).join(', ')}),
  JSONExtractKeysAndValuesRaw(line))), ','), '}')`;

const textIn = (column: string): string => {
  switch (column) {
    case 'user':
      return USER;
    case 'extra':
      return unmarked(EXTRA);
    case 'user_name':
      return ofUser('name');
    case 'access_key_id':
      return ofUser('access_key_id');
    case 'code':
      return `if(JSONType(line, 'code') = 'String', JSONExtractString(line, 'code'), JSONExtractRaw(line, 'code'))`;
    default:
      return `JSONExtractString(line, '${column}')`;
  }
};

/** What the query language speaks of, in a line of a trace file. */
const LINE: Expressions = {
  text: textIn,
  json: (column) => (column === 'extra' ? EXTRA : readableJson(textIn(column))),
  instant: (column, operator, placeholder) => `JSONExtractInt(line, '${column}') ${operator} ${placeholder}`,
  number: (column) => `JSONExtract(line, '${column}', 'Nullable(Int64)')`,
  flag: "JSONExtract(line, 'read_only', 'Nullable(Bool)')",
  all: `lower(concatWithSeparator('\n', ${ALL_COLUMNS.map(textIn).join(', ')}))`,
};

/**
 * The trace list's filters over lines of trace files. To parse each line would take longest: most are ruled
 * out before, by the bytes that a member has in a line, which are always those of JSON.stringify.
 */
export function lineCondition(filter: TraceFilter): LineCondition {
  const hints: string[] = ['1'];
  const exact = ["JSONExtractInt(line, 'time') > {from:Int64}", "JSONExtractInt(line, 'time') < {to:Int64}"];
  const parameters: LineCondition['parameters'] = { from: filter.from, to: filter.to };
  if (filter.family === 'system') exact.push("JSONExtractString(line, 'event_type') != 'data'");
  if (filter.family === 'data') exact.push("JSONExtractString(line, 'event_type') = 'data'");
  if (filter.failed) {
    const failures = ['warning', 'incident'].map((rating) => `'${bytesOf('trace_rating', rating)}'`);
    hints.push(`multiSearchAny(line, [${failures}])`);
    exact.push("JSONExtractString(line, 'trace_rating') != 'normal'");
  }
  for (const [key, member] of Object.entries(MEMBERS) as [keyof typeof MEMBERS, string][]) {
    const value = filter[key];
    if (value === undefined) continue;
    hints.push(`position(line, {${member}_bytes:String}) > 0`);
    exact.push(`JSONExtractString(line, '${member}') = {${member}:String}`);
    parameters[member] = value;
    parameters[`${member}_bytes`] = bytesOf(member, value);
  }
  for (const [key, member] of Object.entries(USER_MEMBERS) as [keyof typeof USER_MEMBERS, string][]) {
    const values = [filter[key] ?? []].flat();
    if (values.length === 0) continue;
    hints.push(`multiSearchAny(line, {user_${member}_bytes:Array(String)})`);
    exact.push(`${ofUser(member)} IN {user_${member}:Array(String)}`);
    parameters[`user_${member}`] = values;
    parameters[`user_${member}_bytes`] = values.map((value) =>
      JSON.stringify(bytesOf(member, value)).slice(1, -1),
    );
  }
  if (filter.query) {
    const asked = conditionOf(filter.query, LINE);
    exact.push(asked.where);
    Object.assign(parameters, asked.parameters);
  }
  return { hint: hints.join(' AND '), exact: exact.join(' AND '), parameters };
}

const bytesOf = (member: string, value: string) => `${JSON.stringify(member)}:${JSON.stringify(value)}`;
