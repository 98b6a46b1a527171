import { compacted, membersIn, Trace } from '../traces/index.ts';
import type { TraceInput } from './input.ts';

const KNOWN = new Set(Object.keys(Trace.properties));
const BODIES = ['request', 'response', 'message'] as const;

/** Structures of a trace, and members that the schema does not know, as they were sent. */
export interface Texts {
  request?: string;
  response?: string;
  message?: string;
  user?: string;
  /** Unknown members as one object. */
  extra?: string;
}

/**
 * Nothing where JavaScript holds all as it was sent, and the text need not be looked at.
 * @param text of the whole trace, valid JSON
 */
export function textsOf(input: TraceInput, text: () => string): Texts {
  if (isHeld(input)) return {};
  const sent = text();
  const texts: Texts = {};
  const extra: string[] = [];
  // A member that is named twice counts as JavaScript takes it: the last.
  for (const { name, start, end } of membersIn(sent) ?? []) {
    const value = sent.slice(start, end);
    if (name === 'user') {
      texts.user = compacted(value.startsWith('"') ? (JSON.parse(value) as string) : value);
    } else if (isBody(name)) {
      if (typeof input[name] === 'object') texts[name] = value;
    } else if (!KNOWN.has(name) && Object.hasOwn(input, name)) {
      extra.push(`${JSON.stringify(name)}:${compacted(value)}`);
    }
  }
  if (extra.length > 0) texts.extra = `{${extra.join(',')}}`;
  return texts;
}

const isBody = (name: string): name is (typeof BODIES)[number] =>
  (BODIES as readonly string[]).includes(name);

function isHeld(input: TraceInput): boolean {
  if (BODIES.some((name) => typeof input[name] === 'object') || holdsNumber(input.user)) return false;
  for (const name in input) {
    if (KNOWN.has(name)) continue;
    const value = (input as Record<string, unknown>)[name];
    if (typeof value === 'number' || (typeof value === 'object' && value !== null)) return false;
  }
  return true;
}

function holdsNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number';
  for (const name in value) if (holdsNumber((value as Record<string, unknown>)[name])) return true;
  return false;
}
