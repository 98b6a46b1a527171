import { compacted, isKeptEmpty, MAX_DEPTH, membersIn } from '../traces/index.ts';
import { KNOWN, MEANT, notWhole, type TraceInput, WHOLE } from './input.ts';
import type { Sent } from './items.ts';
import { TraceRejected } from './rejected.ts';
import { checkRepeats } from './repeats.ts';
import { userText } from './user-text.ts';

const BODIES = ['request', 'response', 'message'] as const;

/** Members of a trace that were sent as something else than text, and those that the schema does not know, as they were sent. */
export interface Texts {
  request?: string;
  response?: string;
  message?: string;
  user?: string;
  /** Unknown members, and known ones that are empty text, as one object. */
  extra?: string;
}

const NOTHING: Texts = {};

/** @throws TraceRejected when something is too deep, ambiguous, or no whole number where one is asked for */
export function textsOf(input: TraceInput, sent: Sent): Texts {
  let extra: Record<string, unknown> | undefined;
  let isHeld = !sent.hasFractions;
  for (const name in input) {
    const value = (input as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const isKnown = KNOWN.has(name);
    const isText = typeof value === 'string';
    if (!isText && typeof value === 'object') checkDepth(name, value, isKnown);
    if (!isKnown || (value === '' && isKeptEmpty(name, input.trace_type))) {
      extra ??= Object.create(null) as Record<string, unknown>;
      extra[name] = value;
      if (!isText && value !== null && typeof value !== 'boolean') isHeld = false;
    } else if (!isText && isBody(name)) {
      isHeld = false;
    }
  }
  const isOnce = isNamedOnce(sent);
  const isUserHeld = isOnce && input.user === userOf(sent) && isHeldWhole(input.user);
  if (isHeld && isUserHeld) return extra ? { extra: JSON.stringify(extra) } : NOTHING;
  return exactTexts(input, sent.text, isOnce, isUserHeld);
}

function exactTexts(input: TraceInput, sent: string, isOnce: boolean, isUserHeld: boolean): Texts {
  const texts: Texts = {};
  const extra: string[] = [];
  const members = membersIn(sent) ?? [];
  if (!isOnce) checkRepeats(sent, members, MEANT);
  const empty = new Set<string>();
  for (const { name, start, end } of members) {
    const value = sent.slice(start, end);
    if (value === '""' && isKeptEmpty(name, input.trace_type)) {
      empty.add(name);
    } else if (name === 'user') {
      if (input.user !== undefined && !isUserHeld) texts.user = userText(value);
    } else if (isBody(name)) {
      if (typeof input[name] !== 'string') texts[name] = value;
    } else if (WHOLE.has(name)) {
      checkWhole(name, value);
    } else if (!KNOWN.has(name) && Object.hasOwn(input, name)) {
      extra.push(`${JSON.stringify(name)}:${compacted(value)}`);
    }
  }
  for (const name of empty) extra.push(`${JSON.stringify(name)}:""`);
  if (extra.length > 0) texts.extra = `{${extra.join(',')}}`;
  return texts;
}

/** Characters of a number that are looked at: 1.5e3 is a whole number, but nobody writes it with a thousand zeros. */
const LONGEST_NUMBER = 64;

/** @throws TraceRejected when JavaScript takes a number for a whole one that is none */
function checkWhole(name: string, sent: string): void {
  if (sent.startsWith('"') || sent === 'null' || /^-?\d+$/.test(sent)) return;
  if (sent.length <= LONGEST_NUMBER && digitsOf(sent) === digitsOf(String(Number(sent)))) return;
  throw new TraceRejected(name, notWhole(name, sent));
}

/** A number in one form of all that say the same: digits without zeros around them, and where the point stands. */
function digitsOf(number: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const leading = (whole + fraction).replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  if (digits === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(leading.length - digits.length);
  return `${sign}${digits}e${power}`;
}

const userOf = ({ value }: Sent) => (value as { user?: unknown }).user;

const isBody = (name: string): name is (typeof BODIES)[number] =>
  (BODIES as readonly string[]).includes(name);

function checkDepth(name: string, value: unknown, isKnown: boolean): void {
  // Unknown members are one level deeper: they are kept together.
  const levels = isKnown ? MAX_DEPTH : MAX_DEPTH - 1;
  if (withinDepth(value, levels)) return;
  const path = [name, ...deepPath(value, levels)].join('.');
  throw new TraceRejected(
    path,
    `${isKnown ? name : 'the trace'} is nested deeper than ${MAX_DEPTH} levels, in ${path}`,
  );
}

/** Names below a member that are told. */
const MOST_STEPS = 3;

/** The way to what is too deep, as far as it is told. */
function deepPath(value: unknown, levels: number, steps = MOST_STEPS): string[] {
  if (steps === 0 || typeof value !== 'object' || value === null) return [];
  const [name, deep] = Object.entries(value).find(([, member]) => !withinDepth(member, levels - 1)) ?? [];
  return name === undefined ? [] : [name, ...deepPath(deep, levels - 1, steps - 1)];
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

/** Whether JavaScript holds all of it, in its order: it rounds numbers, and puts names that are numbers first. */
function isHeldWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'number';
  if (Array.isArray(value)) return value.every(isHeldWhole);
  for (const name in value) {
    if (isDigit(name.charCodeAt(0)) || !isHeldWhole((value as Record<string, unknown>)[name])) return false;
  }
  return true;
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** Names in a text are not counted: a user that is one is looked at. */
const isNamedOnce = (sent: Sent) =>
  sent.names === undefined || (sent.names === namesIn(sent.value) && typeof userOf(sent) !== 'string');

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let names = 0;
  if (Array.isArray(value)) {
    for (const item of value) names += namesIn(item);
    return names;
  }
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    names += typeof member === 'object' ? 1 + namesIn(member) : 1;
  }
  return names;
}
