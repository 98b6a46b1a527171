import { MOST_DIGITS } from '@opencts/client/query';

/** Numbers and flags of JSON that a pattern is compared with, as they are written. */
export const PLAIN_SCALAR = `^(-?[0-9]{1,${MOST_DIGITS}}|true|false)$`;

/** Numbers from the first to the last. */
export interface Range {
  from?: number;
  to?: number;
}

export const isWithin = (
  value: number,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Range,
) => from <= value && value <= to;

/** Begins a text of JSON that stands for the number behind it, for an engine that would write the number in another way. */
export const NUMBER_MARK = '\u{e000}';
