/**
 * The parts of a query that stand side by side, as they are written, a word NOT with what it negates.
 * @returns undefined: some of it stands beside an OR
 */
export function partsOf(query: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at <= query.length; at++) {
    const character = query[at];
    if (character === '"') {
      for (at++; at < query.length && query[at] !== '"'; at++) if (query[at] === '\\') at++;
    } else if (character === '(') {
      depth++;
    } else if (character === ')') {
      depth--;
    } else if (character === undefined || (depth === 0 && /\s/.test(character))) {
      const part = query.slice(begin, at);
      begin = at + 1;
      if (part === 'OR') return undefined;
      if (parts.at(-1) === 'NOT') parts.push(`${parts.pop()} ${part}`);
      else if (part !== '' && part !== 'AND') parts.push(part);
    }
  }
  return parts;
}
