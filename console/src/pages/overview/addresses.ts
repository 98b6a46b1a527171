/** Minutes around a first appearance that its address shows. */
const AROUND_MS = 5 * 60_000;

/** The trace list, filtered; names and values as its address bar has them. */
export function traceList(range: string, filters: Record<string, string> = {}): string {
  const given = Object.entries(filters).filter(([, value]) => value !== '');
  return `/?${new URLSearchParams([['range', range], ...given])}`;
}

/** The range of the trace list around an instant. */
export const around = (ms: number) => `${ms - AROUND_MS}-${ms + AROUND_MS}`;
