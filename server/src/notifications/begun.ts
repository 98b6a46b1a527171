import type { Position } from '../journal/index.ts';

/** A stretch of the journal of which a part is written. */
export interface Begun {
  /** Its end. */
  until: Position;
  /** The order of the last delivery that is written. */
  after: string;
  /** Projects that it is passed over for. */
  apart?: string[];
}

/** As it is kept; empty: nothing is begun. What cannot be read is begun anew, and puts no message there twice that is still there. */
export function readBegun(text: string): { begun?: Begun; problem?: string } {
  if (text === '') return {};
  try {
    const begun = JSON.parse(text) as Begun;
    const { until, after, apart = [] } = begun;
    const isWhole =
      Number.isSafeInteger(until.segment) &&
      Number.isSafeInteger(until.offset) &&
      typeof after === 'string' &&
      Array.isArray(apart);
    return isWhole ? { begun } : { problem: 'it does not say how far a stretch is written' };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
