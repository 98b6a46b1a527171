import { MASK } from '../traces/index.ts';

/** As much of a JSON schema as tells where secrets are: their format is `password`. */
interface Described {
  format?: string;
  properties?: Record<string, Described>;
  patternProperties?: Record<string, Described>;
  items?: Described;
}

/**
 * What was sent, without what its schema says is secret. Anything that stands where a part with secrets in it
 * belongs, and is no such part, is hidden whole: what is refused leaves a trace, too.
 */
export function hideSecrets(value: unknown, schema: unknown): unknown {
  const described = (schema ?? {}) as Described;
  if (value === undefined || value === null || !holdsSecrets(described)) return value;
  const { format, items, properties = {}, patternProperties = {} } = described;
  if (format === 'password' || typeof value !== 'object') return MASK;
  if (Array.isArray(value)) return items ? value.map((item) => hideSecrets(item, items)) : MASK;
  if (items) return MASK;
  const others = Object.values(patternProperties)[0];
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      hideSecrets(member, Object.hasOwn(properties, name) ? properties[name] : others),
    ]),
  );
}

const known = new WeakMap<Described, boolean>();

function holdsSecrets(described: Described): boolean {
  let holds = known.get(described);
  if (holds === undefined) {
    const { format, items, properties, patternProperties } = described;
    const parts = [items, ...Object.values(properties ?? {}), ...Object.values(patternProperties ?? {})];
    holds = format === 'password' || parts.some((part) => part !== undefined && holdsSecrets(part));
    known.set(described, holds);
  }
  return holds;
}
