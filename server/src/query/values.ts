/** Numbers from the first to the last. */
export interface Range {
  from?: number;
  to?: number;
}

export const isWithin = (
  value: number,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Range,
) => from <= value && value <= to;
