import { Exact, membersIn, membersOf, wholeOf } from '@opencts/client/json';
import { Trace } from './trace.ts';

/**
 * A trace as it is journalled, indexed and archived: one JSON line whose keys are in alphabetical order,
 * with `user` as JSON text and `code` as a number where it is one (the form of a trace file,
 * `docs/reference/trace-structure.md` 3).
 * Members that the schema does not know stand in `extra`, a JSON text of one object; readers put them back.
 */
export type TraceLine = Omit<Trace, 'user' | 'code'> & {
  code?: number | string;
  user?: string;
  extra?: string;
};

/** @param trace its members in alphabetical order */
export const lineOf = (trace: TraceLine): string => JSON.stringify(trace);

export const readLine = (line: string): TraceLine => JSON.parse(line) as TraceLine;

/**
 * A line as it stands in a trace file: members that the schema does not know are in their places, as they were
 * sent. What of them cannot be read stays in `extra`.
 */
export function fileLine(line: string): string {
  const { extra, ...trace } = readLine(line);
  const more = extra === undefined ? undefined : membersIn(extra);
  if (extra === undefined || more === undefined) return line.trimEnd();
  const members = Object.entries(trace).map(([name, value]) => memberOf(name, JSON.stringify(value)));
  for (const { name, start, end } of more) {
    if (!Object.hasOwn(trace, name)) members.push(memberOf(name, extra.slice(start, end)));
  }
  members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `{${members.map(({ text }) => text).join(',')}}`;
}

const KNOWN = new Set(Object.keys(Trace.properties));

/** Known members that are never empty, or of which the service itself says what they are. */
const NEVER_EMPTY = new Set(['domain_id', 'event_type', 'project_id', 'trace_id', 'tracker_name', 'user']);

/**
 * Whether a known member that was sent as empty text stands in `extra` as well: to the trace store an empty text is
 * one that is not there.
 */
export const isKeptEmpty = (name: string, type: string) =>
  KNOWN.has(name) && !NEVER_EMPTY.has(name) && !(name === 'source_ip' && type === 'SystemAction');

/**
 * The line that a line of a trace file was cut from: {@link fileLine} the other way round. Only the order in which
 * unknown members were sent is lost.
 * @throws SyntaxError when it is no JSON object
 */
export function journalLine(line: string): string {
  const members = membersIn(line);
  if (!members) throw new SyntaxError('the line of the trace file is no JSON object');
  const texts: { name: string; text: string }[] = [];
  const unknown: string[] = [];
  const type = line.includes('"trace_type":"SystemAction"') ? 'SystemAction' : '';
  for (const { name, start, end } of members) {
    const value = line.slice(start, end);
    if (value === '""' && isKeptEmpty(name, type)) unknown.push(memberOf(name, value).text);
    if (!KNOWN.has(name)) unknown.push(memberOf(name, value).text);
    // Files of other makers have an object there.
    else if (name === 'user' && value.startsWith('{')) texts.push(memberOf(name, JSON.stringify(value)));
    else texts.push(memberOf(name, value));
  }
  if (unknown.length > 0) texts.push(memberOf('extra', JSON.stringify(`{${unknown.join(',')}}`)));
  texts.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return `{${texts.map(({ text }) => text).join(',')}}`;
}

const memberOf = (name: string, value: string) => ({ name, text: `${JSON.stringify(name)}:${value}` });

/** A journalled trace in the form of query answers. */
export const traceOfLine = (line: string): Trace => traceOfFile(fileLine(line));

/** A trace of a trace file in the form of query answers; `user` and `code` come in either form. */
export function traceOfFile(line: string): Trace {
  const { user, code, ...rest } = membersOf(line);
  return {
    ...rest,
    ...(user ? { user: userOf(user) } : {}),
    ...(code === undefined ? {} : { code: code instanceof Exact ? code.text : String(code) }),
  } as Trace;
}

/**
 * A user as an answer gives it: each member has one value to whoever reads it, also one that is named twice, and
 * all stand in its JSON as they were sent.
 * @param user an object, or the text of one
 */
export function userOf(user: unknown): Trace['user'] {
  const text = user instanceof Exact ? user.text : user;
  return (typeof text === 'string' ? wholeOf(text) : user) as Trace['user'];
}
