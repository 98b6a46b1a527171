import { expect, test } from 'vitest';
import { Queries } from '../query/index.ts';
import { line } from '../query/testing/line.ts';
import { MOST_QUERIES, MOST_WORD_CHARACTERS, MOST_WORDS } from './limits.ts';
import { readRuleQuery } from './rule-query.ts';

const BYTES = 256 * 1024;
const CHARACTERS = Math.floor(MOST_WORD_CHARACTERS / MOST_WORDS);

const filled = (piece: string) => piece.repeat(Math.floor(BYTES / piece.length));

/** As many queries of as many terms as there can be; no two are the same. */
function most(termOf: (index: number) => string): { queries: Queries; tests: ReturnType<Queries['add']>[] } {
  const queries = new Queries();
  const tests = Array.from({ length: MOST_QUERIES }, (_, rule) => {
    const terms = Array.from({ length: MOST_WORDS }, (_, word) => termOf(rule * MOST_WORDS + word));
    return queries.add(readRuleQuery(terms.join(' OR ')));
  });
  return { queries, tests };
}

const word = (piece: string) => (index: number) =>
  JSON.stringify(piece.repeat(CHARACTERS).slice(0, CHARACTERS - 3) + String(index).padStart(3, '0'));

test.each([
  ['backslashes', '\\', word('\\')],
  ['backslashes before quotes', '\\', word('"')],
  ['backslashes and letters', '\\n', word(' n')],
  ['spaces', ' ', word(' ')],
  ['letters', 'a', (index: number) => `*${'a'.repeat(CHARACTERS - 3)}${String(index).padStart(3, '0')}*`],
  ['words', 'a ', word('a ')],
  ['escapes', '\\u00fc', word('\u00fc')],
  ['escapes of signs', '\\u0026', word('&')],
  ['letters beyond ASCII', '\u00fc', word('\u00fc')],
])('a trace of %s is read once, whatever is looked for', (_name, piece, termOf) => {
  const { queries, tests } = most(termOf);
  const asked = queries.of(line({ resource_name: filled(piece) }));
  for (const holds of tests) holds(asked);
  // A place for each character and one behind each word, 32 of them in a number. They are passed once for each
  // character, twice for a backslash, and three times for what stands behind one.
  const numbers = Math.ceil((MOST_QUERIES * (MOST_WORD_CHARACTERS + MOST_WORDS)) / 32);
  expect(queries.steps.taken).toBeGreaterThan(BYTES / 2);
  expect(queries.steps.taken).toBeLessThan(2.5 * BYTES * (numbers + 1));
});

test.each([
  ['numbers', '1,', (index: number) => `request.a:>${index + 1}`],
  ['texts', '"",', (index: number) => `request.a:*${index}*`],
  ['objects', '{"b":1},', (index: number) => `request.a.b:<-${index}`],
])('a list of %s is read once, and each value compared with each pattern', (_name, piece, termOf) => {
  const { queries, tests } = most(termOf);
  const list = `{"a":[${filled(piece)}1]}`;
  const asked = queries.of(line({ request: list }));
  for (const holds of tests) holds(asked);
  const values = BYTES / piece.length;
  // A value has at most seven tokens here, each of thirty steps.
  expect(queries.steps.taken).toBeLessThan((MOST_QUERIES * MOST_WORDS + 7 * 30) * values);
});

test('what a value is compared with costs nothing, however many there are', () => {
  const queries = new Queries();
  for (let rule = 0; rule < MOST_QUERIES; rule++) {
    const values = Array.from({ length: 90 }, (_, value) => `${rule}.${value}`);
    queries.add(readRuleQuery(`request.a:${values.join(',')}`));
  }
  const asked = queries.of(line({ request: `{"a":[${filled('1,')}1]}` }));
  expect(queries.add(readRuleQuery('request.a:1.0'))(asked)).toBe(true);
  // Two tokens for each value.
  expect(queries.steps.taken).toBeLessThan(30 * BYTES * 1.01);
});

test('what single columns decide costs no look at the text', () => {
  const queries = new Queries();
  const holds = queries.add(readRuleQuery('web request.a:1 (x OR user:jane) name:createServer'));
  expect(holds(queries.of(line({ request: filled('web ') })))).toBe(false);
  expect(queries.steps.taken).toBe(0);
});
