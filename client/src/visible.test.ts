import { expect, test } from 'vitest';
import { visible } from './visible.ts';

test.each([
  ['invoice\u202efdp.exe', 'invoice\\u202efdp.exe'],
  ['a\0b\u001b[31mc\u0085', 'a\\u0000b\\u001b[31mc\\u0085'],
  ['pass\u200bword\ufeff', 'pass\\u200bword\\ufeff'],
  ['web\u{e0041}1', 'web\\u{e0041}1'],
])('%j reads %s', (text, read) => {
  expect(visible(text)).toBe(read);
});

test.each(['👩‍👩‍👧 Zoë', 'نامه‌ای', 'a\tb\r\nc', '日本語　全角'])('%j stays', (text) => {
  expect(visible(text)).toBe(text);
});
