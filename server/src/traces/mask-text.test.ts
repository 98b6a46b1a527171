import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { applied } from './mask-edits.ts';
import { SecretNames } from './mask-names.ts';
import { idSecrets, textSecrets } from './mask-text.ts';

const MORE = ['sk', '*_pin'];

/** Looks everywhere. */
class Thorough extends SecretNames {
  override suspects(): boolean {
    return true;
  }
}

const anyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''));

const code = (letter: string) => letter.charCodeAt(0).toString(16).padStart(2, '0');
/** How a letter can be hidden, in JSON, programs, URLs, and URLs in URLs. */
const WAYS = [
  (letter: string) => `\\u00${code(letter)}`,
  (letter: string) => `\\x${code(letter)}`,
  (letter: string) => `%${code(letter).toUpperCase()}`,
  (letter: string) => `%25${code(letter)}`,
  (letter: string) => `%5Cu00${code(letter)}`,
];

const NAMES = [
  ...'password pass_word p.a.s.sword api-key secret token cookie credential authorization'.split(' '),
  ...'user_data sk my_pin otp ?sig ?signature X-Amz-Signature AKIA size https://u'.split(' '),
];

/** Names of secrets in some of their spellings. */
const name = fc
  .constantFrom(...NAMES)
  .chain(anyCase)
  .chain((text) =>
    fc
      .dictionary(fc.nat(text.length - 1).map(String), fc.constantFrom(...WAYS), { maxKeys: 2 })
      .map((hidden) => [...text].map((letter, i) => hidden[i]?.(letter) ?? letter).join('')),
  );

const piece = fc.oneof(
  name,
  fc.tuple(name, fc.constantFrom('=', ': ', '":"', '%3D')).map((parts) => `${parts.join('')}v4`),
  fc.constantFrom(
    ...[
      '=',
      ': ',
      ':',
      '"',
      '\\"',
      '%22',
      '%3D',
      '%3A',
      '&',
      '%26',
      '?',
      '%3F',
      '#',
      '{',
      '}',
      '[',
      ']',
      ',',
      ' ',
      '+',
      '\n',
    ],
    ...[
      'x',
      '7',
      'a-b',
      '@',
      '%40',
      '//',
      '\\/\\/',
      '%2F%2F',
      '&quot;',
      '&amp;',
      '\ufeff',
      '\\n',
      '--',
      'Bearer abc12345',
      'value',
    ],
    ...[
      '<',
      '>',
      '</',
      "'",
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN+PRIVATE%20KEY-----',
      'eyJhbGciOiJI.eyJzdWIi.dozjgNryP4J3jVmN',
      'user IDENTIFIED BY ',
      ';',
      '\n  ',
      '\r\n',
      'name',
      'form-data;',
      'Content-Disposition: ',
    ],
    ...[
      ' is ',
      ' (x): ',
      '123456',
      'x1y2z3',
      'hooks.slack.com/services/a/b/',
      'discord.com/api/webhooks/a/',
      '--otp ',
    ],
  ),
);
const texts = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

const masker = new Masker(MORE);
const thorough = new Thorough(MORE);

function expectNothingOverlooked(text: string): void {
  const masked = applied(text, textSecrets(text, thorough));
  expect(masker.text(text)).toBe(masked);
  if (masked !== text)
    expect([text, masker.acquits(JSON.stringify({ request: text }))]).toEqual([text, false]);
  const id = applied(text, idSecrets(text, thorough));
  expect(masker.id(text)).toBe(id);
  if (id !== text) expect([text, masker.acquits(JSON.stringify({ id: text }))]).toEqual([text, false]);
}

test('the quick looks acquit no text in which something is masked', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expectNothingOverlooked(text);
      expectNothingOverlooked(JSON.stringify({ a: text }));
      expectNothingOverlooked(JSON.stringify({ a: JSON.stringify([text]) }));
    }),
    { numRuns: 5000 },
  );
});

test('the quick looks find a name whichever of its letters is hidden', () => {
  for (const text of NAMES) {
    for (let at = 0; at < text.length; at++) {
      for (const way of WAYS) {
        const hidden = text.slice(0, at) + way(text[at] as string) + text.slice(at + 1);
        for (const form of [`${hidden}=v4`, `{"${hidden}":"v4"}`, `${hidden}: v4`, `${hidden}=1234`])
          expectNothingOverlooked(form);
      }
    }
  }
});
