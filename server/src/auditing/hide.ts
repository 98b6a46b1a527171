import { MASK } from '../traces/index.ts';
import { hideEndpoint } from './hide-address.ts';
import { MAX_LEVELS } from './limits.ts';

/** As much of a JSON schema as tells where secrets are: their format is `password`, or they are addresses of web hooks. */
interface Described {
  type?: string;
  format?: string;
  /** An address is hidden but for its host and end; of an object, what it has beyond its schema. */
  hidden?: 'address' | 'others';
  /** Values that may be told; any other may be something in a wrong place. */
  enum?: unknown[];
  known?: readonly unknown[];
  properties?: Record<string, Described>;
  patternProperties?: Record<string, Described>;
  items?: Described;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
}

/**
 * What was sent, without what its schema says is secret. Anything that stands where a part with secrets in it
 * belongs, and is no such part, is hidden whole: what is refused leaves a trace, too. So is what such a part has
 * beyond its schema: a secret may have been put into the wrong place.
 * @param refused takes the values that the schema does not allow
 */
export function hideSecrets(value: unknown, schema: unknown, refused: string[] = []): unknown {
  const described = (schema ?? {}) as Described;
  return holdsSecrets(described) ? hideWithin(value, described, refused) : value;
}

/** @param described a part of something with secrets in it */
function hideWithin(value: unknown, described: Described, refused: string[]): unknown {
  if (value === undefined || value === null) return value;
  const { type, format, hidden, items, properties, patternProperties } = described;
  const told = described.enum ?? described.known;
  const unless = (isAllowed: boolean) => {
    if (isAllowed) return value;
    if (typeof value === 'string') refused.push(value);
    return MASK;
  };
  if (told) return unless(told.includes(value));
  if (hidden === 'address') return typeof value === 'string' ? hideEndpoint(value) : MASK;
  if (format === 'password') return MASK;
  if (items) return Array.isArray(value) ? value.map((item) => hideWithin(item, items, refused)) : MASK;
  if (!properties && !patternProperties) return unless(isOfType(value, type) && isOfForm(value, described));
  if (typeof value !== 'object' || Array.isArray(value)) return MASK;
  const others = Object.values(patternProperties ?? {})[0];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const known = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known) return [name, hideWithin(member, known, refused)];
      return [isPlainName(name) ? name : MASK, others ? hideWithin(member, others, refused) : MASK];
    }),
  );
}

/** Numbers may be sent as texts. */
function isOfType(value: unknown, type: string | undefined): boolean {
  if (type === undefined || type === 'object') return true;
  if (typeof value === 'object') return false;
  return type === 'string' || /^(?:-?[0-9.]{1,20}|true|false)$/.test(String(value));
}

/** Whether a text has the length and the form that its schema asks for. */
function isOfForm(value: unknown, { pattern, minLength = 0, maxLength = Infinity }: Described): boolean {
  if (typeof value !== 'string') return true;
  const { length } = [...value];
  return length >= minLength && length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value));
}

/** Forms of the ids of users, accounts, groups, roles and keys. */
const ID = /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[A-Z\d]{20})$/;

/** Parts of a path without those that are no ids. @param refused takes them */
export function hideNoIds(params: unknown, refused: string[]): unknown {
  return Object.fromEntries(
    Object.entries((params ?? {}) as Record<string, unknown>).map(([name, value]) => {
      if (typeof value !== 'string' || ID.test(value)) return [name, value];
      refused.push(value);
      return [name, MASK];
    }),
  );
}

/** Parameters without what their schema does not know or allow. @param refused takes it */
export function hideUnknown(query: unknown, schema: unknown, refused: string[]): unknown {
  const { properties = {} } = (schema ?? {}) as Described;
  return hideWithin(query, { properties }, refused);
}

/** A text without values that were refused: refusals repeat them, and of long ones the ends. */
export function withoutRefused(text: string, refused: readonly string[]): string {
  let told = text;
  for (const value of refused) {
    if (value.length < LEAST_REFUSED) continue;
    told = told.replaceAll(value, MASK).replaceAll(JSON.stringify(value).slice(1, -1), MASK);
    if (value.length > LONG_REFUSED && told.includes(value.slice(0, LONG_REFUSED))) return MASK;
  }
  return told;
}

/** Of shorter ones the words of an answer would be full. */
const LEAST_REFUSED = 4;
const LONG_REFUSED = 64;

/** Whether a name holds no more than a name does, such as a value behind a colon. */
export const isPlainName = (name: string) => /^[\w.$-]{1,64}$/.test(name);

/**
 * A copy with all texts told otherwise, names of members among them, without what is nested so deep that no
 * excerpt shows it.
 */
export function retold(value: unknown, tell: (text: string) => string, levels = MAX_LEVELS + 1): unknown {
  if (typeof value === 'string') return tell(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (levels === 0) return {};
  if (Array.isArray(value)) return value.map((item) => retold(item, tell, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [tell(name), retold(item, tell, levels - 1)]),
  );
}

/** The same of JSON text. */
export function hideSecretsIn(text: string, schema: unknown): string {
  if (!holdsSecrets((schema ?? {}) as Described)) return text;
  return JSON.stringify(hideSecrets(JSON.parse(text), schema));
}

const known = new WeakMap<Described, boolean>();

function holdsSecrets(described: Described): boolean {
  let holds = known.get(described);
  if (holds === undefined) {
    const { format, hidden, items, properties, patternProperties } = described;
    const parts = [items, ...Object.values(properties ?? {}), ...Object.values(patternProperties ?? {})];
    holds =
      format === 'password' ||
      hidden !== undefined ||
      parts.some((part) => part !== undefined && holdsSecrets(part));
    known.set(described, holds);
  }
  return holds;
}
