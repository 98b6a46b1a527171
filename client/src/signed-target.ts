type Pair = [key: string, value: string];

/** Everything except `A-Z a-z 0-9 - _ . ~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Each segment encoded as it is, even where it is encoded already; with "/" at the end. */
export const encodePath = (path: string) => encoded(path, encode);

/** Each segment decoded and encoded anew. @throws URIError for escapes that are none of UTF-8 */
export const canonicalPath = (path: string) =>
  encoded(path, (segment) => encode(decodeURIComponent(segment)));

function encoded(path: string, write: (segment: string) => string): string {
  const segments = path.split('/').map(write);
  return segments.at(-1) === '' ? segments.join('/') : `${segments.join('/')}/`;
}

/** @param query without "?" @throws URIError for escapes that are none of UTF-8 */
export function parseQuery(query: string): Pair[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const text = (raw: string) => decodeURIComponent(raw.replaceAll('+', ' '));
      return equals === -1 ? [text(part), ''] : [text(part.slice(0, equals)), text(part.slice(equals + 1))];
    });
}

/** Sorted by key, then by value, both before they are encoded. @param ignoreCase of keys, as some clients do */
export function canonicalQuery(pairs: readonly Pair[], ignoreCase = false): string {
  const order = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...pairs]
    .sort(([k1, v1], [k2, v2]) => compare(order(k1), order(k2)) || compare(v1, v2))
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .join('&');
}
