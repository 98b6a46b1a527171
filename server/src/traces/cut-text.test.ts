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
