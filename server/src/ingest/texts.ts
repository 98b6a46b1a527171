import { compacted, MAX_DEPTH, membersIn } from '../traces/index.ts';
import { KNOWN, type TraceInput } from './input.ts';
import { TraceRejected } from './rejected.ts';

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

const NOTHING: Texts = {};

/**
 * @param text of the whole trace, valid JSON; asked for only where JavaScript does not hold all as it was sent
 * @throws TraceRejected when something is too deep
 */
export function textsOf(input: TraceInput, text: () => string): Texts {
  let extra: Record<string, unknown> | undefined;
  let isHeld = true;
  for (const name in input) {
    const value = (input as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const isKnown = KNOWN.has(name);
    const isText = typeof value === 'string';
    if (!isText && typeof value === 'object') checkDepth(name, value, isKnown);
    if (!isKnown) {
      extra ??= Object.create(null) as Record<string, unknown>;
      extra[name] = value;
      if (!isText && value !== null && typeof value !== 'boolean') isHeld = false;
    } else if (!isText && isBody(name)) {
      isHeld = false;
    }
  }
  if (isHeld && !holdsNumber(input.user)) return extra ? { extra: JSON.stringify(extra) } : NOTHING;
  return exactTexts(input, text());
}

function exactTexts(input: TraceInput, sent: string): Texts {
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

function checkDepth(name: string, value: unknown, isKnown: boolean): void {
  // Unknown members are one level deeper: they are kept together.
  if (withinDepth(value, isKnown ? MAX_DEPTH : MAX_DEPTH - 1)) return;
  const where = isKnown ? name : 'the trace';
  throw new TraceRejected(isKnown ? name : undefined, `${where} is nested deeper than ${MAX_DEPTH} levels`);
}

function withinDepth(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((member) => withinDepth(member, levels - 1));
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && !withinDepth(member, levels - 1)) return false;
  }
  return true;
}

function holdsNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'number';
  for (const name in value) if (holdsNumber((value as Record<string, unknown>)[name])) return true;
  return false;
}
