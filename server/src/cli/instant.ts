import { UsageError } from './command.ts';

const AGO = /^-(\d{1,5})([mhd])$/;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A time that was named on the command line, in epoch ms: whatever JavaScript reads as one, or `-2h` (m, h, d) from
 * now back.
 * @param what names it in the refusal
 * @throws UsageError
 */
export function instantOf(what: string, text: string): number {
  const [, count, unit = ''] = AGO.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNITS[unit] ?? 0);
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`${what} is "${text}", which is no time such as 2026-03-01, 2026-03-01T12:00Z or -2h`);
}
