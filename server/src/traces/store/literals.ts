/** Values of the placeholders of a statement, by name. */
export type Parameters = Record<string, string | number | readonly string[] | readonly (readonly string[])[]>;

const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*):([A-Za-z0-9_(), ']+)\}/g;

/**
 * Puts values in the places of `{name:Type}`, as literals that are cast to their types, so that none can become
 * syntax. The statement travels as a body: as parameters of the HTTP interface the values would stand in a
 * URL, and long ones would break its limits.
 * @throws Error when a value is missing: the statement is wrong, not the caller
 */
export function bind(statement: string, parameters: Parameters): string {
  return statement.replace(PLACEHOLDER, (_placeholder, name: string, type: string) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) throw new Error(`the statement's parameter ${name} has no value`);
    return type === 'String' ? quote(String(value)) : `CAST(${literal(value)}, ${quote(type)})`;
  });
}

function literal(value: Parameters[string]): string {
  if (!Array.isArray(value)) return quote(String(value));
  const parts = value.map((part: string | readonly string[]) =>
    typeof part === 'string' ? quote(part) : `(${part.map(quote).join(', ')})`,
  );
  return `[${parts.join(', ')}]`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
