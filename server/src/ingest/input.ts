import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { membersIn, TRACE_RATINGS, Trace } from '../traces/index.ts';
import type { Sent } from './items.ts';
import { userText } from './user-text.ts';

const STRUCTURE = Type.Union(
  [
    Type.String(),
    Type.Object({}, { additionalProperties: true }),
    Type.Array(Type.Unknown()),
    Type.Number(),
    Type.Boolean(),
  ],
  { description: 'JSON text or plain text; anything else is kept as the JSON text that it was sent as' },
);
const COUNT = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const { record_time: _stamped, ...known } = Trace.properties;

/**
 * A trace as a producer sends it. `record_time` is given by the service, `trace_id` where it is absent;
 * `trace_rating` is derived from `code` where it is absent. Unknown members are kept.
 */
export const TraceInput = Type.Object(
  {
    ...known,
    trace_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'Makes a retry idempotent; a UUID is kept as it is',
      }),
    ),
    trace_rating: Type.Optional(Type.Enum([...TRACE_RATINGS])),
    trace_status: Type.Optional(
      Type.Enum([...TRACE_RATINGS], {
        description:
          'Older name of trace_rating: counts where that is absent, and says the same where it is not',
      }),
    ),
    time: Type.Integer({
      minimum: 1e12,
      maximum: 9_999_999_999_999,
      description: 'Epoch milliseconds, 13 digits',
    }),
    code: Type.Optional(
      Type.Union([Type.String({ maxLength: 256 }), Type.Integer({ minimum: 0, maximum: 999_999_999 })]),
    ),
    event_type: Type.Optional(Type.Enum(['system', 'global', 'data'])),
    request: Type.Optional(STRUCTURE),
    response: Type.Optional(STRUCTURE),
    message: Type.Optional(STRUCTURE),
    content_length: Type.Optional(COUNT),
    total_time: Type.Optional(COUNT),
  },
  { $id: 'TraceInput', additionalProperties: true },
);
export type TraceInput = Type.Static<typeof TraceInput>;

/** Members that the schema knows; all others are kept in `extra`. */
export const KNOWN: ReadonlySet<string> = new Set(Object.keys(Trace.properties));
/** Members that mean something: those, and what counts besides being kept. */
export const MEANT: ReadonlySet<string> = new Set([...KNOWN, 'trace_status']);

const RATING = `must be one of ${TRACE_RATINGS.join(', ')}`;
/** What each member must be, in words, for the refusal. */
const RULES: Record<string, string> = {
  trace_name: 'must begin with a letter and hold 1 to 64 of letters, digits, ".", "_" and "-"',
  trace_rating: RATING,
  trace_status: RATING,
  trace_type: 'must be text of 1 to 64 characters, such as ApiCall, ConsoleAction or SystemAction',
  service_type: 'must be text of 1 to 64 characters',
  resource_type: 'must be text of 1 to 64 characters',
  time: 'must be a whole number of milliseconds since 1970 with 13 digits, or ISO 8601 with a time zone',
  code: 'must be text of at most 256 characters or a whole number',
  event_type: 'must be one of system, global, data',
  trace_id: 'must be text of 1 to 256 characters, best a UUID',
  user: 'must be an object with name and domain.id',
  read_only: 'must be true or false',
  content_length: 'must be a whole number of bytes',
  total_time: 'must be a whole number of milliseconds',
};

const validator = Compile(TraceInput);

export const isTraceInput = (item: unknown): item is TraceInput => validator.Check(item);

const NUMBERS = ['time', 'content_length', 'total_time'];
/** Members in which a number must be a whole one. */
export const WHOLE: ReadonlySet<string> = new Set([...NUMBERS, 'code']);
const BODIES = ['request', 'response', 'message'];
const TEXTS = Object.entries(TraceInput.properties)
  .filter(([, schema]) => Type.IsString(schema))
  .map(([name]) => name);

const ZONE = String.raw`(?:Z|(?:GMT|UTC)?[+-](?:0\d|1[0-4]):?[0-5]\d|GMT|UTC)`;
/** ISO 8601, and what consoles and manuals of the clouds show; the zone always stands with it. */
const INSTANTS = [
  new RegExp(String.raw`^(\d{4}[-/]\d{2}[-/](\d{2}))(?:T| )\d{2}:\d{2}:\d{2}(?:\.\d{1,9})? ?${ZONE}$`),
  new RegExp(String.raw`^([A-Z][a-z]{2} (\d{1,2}), \d{4}) \d{2}:\d{2}:\d{2} ?${ZONE}$`),
];

