import { MASK } from '../traces/index.ts';

/** Shorter ones are no secrets, and stand in any text. */
const LEAST_SECRET = 4;

/**
 * What the other side said, without the values of headers that it was sent: some repeat what they get.
 * @param answer may be cut off in the midst of one
 */
export function withoutEcho(answer: string, headers: Record<string, string> = {}): string {
  const values = Object.values(headers).filter((value) => value.length >= LEAST_SECRET);
  const written = new Set(
    values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]),
  );
  let said = answer;
  // A value can hold another.
  for (const value of [...written].sort((a, b) => b.length - a.length)) {
    said = withoutCutOff(said.replaceAll(value, MASK), value);
  }
  return said;
}

function withoutCutOff(said: string, value: string): string {
  for (let length = value.length - 1; length >= LEAST_SECRET; length--) {
    if (said.endsWith(value.slice(0, length))) return said.slice(0, -length) + MASK;
  }
  return said;
}
