import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../../client/src/testing/json-text.ts';
import { cutText } from './cut-text.ts';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

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

test.each(['[INFO] started ', '{"n":1}\n', '{user: jane} '])(
  'of text that only begins like JSON as much stays as of any: %s',
  (line) => {
    const text = line.repeat(100);
    expect(cutText(text, 100)).toBe(`${text.slice(0, 97)}…`);
  },
);

test.each([
  [`{"a":"${'x'.repeat(200)}`, /^{"a":"x{50,}…"}$/],
  [`["a",["${'\\u0041'.repeat(50)}\\u00`, /^\["a",\["(?:\\u0041){5,}…"\]\]$/],
  [`{"a":"${'\\\\'.repeat(80)}\\`, /^{"a":"(?:\\\\){20,}…"}$/],
])('what was cut off in a long string stays as much as any', (text, cut) => {
  expect(cutText(text, 100)).toMatch(cut);
});

test('a text that was cut off already is marked even where it would fit', () => {
  fc.assert(
    fc.property(jsonText, fc.nat(400), (text, length) => {
      const cut = cutText(text.slice(0, length), 1000, true);
      expect(cut).toContain('…');
      const begins = /^\s*[[{]/.test(text.slice(0, length));
      if (begins) expect([cut, isJson(cut)]).toEqual([cut, true]);
    }),
    { numRuns: 5000 },
  );
});

test.each(['[', '{"":', '[[],', '[\n', '[["a",'])(
  'however deep a text of %j is, a place to cut costs the same',
  (piece) => {
    // Copied at every bracket, those around it would take minutes.
    const most = 1024 * 1024;
    const cut = cutText(piece.repeat((2 * most) / piece.length), most);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(most);
    expect(cut).toContain('…');
    expect(cut.startsWith(piece)).toBe(true);
  },
);
