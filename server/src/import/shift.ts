import type { Format } from './formats.ts';
import type { Origin } from './origin.ts';
import { readRecords } from './records.ts';

const DAY = 86_400_000;
/** So that the oldest is not gone before it arrives. */
const ROOM = 3_600_000;

export interface Shift {
  timeOf: (happened: number) => number;
  /** What is done, for people. */
  told: string;
}

/**
 * Moves all times to the present: by one offset where they fit into what the trace list keeps, else spread over it,
 * in the same order and proportions. Reads everything once.
 */
export async function shiftToNow(origin: Origin, format: Format, days: number, now: number): Promise<Shift> {
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const reading = { refuse: () => {}, fail: () => {}, pass: () => {} };
  for await (const source of origin.sources()) {
    for await (const { record } of readRecords(source, format, reading)) {
      const time = format.timeOf(record);
      oldest = Math.min(oldest, time);
      newest = Math.max(newest, time);
    }
  }
  if (oldest > newest) return { timeOf: (happened) => happened, told: 'There are no times to move.' };
  return shiftOf(oldest, newest, days, now);
}

export function shiftOf(oldest: number, newest: number, days: number, now: number): Shift {
  const room = days * DAY - ROOM;
  const span = newest - oldest;
  const factor = span > room ? room / span : 1;
  const timeOf = (happened: number) => Math.round(now - (newest - happened) * factor);
  const told =
    factor === 1
      ? 'All times are moved by one offset, the newest to now.'
      : `The records cover ${(span / DAY).toFixed(1)} days, the trace list keeps ${days}: their times are spread over these, the newest now.`;
  return { timeOf, told };
}
