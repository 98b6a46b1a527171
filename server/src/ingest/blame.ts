import { type Extent, endOfString, extentOf, pastSpace } from './json-extent.ts';

/** Names of a path that are told. */
const MOST_STEPS = 4;
const [QUOTE, COMMA, COLON, OPEN_OBJECT] = [0x22, 0x2c, 0x3a, 0x7b];

/** What a trace has too much of. */
export type Measure = (extent: Extent, bytes: number) => number;

/**
 * The member of a trace that is at fault when the trace is too large or too deep: the one that has most of it, and
 * what in that one has more than half of it. Looks at bytes, since what is too much is not parsed.
 * @returns names with points between them; undefined: it is no object with members
 */
export function memberWithMost(trace: Buffer, measure: Measure): string | undefined {
  const path: string[] = [];
  let inner = trace;
  let least = 0;
  while (path.length < MOST_STEPS) {
    const most = largestIn(inner, measure);
    if (!most || most.amount <= least) break;
    path.push(most.name);
    inner = most.bytes;
    least = most.amount / 2;
  }
  return path.length > 0 ? path.join('.') : undefined;
}

interface Largest {
  name: string;
  bytes: Buffer;
  amount: number;
}

function largestIn(bytes: Buffer, measure: Measure): Largest | undefined {
  let largest: Largest | undefined;
  let at = pastSpace(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) return undefined;
  for (at = pastSpace(bytes, at + 1); bytes[at] === QUOTE; at = pastSpace(bytes, at + 1)) {
    const named = at;
    const colon = pastSpace(bytes, endOfString(bytes, at + 1) + 1);
    if (bytes[colon] !== COLON) break;
    const start = pastSpace(bytes, colon + 1);
    const extent = extentOf(bytes, start);
    const amount = measure(extent, extent.end - start);
    if (!largest || amount > largest.amount) {
      largest = { name: nameAt(bytes, named), bytes: bytes.subarray(start, extent.end), amount };
    }
    at = pastSpace(bytes, extent.end);
    if (bytes[at] !== COMMA) break;
  }
  return largest;
}

/** Characters of a name that are told. */
const MOST_NAME = 64;

function nameAt(bytes: Buffer, quote: number): string {
  const raw = bytes.subarray(quote + 1, endOfString(bytes, quote + 1)).subarray(0, 6 * MOST_NAME);
  try {
    return (JSON.parse(`"${raw.toString('utf8')}"`) as string).slice(0, MOST_NAME);
  } catch {
    return raw.toString('utf8').slice(0, MOST_NAME);
  }
}
