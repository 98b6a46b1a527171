import type { BaseResultSet } from '@clickhouse/client';
import { MAX_PAGE_BYTES, ROWS_OF_ANY_SIZE } from '../limits.ts';
import { ReadTooWide, type TraceKey, type TracePage } from '../query.ts';
import type { Trace } from '../trace.ts';

/** The first rows of an answer, as many as it may hold. */
export interface Found<Row> {
  rows: Row[];
  /** There are more rows than an answer may hold. */
  cut: boolean;
}

/** Reads no further than an answer may be long, whatever the engine would still send. */
export async function readBounded<Row>(
  result: BaseResultSet<NodeJS.ReadableStream, 'JSONEachRow'>,
): Promise<Found<Row>> {
  const rows: Row[] = [];
  let bytes = 0;
  for await (const chunk of result.stream() as AsyncIterable<{ text: string }[]>) {
    for (const { text } of chunk) {
      bytes += text.length;
      if (bytes > MAX_PAGE_BYTES && rows.length > 0) {
        result.close();
        return { rows, cut: true };
      }
      rows.push(JSON.parse(text) as Row);
    }
  }
  return { rows, cut: false };
}

/**
 * At most `limit` rows. Where these take more memory than a query may have, which is rare and not known before,
 * so few that they fit in any case.
 */
export async function withFewer<Row>(
  limit: number,
  ask: (most: number) => Promise<Found<Row>>,
): Promise<Found<Row>> {
  try {
    return await ask(limit);
  } catch (error) {
    if (!(error instanceof ReadTooWide) || limit <= ROWS_OF_ANY_SIZE) throw error;
  }
  const { rows } = await ask(ROWS_OF_ANY_SIZE);
  return { rows, cut: rows.length === ROWS_OF_ANY_SIZE };
}

/**
 * A page of traces out of rows in their order. Copies of a trace are neighbours: the first is shown, and
 * of the others what differs from it, as far as the page goes.
 * @param rowsBehind rows behind a key, at most so many
 */
export async function pageOf<Row>(
  limit: number,
  after: TraceKey | undefined,
  rowsBehind: (after: TraceKey | undefined, most: number) => Promise<Found<Row>>,
  read: { key: (row: Row) => TraceKey; isCopy: (row: Row, of: Row) => boolean; trace: (row: Row) => Trace },
): Promise<TracePage> {
  const shown: Row[] = [];
  /** With the last key. */
  let alike: Row[] = [];
  let last = after;
  let full = true;
  // One more than asked for tells whether there is more.
  while (full && shown.length <= limit) {
    const { rows, cut } = await rowsBehind(last, limit + 1);
    full = cut || rows.length === limit + 1;
    for (const row of rows) {
      const key = read.key(row);
      if (key.traceId !== last?.traceId || key.time !== last.time) alike = [];
      else if (alike.some((one) => read.isCopy(row, one))) continue;
      alike.push(row);
      last = key;
      if (shown.length <= limit) shown.push(row);
    }
    // Traces so large end the page early.
    if (cut && shown.length > 0) break;
  }
  const more = full || shown.length > limit;
  const page = shown.slice(0, limit);
  const end = page.at(-1);
  return { traces: page.map(read.trace), next: more && end ? read.key(end) : null };
}
