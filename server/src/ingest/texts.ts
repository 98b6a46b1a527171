import { compacted, membersIn } from '../traces/index.ts';
import { KNOWN, type TraceInput } from './input.ts';

const BODIES = ['request', 'response', 'message'] as const;

/** Members of a trace that were sent as something else than text, and those that the schema does not know, as they were sent. */
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
      const user = value.startsWith('"') ? (JSON.parse(value) as string) : value;
      if (holdsNumber(input.user)) texts.user = compacted(user);
    } else if (isBody(name)) {
      if (typeof input[name] !== 'string') texts[name] = value;
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
  if (holdsNumber(input.user)) return false;
  for (const name in input) {
    const value = (input as Record<string, unknown>)[name];
    const isHeldByItself = typeof value === 'string' || value === null || value === undefined;
    if (!isHeldByItself && (isBody(name) || !KNOWN.has(name))) return false;
  }
  return true;
}

function holdsNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number';
  for (const name in value) if (holdsNumber((value as Record<string, unknown>)[name])) return true;
  return false;
}
