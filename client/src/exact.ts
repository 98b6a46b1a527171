import { membersIn } from './json-text.ts';

/** While a text is written: stands before the texts that go into it as they are. */
let mark: string | undefined;
let marked = false;

/** A value of JSON that JavaScript cannot hold: a long number, or an object that names a member twice. */
export class Exact {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** To JSON.stringify alone it is what JavaScript makes of it. */
  toJSON(): unknown {
    if (mark === undefined) return JSON.parse(this.text);
    marked = true;
    return mark + this.text;
  }
}

/** As JSON.stringify, with {@link Exact} values as they were sent. */
export function exactJson(value: unknown): string {
  // Nobody can send what nobody knows.
  mark = `${crypto.randomUUID()}:`;
  marked = false;
  try {
    const text = JSON.stringify(value);
    if (!marked) return text;
    const stretches = new RegExp(`"${mark}((?:[^"\\\\]|\\\\.)*)"`, 'g');
    return text.replaceAll(stretches, (_, inner: string) => JSON.parse(`"${inner}"`) as string);
  } finally {
    mark = undefined;
  }
}

/**
 * Members that stand as JSON text in a line, those that JavaScript cannot hold as {@link Exact}. What cannot be
 * read costs only itself: it is given as it stands.
 */
export function membersOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { unreadable: text };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { unreadable: text };
  if (JSON.stringify(value) === text) return value as Record<string, unknown>;
  const members = Object.create(null) as Record<string, unknown>;
  for (const { name, start, end } of membersIn(text) ?? []) {
    const sent = text.slice(start, end);
    const read: unknown = JSON.parse(sent);
    members[name] = typeof read === 'string' || JSON.stringify(read) === sent ? read : new Exact(sent);
  }
  return { ...members };
}
