import { randomBytes } from 'node:crypto';

let pool = '';
let used = 0;
let lastTime = 0;
let prefix = '';

/** A UUID of version 7 (RFC 9562): begins with the time, so that neighbours in time are neighbours in the store. */
export function newTraceId(): string {
  const now = Date.now();
  if (now !== lastTime) {
    lastTime = now;
    const hex = now.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  }
  if (used + 20 > pool.length) {
    pool = randomBytes(8000).toString('hex');
    used = 0;
  }
  const at = used;
  used += 19;
  const variant = '89ab'[Number.parseInt(pool[at + 18] as string, 16) & 3];
  return `${prefix}${pool.slice(at, at + 3)}-${variant}${pool.slice(at + 3, at + 6)}-${pool.slice(at + 6, at + 18)}`;
}
