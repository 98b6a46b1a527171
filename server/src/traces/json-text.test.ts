import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../testing/json-text.ts';
import { compacted, cutText, membersIn, tokensOf } from './json-text.ts';

/** The tokens of a text, and whether it is JSON. */
function read(text: string): { tokens: string[]; isJson: boolean } {
  const tokens: string[] = [];
  const generator = tokensOf(text);
  for (let next = generator.next(); ; next = generator.next()) {
    if (next.done) return { tokens, isJson: next.value };
    tokens.push(text.slice(next.value.start, next.value.end));
  }
}

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('it takes for JSON what JSON.parse takes for it, whole, cut off and altered', () => {
  const altered = fc
    .tuple(
      jsonText,
      fc.nat(),
      fc.constantFrom('', '"', '\\', ',', ':', '{', ']', '0', '-', 'e', '\n', '\u0001', 'é'),
    )
    .map(([text, place, by]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + by + text.slice(at + 1);
    });
  const cut = fc.tuple(jsonText, fc.nat()).map(([text, place]) => text.slice(0, place % (text.length + 1)));
  fc.assert(
    fc.property(fc.oneof(jsonText, altered, cut, fc.string()), (text) => {
      expect(read(text).isJson).toBe(isJson(text));
    }),
    { numRuns: 5000 },
  );
});

test('a text without spaces has the same tokens', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      expect(read(compacted(text))).toEqual(read(text));
      expect(compacted(text)).toBe(read(text).tokens.join(''));
    }),
  );
});

test('members are found in their order, also those named twice', () => {
  const text = ' {"a" : [1,{"b":2}], "\\u0061":1.0,"":{"a":3} , "c":"x,}" } ';
  expect(membersIn(text)?.map(({ name, start, end }) => [name, text.slice(start, end)])).toEqual([
    ['a', '[1,{"b":2}]'],
    ['a', '1.0'],
    ['', '{"a":3}'],
    ['c', '"x,}"'],
  ]);
  for (const other of ['[]', '1', '', '{', '{"a":1', '{"a":1}}', '"{}"'])
    expect(membersIn(other)).toBeUndefined();
  expect(membersIn('{}')).toEqual([]);
});

test('JSON that is cut stays JSON, within its bound, marked, and nothing of it is invented', () => {
  fc.assert(
    fc.property(jsonText, fc.integer({ min: 60, max: 400 }), (text, most) => {
      const cut = cutText(text, most);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most);
      if (Buffer.byteLength(text) <= most) {
        expect(cut).toBe(text);
        return;
      }
      expect(cut).toContain('…');
      expect(isJson(cut)).toBe(true);
      const end = cut.lastIndexOf('…');
      const kept = cut.slice(0, end).replace(/,?"$/, '');
      expect(text.startsWith(kept)).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['plain text', 'word '.repeat(100)],
  ['broken JSON', `{"a":${'x'.repeat(300)}`],
  ['too deep to be closed', '['.repeat(300) + ']'.repeat(300)],
])('%s is cut, too', (_what, text) => {
  const cut = cutText(text, 100);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(100);
  expect(cut).toContain('…');
});

test('no character is cut in two', () => {
  for (let most = 60; most < 80; most++) {
    expect(cutText(`"${'😀'.repeat(50)}"`, most)).toMatch(/^"(?:😀)*…"$/u);
    expect(cutText('é'.repeat(100), most)).toMatch(/^é*…$/u);
    expect(cutText(`"${'\\ud83d\\ude00'.repeat(50)}"`, most)).toMatch(/^"(?:\\ud83d\\ude00)*…"$/u);
    expect(cutText(`"${'\\\\'.repeat(50)}"`, most)).toMatch(/^"(?:\\\\)*…"$/u);
  }
});
