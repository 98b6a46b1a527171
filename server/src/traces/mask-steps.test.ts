import { expect, test } from 'vitest';
import { Masker } from './mask.ts';
import { applied, UNSEEN } from './mask-edits.ts';
import { SecretNames } from './mask-names.ts';
import { Steps } from './mask-steps.ts';
import { surface, textSecrets } from './mask-text.ts';

const MB = 1024 ** 2;

/** Counts what is looked at. */
class Counting extends SecretNames {
  seen = 0;

  override suspects(text: string): boolean {
    this.seen += text.length;
    return super.suspects(text);
  }
}

const nested = (text: string, levels: number): string =>
  levels === 0 ? text : nested(JSON.stringify({ a: text, token: 'S3CRET' }), levels - 1);
const encoded = (text: string, levels: number): string =>
  levels === 0 ? text : encoded(encodeURIComponent(text), levels - 1);

test.each([
  ['JSON in JSON', `[${`${nested('password=S3CRET', 6)},`.repeat(2000)}1]`],
  ['escapes in escapes', 'token=S3CRET %25252525252525{name: '.repeat(60_000)],
  ['URLs in URLs', encoded('https://h/p?token=S3CRET&n=1 '.repeat(2000), 7)],
  ['unicode in unicode', `{"a":"${'\\u005cu005cu005cu0070assword=S3CRET'.repeat(30_000)}"}`],
])('what is looked through has a bound, whatever is nested: %s', (_, text) => {
  const names = new Counting();
  const masked = applied(text, textSecrets(text, names, surface(new Steps(MB))));
  // Each text that is looked through is asked about, and so is what is in it.
  expect(names.seen).toBeLessThanOrEqual(2 * (text.length + MB));
  expect(masked).not.toContain('S3CRET');
});

test('what is suspicious and for which there are no steps left is masked whole, and says so', () => {
  const masker = new Masker();
  const inner = JSON.stringify({ password: 'S3CRET', size: 1 });
  const text = JSON.stringify({ first: inner, second: inner, third: 'the size' });
  const masked = JSON.parse(masker.text(text, new Steps(inner.length)));
  expect(masked).toEqual({
    first: JSON.stringify({ password: '********', size: 1 }),
    second: UNSEEN,
    third: 'the size',
  });
  expect(UNSEEN).toContain('not looked through');
  expect(masker.text('a=%7B%22password%22%3A%22S3CRET%22%7D', new Steps(4))).not.toContain('S3CRET');
  expect(masker.id('https://h/p?u=https%3A%2F%2Fh%3Ftoken%3DS3CRET', new Steps(4))).not.toContain('S3CRET');
});

test('the steps of a trace are those of all its texts', () => {
  const masker = new Masker();
  const steps = new Steps(100);
  const text = JSON.stringify({ a: JSON.stringify({ token: 'S3CRET', n: 'x'.repeat(40) }) });
  expect(masker.text(text, steps)).toContain('xxx');
  expect(masker.text(text, steps)).toBe(JSON.stringify({ a: UNSEEN }));
});

const LONG = 200_000;
const SEEN = 50_000;
const padding = 'x'.repeat(LONG);

test.each([
  ['a name behind the value', `{"value":"S3CRET","more":"${padding}","name":"password"}`],
  [
    'a name behind the value, deeper',
    JSON.stringify({ a: `{"value":"S3CRET","b":"${padding}","key":"DB_PASSWORD"}` }),
  ],
  ['a password of a URL', `${'x'.repeat(SEEN - 12)}https://u:S3CRET@host/${padding}`],
  ['a token', `${'x '.repeat(SEEN / 2 - 6)}Bearer S3CRETabc.defghijk ${padding}`],
  ['a secret in a string', `{"password":"S3CRET${padding}"}`],
  ['a secret that is a structure', `{"token":{"a":["S3CRET","${padding}"]}}`],
])('of a beginning nothing is shown that what follows makes a secret: %s', (_, text) => {
  const beginning = new Masker().beginning(text, SEEN);
  expect(beginning).not.toContain('S3CRET');
  expect(beginning.length).toBeLessThan(SEEN);
});

test('of a beginning everything else is shown as it is', () => {
  const masker = new Masker();
  const text = `{"name":"size","value":"x","items":["${padding}"]}`;
  expect(masker.beginning(`{"token":"S3CRET","b":"${padding}"`, SEEN)).toMatch(/^{"token":"\*{8}","b":"x+$/);
  expect(text.startsWith(masker.beginning(text, SEEN))).toBe(true);
  expect(masker.beginning('😀'.repeat(LONG), SEEN + 1)).toMatch(/^(?:😀)+$/u);
  expect(masker.beginning('😀'.repeat(LONG), SEEN)).toMatch(/^(?:😀)+$/u);
});

test.each([
  ['names of secrets', 'password: "S3CRET", size: 1, ', 'password'],
  ['values in prose', 'the password is S3CRET9, ', 'password'],
  ['labels', 'name: "password", value: "S3CRET", ', 'name'],
  ['names without values', '<password>', '<password>'],
  ['lists of arguments', '["mysql", "-pS3CRET"], ', 'mysql'],
  ['arguments by their place', 'htpasswd -b file jane S3CRET;\n', 'htpasswd'],
  ['flags of programs', `mysql -pS3CRET"b"'c' `, 'mysql'],
])(
  '%s are looked at up to a bound for all texts of a trace; what is behind is masked whole',
  (_, one, name) => {
    const masker = new Masker();
    const few = masker.text(one.repeat(1_000));
    expect(few).not.toContain('S3CRET');
    expect(few).not.toContain(UNSEEN);
    const steps = new Steps();
    const many = Array.from({ length: 3 }, () => masker.text(one.repeat(3_000), steps)).join('\n');
    expect(many).not.toContain('S3CRET');
    expect(many.lastIndexOf(UNSEEN)).toBeGreaterThan(many.length - UNSEEN.length - 10);
    expect(many.split(name).length - 1).toBeLessThanOrEqual(4_097 + 2);
  },
);
