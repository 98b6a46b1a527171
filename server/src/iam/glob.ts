/** Patterns in which `*` stands for any text. Each answer takes one pass, however many `*` there are. */

/** Whether a text fits a pattern. */
export function fits(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  if (pattern === '*') return true;
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop() as string;
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

/** Whether every text that fits one pattern fits a wider one: its `*` may lie only where the wider one has `*`. */
export const covers = (wider: string, pattern: string): boolean => fits(wider, pattern);

/** Whether any text fits both patterns. */
export function meet(one: string, other: string): boolean {
  if (!one.includes('*')) return fits(other, one);
  if (!other.includes('*')) return fits(one, other);
  const [a, b] = [endsOf(one), endsOf(other)];
  return (
    (a.head.startsWith(b.head) || b.head.startsWith(a.head)) &&
    (a.tail.endsWith(b.tail) || b.tail.endsWith(a.tail))
  );
}

const endsOf = (pattern: string) => ({
  head: pattern.slice(0, pattern.indexOf('*')),
  tail: pattern.slice(pattern.lastIndexOf('*') + 1),
});
