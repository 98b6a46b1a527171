import Type, { type TObject, type TSchema } from 'typebox';
import { canonical, membersIn, TraceUser } from '../traces/index.ts';
import { checkRepeats } from './repeats.ts';

/** In which what is known has one value. */
const COMPARED = ['user.', 'user.domain.'];
/** Who acted is text, or nobody knows who it was. */
const AS_SENT = ['user.name', 'user.domain.id'];
const SCALAR = /^(?:true|false|-?\d)/;

/**
 * A user in canonical form, as its name is searched for by its bytes: what is known stands once, as text where text
 * is asked for, and not at all where it is null; the others stand as often and as they were sent.
 * @param sent an object, or the JSON text of one as a string
 * @throws TraceRejected
 */
export const userText = (sent: string): string =>
  objectText(sent.startsWith('"') ? (JSON.parse(sent) as string) : sent, TraceUser, 'user.');

function objectText(text: string, { properties }: TObject, around: string): string {
  const members = membersIn(text) ?? [];
  const known = new Set(Object.keys(properties));
  const isCompared = COMPARED.includes(around);
  if (isCompared) checkRepeats(text, members, known, around);
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const { name, start, end } of members) {
    const value = text.slice(start, end);
    const isKnown = known.has(name);
    if (isKnown && (value === 'null' || (isCompared && seen.has(name)))) continue;
    seen.add(name);
    const path = around + name;
    const said = isKnown ? valueText(value, properties[name] as TSchema, path) : canonical(value);
    kept.push(`${JSON.stringify(name)}:${said}`);
  }
  return `{${kept.join(',')}}`;
}

function valueText(value: string, schema: TSchema, path: string): string {
  if (Type.IsObject(schema) && value.startsWith('{')) return objectText(value, schema, `${path}.`);
  const isSaid = Type.IsString(schema) && SCALAR.test(value) && !AS_SENT.includes(path);
  return isSaid ? JSON.stringify(value) : canonical(value);
}
