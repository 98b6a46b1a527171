import ipaddr from 'ipaddr.js';

const PARTS =
  /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?)?)?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/;
const AGO = /^-(\d{1,6})(s|m|h|d|w)$/;
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
/** Characters of a number in JSON that is compared as one: longer ones may be rounded to others. */
export const MOST_DIGITS = 15;
const EPOCH_MS = /^\d{13}$/;

/** Epoch ms, both of the span: what is written is that long, a day as `2026-11-29`. */
export interface Span {
  first: number;
  last: number;
}

/**
 * A time: `2026-11`, `2026-11-29`, `2026-11-29T12:20`, with seconds, milliseconds, `Z` or an offset (without one it
 * is UTC), thirteen digits of epoch ms, `-15m` (ago; s, m, h, d, w). Undefined: it is none.
 */
export function spanOf(text: string, now: number): Span | undefined {
  if (EPOCH_MS.test(text)) return { first: Number(text), last: Number(text) };
  const ago = AGO.exec(text);
  if (ago) {
    const at = now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
    return { first: at, last: at };
  }
  const parts = PARTS.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  if (zone !== undefined && hour === undefined) return undefined;
  const at = [year, month, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = at;
  const first = Date.UTC(y, m - 1, d, h, min, s, Number((fraction ?? '').padEnd(3, '0')));
  const read = new Date(first);
  const same = [read.getUTCMonth() + 1, read.getUTCDate(), read.getUTCHours(), read.getUTCMinutes()];
  if (same.join() !== [m, d, h, min].join() || s > 59 || y < 1970) return undefined;
  const next =
    day === undefined
      ? Date.UTC(y, m, 1)
      : first +
        (hour === undefined
          ? 86_400_000
          : minute === undefined
            ? 3_600_000
            : second === undefined
              ? 60_000
              : fraction === undefined
                ? 1000
                : 10 ** (3 - fraction.length));
  const offset = offsetOf(zone);
  return { first: first - offset, last: next - offset - 1 };
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(-2)].map(Number);
  return (zone.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
}

const NUMBER = /^[+-]?(?:\d{1,30}(?:\.\d{1,30})?|\.\d{1,30})(?:e[+-]?\d{1,3})?$/i;

/** A number as people and JSON write it. */
export function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** An address of IPv4 or IPv6 as a number of 128 bits, those of IPv4 mapped (RFC 4291 2.5.5.2). */
export function addressOf(text: string): bigint | undefined {
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text)) return undefined;
  const isAddress = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  if (!isAddress) return undefined;
  const address = ipaddr.parse(text);
  const bytes = (address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress() : address).toByteArray();
  return bytes.reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n);
}

/** First and last address of `192.0.2.0/24`, or of one address; in 32 hexadecimal digits. */
export function networkOf(text: string): { first: string; last: string } | undefined {
  const [base = '', length, ...more] = text.split('/');
  const address = addressOf(base);
  if (address === undefined || more.length > 0) return undefined;
  const bits = base.includes(':') ? 128 : 32;
  if (length !== undefined && !(/^\d{1,3}$/.test(length) && Number(length) <= bits)) return undefined;
  const free = BigInt(bits - Number(length ?? bits));
  const first = (address >> free) << free;
  return { first: hexOf(first), last: hexOf(first + (1n << free) - 1n) };
}

export const hexOf = (address: bigint): string => address.toString(16).padStart(32, '0');
