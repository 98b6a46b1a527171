import { canonical, type Member } from '../traces/index.ts';
import { TraceRejected } from './rejected.ts';

/**
 * A member that means something has one value: of two, one reader would take the first and another the last.
 * @throws TraceRejected
 */
export function checkRepeats(
  text: string,
  members: readonly Member[],
  known: ReadonlySet<string>,
  around = '',
): void {
  const values = new Map<string, string>();
  for (const { name, start, end } of members) {
    if (!known.has(name)) continue;
    const value = text.slice(start, end);
    const before = values.get(name);
    if (before !== undefined && before !== value && canonical(before) !== canonical(value)) {
      const field = around + name;
      throw new TraceRejected(
        field,
        `${field} is named twice, with different values; it must have one, or readers would disagree about it`,
      );
    }
    values.set(name, value);
  }
}
