import { sql } from 'kysely';

/**
 * A whole number of a column as whoever reads the column takes it: what is none, or beyond all, as a repair may leave
 * it, counts as 0. A sum over it cannot overflow.
 */
export const wholeIn = (column: string) =>
  sql<number>`(CASE WHEN typeof(${sql.ref(column)}) = 'integer' AND ${sql.ref(column)} BETWEEN ${sql.lit(-Number.MAX_SAFE_INTEGER)} AND ${sql.lit(Number.MAX_SAFE_INTEGER)} THEN ${sql.ref(column)} ELSE 0 END)`;
