import {
  type JsonColumn,
  type NumberColumn,
  TEXT_COLUMNS,
  type TextColumn,
  type TimeColumn,
} from '@opencts/client/query';

/** Columns that the trace store makes out of others. */
const DERIVED: readonly TextColumn[] = ['user_name', 'access_key_id'];

/** A member of a trace's line with text in it. */
type Member = Exclude<TextColumn, 'user_name' | 'access_key_id'> | JsonColumn;

/** Where free words are looked for, in this order, each on lines of its own. */
export const ALL_COLUMNS: readonly Member[] = [
  ...TEXT_COLUMNS.filter((column): column is Exclude<Member, 'user' | 'extra'> => !DERIVED.includes(column)),
  'user',
  'extra',
];

/** A trace's line, as far as a query asks for it. */
export type Line = { readonly [Column in Exclude<Member, JsonColumn>]?: string | number } & {
  readonly [Column in JsonColumn]?: string;
} & {
  readonly [Column in NumberColumn | TimeColumn]?: number;
} & { readonly read_only?: boolean };
