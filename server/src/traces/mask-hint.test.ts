import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WordFinder } from './mask-hint.ts';

const words = ['pass', 'assp', 'secr', 'toke', 'a', 'sig=', '\\u00'];

test('a word is found wherever it stands, in any case, with separators anywhere in it', () => {
  for (const text of ['PASS', 'xpa_s-sx', 's.e c]r', 'sesecr', 'totoke', '?SIG=', 'x\\u0041', 'toktoke']) {
    expect(new WordFinder(words.slice(0, 4).concat(words.slice(5)), ' _.-]').in(text), text).toBe(true);
  }
});

test('it finds what a plain search in the text without separators finds, and nothing else', () => {
  const letters = fc.constantFrom(...'passecrtokeigPAS=\\u0_-. ]é\u212ax');
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 40 }),
      fc.subarray(words, { minLength: 1 }),
      (characters, some) => {
        const text = characters.join('');
        // Of ASCII letters only: others are no spelling of them.
        const bare = text.replaceAll(/[ _.\-\]]/g, '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
        const finder = new WordFinder(some, ' _.-]');
        expect(finder.in(text)).toBe(some.some((word) => bare.includes(word)));
        // Beyond the buffer that is used again and again.
        if (characters.length > 35) expect(finder.in(text + ' '.repeat(90_000))).toBe(finder.in(text));
      },
    ),
    { numRuns: 5000 },
  );
});

test('words beyond ASCII are found as they are written', () => {
  const finder = new WordFinder(['密码', 'schlüssel'], ' _.-]');
  expect(finder.in('{"管理员密码":"x"}')).toBe(true);
  expect(finder.in('{"SCHLüSSEL":"x"}')).toBe(true);
  expect(finder.in('{"密":"码"}')).toBe(false);
});
