import { MASK } from '../traces/index.ts';
import { hideEndpoint } from './hide-address.ts';
import { MAX_LEVELS } from './limits.ts';

/** As much of a JSON schema as tells where secrets are: their format is `password`, or they are addresses of web hooks. */
interface Described {
  format?: string;
  hidden?: 'address';
  properties?: Record<string, Described>;
  patternProperties?: Record<string, Described>;
  items?: Described;
}

/**
 * What was sent, without what its schema says is secret. Anything that stands where a part with secrets in it
 * belongs, and is no such part, is hidden whole: what is refused leaves a trace, too. So is what such a part has
 * beyond its schema: a secret may have been put into the wrong place.
 */
export function hideSecrets(value: unknown, schema: unknown): unknown {
  const described = (schema ?? {}) as Described;
  if (value === undefined || value === null || !holdsSecrets(described)) return value;
  const { format, hidden, items, properties = {}, patternProperties = {} } = described;
  if (hidden === 'address') return typeof value === 'string' ? hideEndpoint(value) : MASK;
  if (format === 'password' || typeof value !== 'object') return MASK;
  if (Array.isArray(value)) return items ? value.map((item) => hideSecrets(item, items)) : MASK;
  if (items) return MASK;
  const others = Object.values(patternProperties)[0];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (Object.hasOwn(properties, name)) return [name, hideSecrets(member, properties[name])];
      return [isPlainName(name) ? name : MASK, others ? hideSecrets(member, others) : MASK];
    }),
  );
}

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