/** Epoch ms; undefined: it names no instant. */
function instantOf(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const [, date, day] = INSTANTS.map((form) => form.exec(text)).find((match) => match !== null) ?? [];
  const time = Date.parse(text);
  // February 31 is no day, whatever JavaScript makes of it.
  const isDay = new Date(`${date} UTC`).getUTCDate() === Number(day);
  return isDay && !Number.isNaN(time) ? time : undefined;
}

/** Text of a user that is read as JSON. */
const LONGEST_USER = 16 * 1024;

/**
 * The members with what some producers send as text, or as a number, taken as what it says
 * (`docs/reference/sources.md` 2); known members that are null count as absent.
 */
export function asSaid(members: Record<string, unknown>, sent: Sent): Record<string, unknown> {
  const present = Object.entries(members).filter(([name, value]) => value !== null || !MEANT.has(name));
  const said = Object.fromEntries(present);
  for (const name of NUMBERS) {
    const value = members[name];
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) said[name] = Number(value);
  }
  const numbers = [...TEXTS, ...BODIES].filter((name) => typeof members[name] === 'number');
  if (numbers.length > 0) {
    const { text } = sent;
    for (const { name, start, end } of membersIn(text) ?? []) {
      if (numbers.includes(name)) said[name] = text.slice(start, end);
    }
  }
  const { time, read_only: readOnly, user } = members;
  if (typeof time === 'string') said.time = instantOf(time) ?? said.time;
  // A sample of v2.0 has nanoseconds.
  if (typeof time === 'string' && /^(?:\d{16}|\d{19})$/.test(time)) said.time = Number(time.slice(0, 13));
  if (typeof readOnly === 'string' && /^(?:true|false)$/i.test(readOnly)) {
    said.read_only = readOnly.toLowerCase() === 'true';
  }
  if (user) said.user = userSaid(user, sent) ?? user;
  return said;
}

/** A user that is an object, or the JSON text of one. */
function userSaid(user: unknown, { text }: Sent): unknown {
  const isOne = typeof user === 'string' ? user.length <= LONGEST_USER && membersIn(user) : isObject(user);
  const member = isOne && membersIn(text)?.findLast(({ name }) => name === 'user');
  return member ? JSON.parse(userText(text.slice(member.start, member.end))) : undefined;
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Which member breaks which rule. @param text of the whole trace */
export function explain(item: unknown, text: string): { field: string | undefined; message: string } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return {
      field: undefined,
      message: `a trace must be a JSON object, this is ${nameOf(item, text.trim())}`,
    };
  }
  const members = item as Record<string, unknown>;
  for (const required of TraceInput.required) {
    if (members[required] === undefined) {
      return { field: required, message: `${required} is missing; it ${RULES[required] ?? 'is required'}` };
    }
  }
  const error = validator.Errors(item)[0];
  const path = error?.instancePath.slice(1).split('/') ?? [];
  const [member = ''] = path;
  const field = path.join('.');
  const rule = RULES[member] && path.length === 1 ? RULES[member] : `${error?.message ?? 'is invalid'}`;
  return {
    field,
    message: `${field} ${rule}, this is ${nameOf(valueAt(members, path), textAt(text, path))}`,
  };
}

/** The refusal of a number that is none of the whole ones. */
export function notWhole(field: string, sent: string): string {
  return `${field} ${RULES[field]}, this is ${cut(sent)}`;
}

function valueAt(value: unknown, path: string[]): unknown {
  let current = value;
  for (const step of path) current = (current as Record<string, unknown> | undefined)?.[step];
  return current;
}

/** What stands in a JSON text under these names; the last, where one is named twice. */
function textAt(text: string, path: string[]): string | undefined {
  let current: string | undefined = text;
  for (const step of path) {
    const member: { start: number; end: number } | undefined = membersIn(current)?.findLast(
      ({ name }) => name === step,
    );
    if (!member) return undefined;
    current = current.slice(member.start, member.end);
  }
  return current;
}

/** Characters of a wrong value that are told. */
const MOST_TOLD = 40;

const cut = (text: string) => (text.length > MOST_TOLD ? `${text.slice(0, MOST_TOLD)}…` : text);

/**
 * A short description of a wrong value; never a long or secret-looking one in full.
 * @param sent its text: JavaScript rounds numbers
 */
function nameOf(value: unknown, sent: string | undefined): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') {
    return value.length > MOST_TOLD ? `text of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === 'number') return sent === undefined ? 'a number' : cut(sent);
  return String(value);
}
