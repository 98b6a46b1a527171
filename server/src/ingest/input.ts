import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { TRACE_RATINGS, Trace } from '../traces/index.ts';

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

/** What each member must be, in words, for the refusal. */
const RULES: Record<string, string> = {
  trace_name: 'must begin with a letter and hold 1 to 64 of letters, digits, ".", "_" and "-"',
  trace_rating: 'must be one of normal, warning, incident',
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

/** The members with what some producers send as text, or as a number, taken as what it says. */
export function asSaid(members: Record<string, unknown>): Record<string, unknown> {
  const said = { ...members };
  for (const name of NUMBERS) {
    const value = members[name];
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) said[name] = Number(value);
  }
  for (const name of TEXTS) {
    const value = members[name];
    if (Number.isSafeInteger(value)) said[name] = String(value);
  }
  const { time, read_only: readOnly, user } = members;
  if (typeof time === 'string') said.time = instantOf(time) ?? said.time;
  if (typeof readOnly === 'string' && /^(?:true|false)$/i.test(readOnly)) {
    said.read_only = readOnly.toLowerCase() === 'true';
  }
  if (typeof user === 'string' && user.length <= LONGEST_USER && user.trimStart().startsWith('{')) {
    try {
      said.user = JSON.parse(user);
    } catch {
      // The refusal says what it must be.
    }
  }
  return said;
}

/** Which member breaks which rule. */
export function explain(item: unknown): { field: string | undefined; message: string } {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return { field: undefined, message: `a trace must be a JSON object, this is ${nameOf(item)}` };
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
  return { field, message: `${field} ${rule}, this is ${nameOf(valueAt(members, path))}` };
}

function valueAt(value: unknown, path: string[]): unknown {
  let current = value;
  for (const step of path) current = (current as Record<string, unknown> | undefined)?.[step];
  return current;
}

/** A short description of a wrong value; never a long or secret-looking one in full. */
function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return value.length > 40 ? `text of ${value.length} characters` : JSON.stringify(value);
  return String(value);
}
