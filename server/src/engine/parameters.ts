const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_]*):([A-Za-z0-9_(), ']+)\}/g;
const UNESCAPED: Record<string, string> = {
  b: '\b',
  f: '\f',
  r: '\r',
  n: '\n',
  t: '\t',
  0: '\0',
  "'": "'",
  '\\': '\\',
};

/** A query names a parameter that was not sent. */
export class MissingParameter extends Error {
  override readonly name = 'MissingParameter';
}

/**
 * Puts the values of `{name:Type}` into a query, as ClickHouse does with `param_name` of its HTTP interface:
 * text arrives tab-separated-escaped, everything else as its literal. Each value becomes a quoted literal
 * that is cast to its type, so it can never become syntax.
 * @throws MissingParameter
 */
export function bindParameters(query: string, parameters: ReadonlyMap<string, string>): string {
  return query.replace(PLACEHOLDER, (_placeholder, name: string, type: string) => {
    const value = parameters.get(name);
    if (value === undefined) throw new MissingParameter(`Substitution \`${name}\` is not set`);
    if (type === 'String') return quote(unescapeText(value));
    return `CAST(${quote(value)}, ${quote(type)})`;
  });
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (whole, character: string) => UNESCAPED[character] ?? whole);
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
