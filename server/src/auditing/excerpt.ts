import { MAX_LEVELS, MAX_TEXT } from './limits.ts';

/** Name of the member that tells how many others were left out. */
const LEFT_OUT = '…';
/** Characters of a member's name. */
const MAX_MEMBER_NAME = 128;
/** A member that could have less room than this is left out. */
const LEAST_ROOM = 32;

/**
 * A copy of a JSON value of about `room` characters as JSON text at most; what was left out is told in its
 * place. Members share the room, so that none of them crowds out the others; those that the schema knows come
 * first. Takes a time that depends on the room, besides one look at the names of each object's members.
 */
export function excerpt(value: unknown, room: number, schema?: unknown): unknown {
  return copy(value, { left: room }, MAX_LEVELS, schema);
}

/** What may still be written; shared by a value and all in it. */
interface Room {
  left: number;
}

function copy(value: unknown, room: Room, levels: number, schema?: unknown): unknown {
  if (typeof value === 'string') return text(value, room);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    room.left -= String(value).length;
    return value;
  }
  if (typeof value !== 'object') return undefined;
  if (ArrayBuffer.isView(value)) return text(`(${value.byteLength} bytes)`, room);
  if (levels === 0) return text('(nested deeper)', room);
  room.left -= 2;
  return Array.isArray(value) ? items(value, room, levels - 1) : members(value, room, levels - 1, schema);
}

/** Gives each of several pieces a fair part of the room; what one does not need is left to those after it. */
function share<T>(room: Room, pieces: number, work: (part: Room) => T): T {
  const part = { left: Math.floor(room.left / pieces) };
  const given = part.left;
  const result = work(part);
  room.left -= given - part.left;
  return result;
}

function items(values: readonly unknown[], room: Room, levels: number): unknown[] {
  const most = Math.max(Math.floor(room.left / LEAST_ROOM), 0);
  const copies = values
    .slice(0, most)
    .map((value, index, kept) => share(room, kept.length - index, (part) => copy(value, part, levels)));
  if (values.length > most) copies.push(`(${values.length - most} more, left out)`);
  return copies;
}

function members(value: object, room: Room, levels: number, schema: unknown): Record<string, unknown> {
  const properties = (schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {};
  const names = Object.keys(value);
  const known = names.filter((name) => Object.hasOwn(properties, name));
  const others = known.length === 0 ? names : names.filter((name) => !Object.hasOwn(properties, name));
  // Without a prototype `__proto__` is a name as any other.
  const copies = Object.create(null) as Record<string, unknown>;
  let number = 0;
  const keep = (name: string, pieces: number) =>
    share(room, pieces, (part) => {
      const called = memberName(name, part, ++number);
      part.left -= called.length + 4;
      copies[called] = copy((value as Record<string, unknown>)[name], part, levels, properties[name]);
    });
  // All others together have no more than one known member.
  for (const [index, name] of known.entries()) keep(name, known.length - index + (others.length > 0 ? 1 : 0));
  const most = Math.max(Math.floor(room.left / LEAST_ROOM), 0);
  const kept = others.slice(0, most);
  for (const [index, name] of kept.entries()) keep(name, kept.length - index);
  if (others.length > most) copies[LEFT_OUT] = `${others.length - most} more members, left out`;
  return copies;
}

/** Long names that begin alike stay different. */
function memberName(name: string, { left }: Room, number: number): string {
  const most = Math.min(MAX_MEMBER_NAME, Math.max(Math.floor(left / 2), 8));
  return name.length <= most ? name : `${name.slice(0, most)}… (${number})`;
}

function text(value: string, room: Room): string {
  let end = Math.min(value.length, MAX_TEXT, Math.max(room.left, 0));
  // Characters that JSON escapes take up to six times their room.
  while (end > 0 && JSON.stringify(value.slice(0, end)).length - 2 > room.left) end = Math.floor(end / 2);
  const kept = value.slice(0, end);
  room.left -= JSON.stringify(kept).length;
  return end === value.length ? value : `${kept}… (${value.length - end} more characters)`;
}
