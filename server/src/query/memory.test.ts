import { lower, parseQuery, type Query } from '@opencts/client/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Queries } from './memory.ts';
import { line } from './testing/line.ts';
import { compiled } from './testing/memory.ts';

/** What JSON within JSON looks like, and what is nearly that. */
const pieces = fc.constantFrom(
  ...[
    'a',
    'b',
    'n',
    'r',
    't',
    'f',
    'u',
    'A',
    'N',
    '1',
    ' ',
    '\t',
    '\n',
    '\\',
    '\\\\',
    '"',
    '/',
    '-',
    '.',
    '{',
  ],
  ...[
    '\\n',
    '\\\\n',
    '\\u00fc',
    '\\\\U00FC',
    '\u00fc',
    '\u00dc',
    '\u{1f600}',
    '\\ud83d\\ude00',
    '\\u00f',
    'u00fc',
    '\\u0026',
    '&',
    '\\\\u0020',
    '\\u0022',
    '\\u005c',
    '\\U002F',
    '\\u0041',
    'u0026',
  ],
);
const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
const sought = fc
  .record({
    text: fc.array(pieces, { minLength: 1, maxLength: 6 }),
    begins: fc.boolean(),
    ends: fc.boolean(),
  })
  .map(({ text, ...rest }) => ({ text: lower(text.join('')), ...rest }))
  .filter(({ text }) => text.trim() !== '');
const words: fc.Arbitrary<Query> = fc.oneof(
  sought.map((words): Query => ({ words })),
  fc
    .tuple(sought, fc.constantFrom('request' as const, 'message' as const))
    .map(([words, column]): Query => ({ column, is: { words } })),
);

const value = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '1',
      '-1.50',
      '1e2',
      'true',
      'null',
      '"x"',
      '"X\\u00fc"',
      '""',
      '{}',
      '[]',
      '[[1]]',
      '"1"',
    ),
    fc.array(tie('json'), { maxLength: 3 }).map((all) => `[${all.join(' ,')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '\\u0061'), tie('json')), { maxLength: 3 })
      .map((all) => `{ ${all.map(([name, json]) => `"${name}": ${json}`).join(',')} }`),
  ),
})).json;
const member = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(
      '1',
      '"1"',
      '-1.5',
      'true',
      'x',
      '*',
      'x*',
      '**',
      '>0',
      '<=-1',
      '{}',
      '"{}"',
      '"[1]"',
      '""',
      '100',
    ),
  )
  .map(([path, value]) => `request.${path.join('.')}:${value}`);

describe('queries in memory', () => {
  test('find the words that the expression of each finds, all in one pass', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), text, text, text, (asked, request, message, url) => {
        const queries = new Queries();
        const tests = asked.map((query) => queries.add(query));
        const one = line({ request, message, resource_url: url });
        const trace = queries.of(one);
        expect(tests.map((test) => test(trace))).toEqual(asked.map((query) => compiled(query)(one)));
      }),
      { numRuns: 20_000 },
    );
  });

  test('find the members that a path leads to, all in one pass', () => {
    fc.assert(
      fc.property(fc.array(member, { maxLength: 12 }), fc.oneof(value, text), (asked, request) => {
        const queries = new Queries();
        const read = asked.map((text) => parseQuery(text, 0));
        const tests = read.map((query) => queries.add(query));
        const trace = queries.of(line({ request }));
        expect(tests.map((test) => test(trace))).toEqual(
          read.map((query) => compiled(query)(line({ request }))),
        );
      }),
      { numRuns: 5_000 },
    );
  });
});
