import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { MAX_TIME_ZONE } from '../../limits.ts';
import { errorCode } from '../../trace-query.ts';

export const TimeZone = Type.String({
  default: 'UTC',
  maxLength: MAX_TIME_ZONE,
  errorCode,
  description: 'IANA name or offset such as +02:00',
});

/** No place on earth is further from UTC. */
const MOST_OFFSET_HOURS = 14;

/** `YYYY-MM-DD HH:MM:SS GMT±HH:MM` in a zone. @throws CtsError 400 for an unknown zone */
export function timeFormat(zone: string): (ms: number) => string {
  const fixed = /^([+-])(\d{2}):([0-5]\d)$/.exec(zone);
  if (fixed && Number(fixed[2]) <= MOST_OFFSET_HOURS) {
    const minutes = (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === '-' ? -1 : 1);
    return (ms) =>
      `${new Date(ms + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')} GMT${zone}`;
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    throw ERRORS.invalidQuery(
      'time_zone',
      `time_zone "${zone}" is unknown; it must be an IANA name or an offset such as +02:00`,
    );
  }
  return (ms) => {
    const local = format.format(ms);
    const minutes = Math.round(
      (Date.parse(`${local.replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000) / 60_000,
    );
    const two = (value: number) => String(value).padStart(2, '0');
    const size = Math.abs(minutes);
    return `${local} GMT${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  };
}
