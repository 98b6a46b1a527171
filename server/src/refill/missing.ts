import { HourCounts } from '../journal/index.ts';

/** Of so many traces of an hour one may be missing: a producer that sent it twice, long after, has it once in the store. */
const TOLERANCE = 1_000;

/** What of the indexed traces the store does not hold, by project and hour. */
export function missingOf(
  indexed: HourCounts,
  held: Iterable<readonly [string, number, number]>,
): HourCounts {
  const there = new HourCounts();
  there.addAll(held);
  const missing = new HourCounts();
  for (const [projectId, hour, traces] of indexed.rows()) {
    const lacking = traces - there.get(projectId, hour);
    if (lacking > 0 && lacking * TOLERANCE >= traces) missing.add(projectId, hour, lacking);
  }
  return missing;
}

export function totalOf(counts: HourCounts): number {
  let total = 0;
  for (const [, , traces] of counts.rows()) total += traces;
  return total;
}

/** Whether something is missing that was not missing before. */
export function isMore(missing: HourCounts, before: HourCounts): boolean {
  for (const [projectId, hour, traces] of missing.rows()) {
    if (traces > before.get(projectId, hour)) return true;
  }
  return false;
}
