const INSTANT =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))? ?(Z|UTC|GMT|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/i;
const SECONDS = /^\d{10}(?:\.\d+)?$/;
const MILLISECONDS = /^\d{13}$/;

/** When a record happened: `eventTime`, or, where that is absent, the `@timestamp` of tools that collect them. */
export const timeSaid = (record: Record<string, unknown>): unknown =>
  record.eventTime === undefined || record.eventTime === null ? record['@timestamp'] : record.eventTime;

/** Epoch ms of a time as records have it; without a zone it is UTC. Undefined: it names no instant. */
export function instantOf(said: unknown): number | undefined {
  const text = String(said).trim();
  if (SECONDS.test(text)) return Math.round(Number(text) * 1000);
  if (MILLISECONDS.test(text)) return Number(text);
  const parts = typeof said === 'string' ? INSTANT.exec(text) : null;
  if (!parts) return undefined;
  const [, day, minute, second = ':00', fraction = '', zone = 'Z'] = parts;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z';
  // February 31 is no day, whatever JavaScript makes of it.
  const isDay = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day as string);
  const time = Date.parse(`${day}T${minute}${second}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  return isDay && !Number.isNaN(time) ? time : undefined;
}
