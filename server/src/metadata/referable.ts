import { sql } from 'kysely';

/**
 * Whether other rows can refer to the id in a column: one that is no text, or that reads otherwise than it is stored,
 * would fail whatever refers to it.
 */
export const isReferable = (column: string) =>
  sql<boolean>`(typeof(${sql.ref(column)}) = 'text' AND instr(${sql.ref(column)}, char(0)) = 0 AND ${sql.ref(column)} NOT GLOB '*[^ -~]*')`;
