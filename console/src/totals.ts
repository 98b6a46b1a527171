import type { Histogram } from './api/types.ts';

export interface Totals {
  all: number;
  warning: number;
  incident: number;
}

/** How many traces a histogram counts: all of them, and those of the ratings that matter. */
export function totalsOf({ buckets }: Histogram): Totals {
  const totals = { all: 0, warning: 0, incident: 0 };
  for (const { normal, warning, incident } of buckets) {
    totals.all += normal + warning + incident;
    totals.warning += warning;
    totals.incident += incident;
  }
  return totals;
}
