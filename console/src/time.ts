export type Zone = 'local' | 'utc';

const two = (value: number) => String(value).padStart(2, '0');

/** Minutes that the zone is ahead of UTC at an instant (epoch ms). */
export function offsetOf(ms: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(ms).getTimezoneOffset();
}

function shifted(ms: number, zone: Zone): string {
  return new Date(ms + offsetOf(ms, zone) * 60_000).toISOString();
}

export function zoneName(ms: number, zone: Zone): string {
  const offset = offsetOf(ms, zone);
  const size = Math.abs(offset);
  return `GMT${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Of times between which the clocks may have been changed: `GMT+01:00, GMT+02:00`. */
export const zoneNames = (times: readonly number[], zone: Zone): string =>
  [...new Set(times.map((ms) => zoneName(ms, zone)))].join(', ');

/** `YYYY-MM-DD HH:MM:SS GMT±HH:MM` */
export function formatTime(ms: number, zone: Zone): string {
  return `${shifted(ms, zone).slice(0, 19).replace('T', ' ')} ${zoneName(ms, zone)}`;
}

/** `YYYY-MM-DD HH:MM` */
export const formatMinute = (ms: number, zone: Zone) => shifted(ms, zone).slice(0, 16).replace('T', ' ');

/** `HH:MM`, or with the day where the range spans days. */
export function formatTick(ms: number, zone: Zone, spanMs: number): string {
  const text = shifted(ms, zone);
  if (spanMs > 2 * 86_400_000) return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  return spanMs > 10 * 60_000 ? text.slice(11, 16) : text.slice(11, 19);
}

/** `MM-DD` of a day in UTC; `YYYY-MM-DD` on an axis that spans years. */
export function formatDay(ms: number, first: number, last: number): string {
  const yearOf = (time: number) => shifted(time, 'utc').slice(0, 4);
  return shifted(ms, 'utc').slice(yearOf(first) === yearOf(last) ? 5 : 0, 10);
}

/** Date and time of a picker, without a zone. */
export function toPicker(ms: number, zone: Zone): string {
  return shifted(ms, zone).slice(0, 19);
}

export function fromPicker(text: string, zone: Zone): number {
  return Date.parse(zone === 'utc' ? `${text.slice(0, 19)}Z` : text.slice(0, 19));
}
