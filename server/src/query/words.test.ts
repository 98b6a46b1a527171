import { lower, type Words } from '@opencts/client/query';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certainOf, expressionOf, wordsIn } from './words.ts';

/** How many words are tried; each time others. */
const TRIES = Number(process.env.OPENCTS_QUERIES ?? 150) * 200;

/** Letters that escapes end with, letters and digits that they are made of, and what parts words. */
const ATOMS = [
  'a',
  'b',
  'n',
  'r',
  't',
  'u',
  'u00e4',
  'web',
  '1',
  'a1',
  '\u00e4',
  '\u{1f600}',
  ' ',
  '-',
  '.',
  '_',
];
const WRITTEN = [
  ...ATOMS,
  ...['A', 'N', 'WEB', '\u00c4', '\n', '\t', '\u0000', '\u007f', '"', '/', '\\', '\\"', '\\/', '\\\\', '\\b'],
  ...['\\n', '\\\\n', '\\t', '\\r', '\\f', '\\u00e4', '\\\\u00e4', '\\u00E4', '\\ud83d\\ude00', '\\ud83d'],
  ...['\\u0026', '\\u002d', '\\\\u0022', '\\u0020', '\\u005c', '\\U002F', '\\u000a', '\\u0000', '\\u0041'],
];
const ASKED = [...ATOMS, '&', '"', '/', '\\', '  ', '\n'];

const joined = (atoms: string[], maxLength: number) =>
  fc.array(fc.constantFrom(...atoms), { minLength: 1, maxLength }).map((parts) => parts.join(''));
const words: fc.Arbitrary<Words> = fc.record({
  text: joined(ASKED, 4),
  begins: fc.boolean(),
  ends: fc.boolean(),
});

describe('what is certain of words', () => {
  test(`${TRIES} words: every text that the expression finds has it`, { timeout: 600_000 }, () => {
    let found = 0;
    fc.assert(
      fc.property(words, fc.array(joined(WRITTEN, 8), { minLength: 30, maxLength: 30 }), (asked, texts) => {
        const expression = new RegExp(expressionOf(asked, 'u'), 'u');
        const certain = certainOf(asked);
        for (const text of texts) {
          if (certain.length === 0 || !expression.test(lower(text))) continue;
          found++;
          const there = new Set(wordsIn(lower(text)));
          for (const some of certain) {
            if (!some.some((one) => there.has(one)))
              expect.fail(`${JSON.stringify(asked)} is found in ${JSON.stringify(text)} without ${some}`);
          }
        }
      }),
      { numRuns: TRIES },
    );
    expect(found).toBeGreaterThan(TRIES / 10);
  });

  test.each<[string, boolean, boolean, string[][]]>([
    ['web-1', false, true, [['1', 'u002d1']]],
    [
      '-a.b',
      true,
      true,
      [
        ['a', 'u002da'],
        ['b', 'u002eb'],
      ],
    ],
    [
      '"is full"',
      true,
      true,
      [
        ['is', 'u0022is'],
        ['full', 'nfull', 'rfull', 'tfull', 'u0020full', 'u0009full', 'u000dfull', 'u000afull'],
      ],
    ],
    ['c:\\\\new\\\\web', false, true, [['new'], ['web']]],
    [
      '-f\u00fcr\u{1f600}a-',
      true,
      true,
      [['f\u00fcr\u{1f600}a', 'u002df\u00fcr\u{1f600}a', 'u00fcr\u{1f600}a', 'ude00a']],
    ],
    ['web', false, false, []],
    ['-', true, true, []],
  ])('%s', (text, begins, ends, certain) => {
    expect(certainOf({ text, begins, ends })).toEqual(certain);
  });

  test('a word that begins may stand behind any escape', () => {
    const [certain = []] = certainOf({ text: 'web', begins: true, ends: true });
    expect(certain).toEqual(
      expect.arrayContaining(['web', 'nweb', 'fweb', 'u0026web', 'u0000web', 'u007fweb']),
    );
    expect(certain).toHaveLength(1 + 5 + 65);
  });
});
