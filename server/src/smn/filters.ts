import Type, { type Static } from 'typebox';
import { ERRORS } from '../errors.ts';
import { readerOf } from '../metadata/index.ts';
import { PROTOCOLS, type Protocol } from './endpoints.ts';
import {
  MOST_ATTRIBUTE_TEXT,
  MOST_ATTRIBUTES,
  MOST_FILTER_NAME,
  MOST_FILTER_VALUE,
  MOST_FILTER_VALUES,
  MOST_FILTERS,
} from './limits.ts';

/** As the clouds tell of a member that breaks a rule (`docs/reference/smn-api.md` 12). */
const INVALID = '00011027';
const errorCode = `SMN.${INVALID}`;

const NAME = '^(?!smn_)[a-z0-9]+(?:_[a-z0-9]+)*$';
const VALUE = '^[\\p{L}\\p{N}_]+$';
const NAME_RULE = `must hold 1 to ${MOST_FILTER_NAME} of lower-case letters (a to z), digits and single "_" between them, and not begin with "smn_"`;
const VALUE_RULE = `must hold 1 to ${MOST_FILTER_VALUE} letters, digits and "_"`;
const isName = (text: string) => text.length <= MOST_FILTER_NAME && new RegExp(NAME).test(text);
const isValue = (text: string) => [...text].length <= MOST_FILTER_VALUE && new RegExp(VALUE, 'u').test(text);

/** The attribute that names protocols, which no policy has. */
const BY_PROTOCOL = 'smn_protocol';

/** Of a subscription: a message that has an attribute of this name is wanted when it has one of these values. */
export const FilterPolicy = Type.Object({
  name: Type.String({ pattern: NAME, maxLength: MOST_FILTER_NAME, errorCode, rule: NAME_RULE }),
  string_equals: Type.Array(
    Type.String({ pattern: VALUE, maxLength: MOST_FILTER_VALUE, errorCode, rule: VALUE_RULE }),
    {
      ...{ minItems: 1, maxItems: MOST_FILTER_VALUES, uniqueItems: true, errorCode },
      rule: `must hold 1 to ${MOST_FILTER_VALUES} different values`,
    },
  ),
});
export type FilterPolicy = Static<typeof FilterPolicy>;
export const FilterPolicies = Type.Array(FilterPolicy, {
  ...{ minItems: 1, maxItems: MOST_FILTERS, errorCode },
  rule: `must hold 1 to ${MOST_FILTERS} policies`,
});

/** What is kept of them. Those that cannot be read count as none. */
export const readFilters = readerOf(
  Type.Array(Type.Object({ name: Type.String(), string_equals: Type.Array(Type.String()) })),
);

/** As JSON. @throws CtsError 400 */
export function storedFilters(filters: readonly FilterPolicy[]): string {
  if (new Set(filters.map(({ name }) => name)).size < filters.length) {
    throw ERRORS.smn(400, INVALID, 'filter_polices has a name more than once', 'filter_polices');
  }
  return JSON.stringify(filters.map(({ name, string_equals }) => ({ name, string_equals })));
}

const AttributeText = Type.String({ maxLength: MOST_ATTRIBUTE_TEXT });
/** What is sent along with a message, for policies to go by. */
export const MessageAttribute = Type.Object({
  name: Type.String({
    maxLength: MOST_ATTRIBUTE_TEXT,
    errorCode,
    description: 'That of policies, or smn_protocol',
  }),
  type: Type.Enum(['STRING', 'STRING_ARRAY', 'PROTOCOL'], { errorCode }),
  value: Type.Union([AttributeText, Type.Array(AttributeText, { maxItems: MOST_ATTRIBUTE_TEXT })], {
    errorCode,
    rule: `must be a text, or a list of texts, of at most ${MOST_ATTRIBUTE_TEXT} characters`,
    description: 'A text (STRING) or a list of them: values, or protocols',
  }),
});
export type MessageAttribute = Static<typeof MessageAttribute>;
export const MessageAttributes = Type.Array(MessageAttribute, {
  ...{ maxItems: MOST_ATTRIBUTES, errorCode },
  rule: `must hold at most ${MOST_ATTRIBUTES} attributes`,
  description: 'Only subscribers whose filter policies have a value of each of them get the message',
});

/** Values by name. */
export type Attributes = ReadonlyMap<string, readonly string[]>;

/** @throws CtsError 400 */
export function attributesOf(given: readonly MessageAttribute[]): Attributes {
  const attributes = new Map<string, string[]>();
  for (const [index, { name, type, value }] of given.entries()) {
    const member = `message_attributes.${index}`;
    const refuse = (which: string, rule: string) =>
      ERRORS.smn(400, INVALID, `${member}.${which} ${rule}`, `${member}.${which}`);
    const isProtocols = type === 'PROTOCOL';
    if (isProtocols ? name !== BY_PROTOCOL : !isName(name)) {
      throw refuse('name', isProtocols ? `must be ${BY_PROTOCOL}` : NAME_RULE);
    }
    if (attributes.has(name)) throw refuse('name', 'is that of another attribute');
    // The clouds' own guide writes the one value of a STRING as a list.
    const isOne = type === 'STRING';
    if (!Array.isArray(value) && !isOne) throw refuse('value', 'must be a list of texts');
    const values = [value].flat();
    const most = isOne ? 1 : MOST_FILTER_VALUES;
    if (values.length < 1 || values.length > most || new Set(values).size < values.length) {
      throw refuse('value', isOne ? 'must be one text' : `must hold 1 to ${most} different texts`);
    }
    const isRight = isProtocols ? (one: string) => PROTOCOLS.some((known) => known === one) : isValue;
    if (!values.every(isRight)) {
      throw refuse('value', isProtocols ? `must be of ${PROTOCOLS.join(', ')}` : VALUE_RULE);
    }
    attributes.set(name, values);
  }
  return attributes;
}

/**
 * Whether a message is for a subscriber: each of its attributes finds one of its values in the policy of that name.
 * A message without attributes is for everybody; one with any is for nobody who has no policies.
 */
export function isWanted(
  attributes: Attributes,
  { protocol, filters }: { protocol: Protocol; filters: readonly FilterPolicy[] },
): boolean {
  return [...attributes].every(([name, values]) =>
    name === BY_PROTOCOL
      ? values.includes(protocol)
      : filters.some((one) => one.name === name && one.string_equals.some((value) => values.includes(value))),
  );
}
