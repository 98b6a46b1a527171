import { membersIn } from './json-text.ts';

/** While a text is written: stands before the texts that go into it as they are. */
let mark: string | undefined;
let marked = false;

/** A value of JSON that JavaScript cannot hold: a long number, or an object that names a member twice. */
export class Exact {
  readonly text: string;
  private readonly value: string;

  /** @param value what stands for it where JavaScript alone is asked */
  constructor(text: string, value = text) {
    this.text = text;
    this.value = value;
  }

  /** To JSON.stringify alone it is what JavaScript makes of it. */
  toJSON(): unknown {
    if (mark === undefined) return JSON.parse(this.value);
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

type Members = Record<string, unknown>;

/** A JSON value as it was sent: what JavaScript holds, or it as {@link Exact}. */
function exactValue(sent: string): unknown {
  const value: unknown = JSON.parse(sent);
  return typeof value === 'string' || JSON.stringify(value) === sent ? value : new Exact(sent);
}

/**
 * Members that stand as JSON text in a line, as they were sent: those that JavaScript cannot hold are
 * {@link Exact}, one that is named several times has all its values. What cannot be read costs only itself: it is
 * given as it stands.
 */
export const membersOf = (text: string): Members => objectIn(text, exactMembers);

/** As JavaScript reads an object, its members plain; but JSON of it is the text that it was sent as. */
export const wholeOf = (text: string): Members =>
  objectIn(text, (value) => {
    // It would stand before the one that tells the text, in which it is.
    delete value.toJSON;
    return Object.create(new Whole(text), Object.getOwnPropertyDescriptors(value)) as Members;
  });

/** @param otherwise when JavaScript does not hold it as it stands */
function objectIn(text: string, otherwise: (value: Members, text: string) => Members): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { unreadable: text };
    if (JSON.stringify(value) === text) return value as Members;
    return otherwise(value as Members, text);
  } catch {
    return { unreadable: text };
  }
}

function exactMembers(_: Members, text: string): Members {
  const sent = new Map<string, string[]>();
  for (const { name, start, end } of membersIn(text) ?? []) {
    const value = text.slice(start, end);
    const before = sent.get(name);
    if (before) before.push(value);
    else sent.set(name, [value]);
  }
  // Defined, not assigned: a member may be called __proto__.
  const members: PropertyDescriptorMap = Object.create(null) as PropertyDescriptorMap;
  for (const [name, values] of sent) {
    const last = values.at(-1) as string;
    const value = values.length === 1 ? exactValue(last) : new Exact(repeated(name, values), last);
    members[name] = { value, enumerable: true, writable: true, configurable: true };
  }
  return Object.defineProperties({}, members);
}

/** What stands behind the name of a member that is named again. */
const repeated = (name: string, values: readonly string[]) => values.join(`,${JSON.stringify(name)}:`);

/** Stands behind members, so that JSON of all of them is the text that they were sent as. */
class Whole {
  readonly toJSON: () => unknown;

  constructor(text: string) {
    const exact = new Exact(text);
    this.toJSON = () => exact.toJSON();
    // Whoever goes through the members does not come upon it.
    Object.defineProperty(this, 'toJSON', { enumerable: false });
  }
}
