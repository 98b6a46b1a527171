import type { Query } from '@opencts/client/query';

/** A query without what it asks of one column alone. What is joined with something else by OR stays. */
export function without(query: Query, column: string): Query {
  if (!('all' in query)) return asksOnlyOf(query, column) ? { all: [] } : query;
  return { all: query.all.map((one) => without(one, column)) };
}

function asksOnlyOf(query: Query, column: string): boolean {
  if ('not' in query) return asksOnlyOf(query.not, column);
  if ('any' in query) return query.any.every((one) => asksOnlyOf(one, column));
  if ('all' in query) return query.all.every((one) => asksOnlyOf(one, column));
  return 'column' in query && query.column === column;
}
