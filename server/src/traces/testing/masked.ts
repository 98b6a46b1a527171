import { expect, test } from 'vitest';
import { Masker } from '../mask.ts';

/** A text becomes another one, in which nothing more is found. */
export function expectMasked(masker: Masker, text: string, masked: string): void {
  expect(masker.text(text)).toBe(masked);
  expect(masker.text(masked)).toBe(masked);
}

/** The same as a member of JSON, which the quick look must not acquit. */
export function expectMaskedInJson(masker: Masker, text: string, masked: string): void {
  const json = JSON.stringify({ n: 1, text });
  expect(JSON.parse(masker.text(json))).toEqual({ n: 1, text: masked });
  expect(masker.acquits(json) && masked !== text).toBe(false);
}

/** Texts in which what stands between ‹ and › is secret, in a text of any kind and a member of JSON; in others, nothing. */
export const masksRows = (rows: string[]) => {
  const masker = new Masker();
  test.each(rows)('%s', (row) => {
    const text = row.replaceAll(/[‹›]/g, '');
    const masked = row.replaceAll(/‹[^›]*›/g, '********');
    expectMasked(masker, text, masked);
    expectMaskedInJson(masker, text, masked);
  });
};
