import { fileLine, lineOf, type TraceLine } from '../line.ts';
import type { RecordedBy, StoredLine, StoredLines, TraceKey } from '../query.ts';
import { withFewer } from './bounded.ts';
import type { Ask } from './reader.ts';
import { type Row, SELECTED } from './rows.ts';
import { COLUMNS, DERIVED } from './schema.ts';

/** In alphabetical order, the order of a line. */
const MEMBERS = Object.keys(COLUMNS)
  .filter((name) => !DERIVED.includes(name))
  .sort();

const OF_TRACKER = 'project_id = {project:String} AND tracker_name = {tracker:String}';

/** How many traces of a tracker are held, and when the first and the last were recorded. */
export async function extentOf(table: string, ask: Ask, { projectId, trackerName }: RecordedBy) {
  const { rows } = await ask(
    `SELECT count() AS traces, toUnixTimestamp64Milli(min(record_time)) AS oldest,
            toUnixTimestamp64Milli(max(record_time)) AS newest
     FROM ${table} WHERE ${OF_TRACKER}`,
    { project: projectId, tracker: trackerName },
  );
  const { traces, oldest, newest } = rows[0] as Row;
  return { traces: Number(traces), oldest: Number(oldest), newest: Number(newest) };
}

/** Those above a key in the order of the table, which need not be sorted. */
export async function linesOf(
  table: string,
  ask: Ask,
  { projectId, trackerName }: RecordedBy,
  { upTo, after, limit }: { upTo: number; after: TraceKey | undefined; limit: number },
): Promise<StoredLines> {
  const above = after
    ? `AND time >= fromUnixTimestamp64Milli({after_time:Int64}, 'UTC')
       AND (time > fromUnixTimestamp64Milli({after_time:Int64}, 'UTC') OR trace_id > {after_id:UUID})`
    : '';
  const query = `SELECT ${SELECTED.all} FROM ${table}
     WHERE ${OF_TRACKER} AND record_time <= fromUnixTimestamp64Milli({up_to:Int64}, 'UTC') ${above}
     ORDER BY time, trace_id, record_time LIMIT {most:UInt32}`;
  const parameters = {
    ...{ project: projectId, tracker: trackerName, up_to: upTo },
    ...(after ? { after_time: after.time, after_id: after.traceId } : {}),
  };
  const { rows, cut } = await withFewer(limit, (most) => ask(query, { ...parameters, most }));
  const lines: StoredLine[] = [];
  for (const row of rows) {
    const [last, line] = [lines.at(-1), storedLine(row)];
    // Copies of a trace are neighbours: the first counts.
    if (line.traceId !== last?.traceId || line.time !== last.time) lines.push(line);
  }
  return { lines, more: cut || rows.length === limit };
}

function storedLine(row: Row): StoredLine {
  const trace = Object.fromEntries(
    MEMBERS.map((name) => [name, memberOf(name, row)]).filter(([, value]) => value !== undefined),
  ) as TraceLine;
  return {
    time: trace.time,
    traceId: trace.trace_id,
    recordTime: trace.record_time,
    serviceType: trace.service_type,
    traceName: trace.trace_name,
    line: fileLine(lineOf(trace)),
  };
}

/** As it was journalled; an empty text is one that is not there. */
function memberOf(name: string, row: Row): string | number | boolean | undefined {
  const value = row[name === 'time' || name === 'record_time' ? `${name}_ms` : name];
  if (value === '') return name === 'source_ip' && row.trace_type === 'SystemAction' ? '' : undefined;
  if (name === 'code' && typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value)) return Number(value);
  return value ?? undefined;
}
