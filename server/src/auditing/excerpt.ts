import { isLabel } from '../traces/index.ts';
import { MAX_CONTEXT_TEXT, MAX_LEVELS, MAX_TEXT } from './limits.ts';

/** Name of the member that tells how many others were left out. */
const LEFT_OUT = '…';
/** Characters of a member's name. */
const MAX_MEMBER_NAME = 128;
const MAX_CONTEXT_NAME = 1024;
/** Members that may say what another one is, beyond the room of a context. */
const MOST_LABELS = 20;
/** A member that could have less room than this is left out. */
const LEAST_ROOM = 32;

/**
 * A copy of a JSON value of about `room` characters as JSON text at most; what was left out is told in its
 * place. Members share the room, so that none of them crowds out the others; those that the schema knows come
 * first. Takes a time that depends on the room, besides one look at the names of each object's members.
 * @param whole what the value is the context of, in the same structure: what is told of is left out of that
 */
export function excerpt(value: unknown, room: number, schema?: unknown, whole = value): unknown {
  return copy(value, { left: room, context: false }, MAX_LEVELS, schema, whole);
}

/**
 * As much of a value as its excerpt of a smaller room comes from, with what stands around that: by it secrets are
 * known. Nothing tells what was left out, but for cut texts.
 */
export function contextOf(value: unknown, room: number, schema?: unknown): unknown {
  return copy(value, { left: room, context: true }, MAX_LEVELS, schema, value);
}

/** What may still be written; shared by a value and all in it. */
interface Room {
  left: number;
  readonly context: boolean;
}

function copy(value: unknown, room: Room, levels: number, schema: unknown, whole: unknown): unknown {
  if (typeof value === 'string') return text(value, room, whole);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    room.left -= String(value).length;
    return value;
  }
  if (typeof value !== 'object') return undefined;
  if (ArrayBuffer.isView(value)) return text(`(${value.byteLength} bytes)`, room);
  if (levels === 0) return text('(nested deeper)', room);
  room.left -= 2;
  return Array.isArray(value)
    ? items(value, room, levels - 1, whole)
    : members(value as Members, room, levels - 1, schema, whole);
}

type Members = Record<string, unknown>;

/** Gives each of several pieces a fair part of the room; what one does not need is left to those after it. */
function share<T>(room: Room, pieces: number, work: (part: Room) => T): T {
  const part = { ...room, left: Math.floor(room.left / pieces) };
  const given = part.left;
  const result = work(part);
  room.left -= given - part.left;
  return result;
}

function items(values: readonly unknown[], room: Room, levels: number, whole: unknown): unknown[] {
  const all = Array.isArray(whole) ? whole : values;
  const most = Math.max(Math.floor(room.left / LEAST_ROOM), 0);
  const copies = values
    .slice(0, most)
    .map((value, index, kept) =>
      share(room, kept.length - index, (part) => copy(value, part, levels, undefined, all[index])),
    );
  if (all.length > copies.length && !room.context)
    copies.push(`(${all.length - copies.length} more, left out)`);
  return copies;
}

function members(value: Members, room: Room, levels: number, schema: unknown, whole: unknown): Members {
  const properties = (schema as { properties?: Members } | undefined)?.properties ?? {};
  const all = (typeof whole === 'object' && whole !== null ? whole : value) as Members;
  const names = Object.keys(value);
  const known = names.filter((name) => Object.hasOwn(properties, name));
  const others = known.length === 0 ? names : names.filter((name) => !Object.hasOwn(properties, name));
  // Without a prototype `__proto__` is a name as any other.
  const copies = Object.create(null) as Members;
  let number = 0;
  const keep = (name: string, pieces: number) =>
    share(room, pieces, (part) => {
      const called = memberName(name, part, ++number);
      part.left -= called.length + 4;
      const original = Object.hasOwn(all, name) ? all[name] : undefined;
      copies[called] = copy(value[name], part, levels, properties[name], original);
    });
  // All others together have no more than one known member.
  for (const [index, name] of known.entries()) keep(name, known.length - index + (others.length > 0 ? 1 : 0));
  const most = Math.max(Math.floor(room.left / LEAST_ROOM), 0);
  const kept = others.slice(0, most);
  for (const [index, name] of kept.entries()) keep(name, kept.length - index);
  if (room.context) {
    const labels = others.slice(most).filter((name) => isLabel(name, value[name]));
    for (const name of labels.slice(0, MOST_LABELS)) copies[name] = value[name];
  }
  const left = (all === value ? names : Object.keys(all)).length - known.length - kept.length;
  if (left > 0 && !room.context) copies[LEFT_OUT] = `${left} more members, left out`;
  return copies;
}

/** Long names that begin alike stay different. */
function memberName(name: string, { left, context }: Room, number: number): string {
  const longest = context ? MAX_CONTEXT_NAME : MAX_MEMBER_NAME;
  const most = Math.min(longest, Math.max(Math.floor(left / 2), 8));
  return name.length <= most ? name : `${name.slice(0, most)}… (${number})`;
}

function text(value: string, room: Room, whole?: unknown): string {
  const most = room.context ? MAX_CONTEXT_TEXT : MAX_TEXT;
  let end = Math.min(value.length, most, Math.max(room.left, 0));
  // Characters that JSON escapes take up to six times their room.
  while (end > 0 && JSON.stringify(value.slice(0, end)).length - 2 > room.left) end = Math.floor(end / 2);
  const kept = value.slice(0, end);
  room.left -= JSON.stringify(kept).length;
  if (end === value.length) return value;
  if (room.context) return `${kept}…`;
  const length = typeof whole === 'string' ? Math.max(whole.length, value.length) : value.length;
  return `${kept}… (${length - end} more characters)`;
}
