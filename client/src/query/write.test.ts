import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuery } from './index.ts';
import { narrowed, quoted } from './write.ts';

test('a value that is written is the value that is read', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'aO R"\\()*,-.:<>=NTDn\n') }));
  fc.assert(
    fc.property(text, (value) => {
      const lower = value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      expect(parseQuery(`name:${quoted(value)}`, 0)).toEqual({ column: 'trace_name', is: { equals: lower } });
    }),
  );
});

test.each([
  ['', 'a:1', false, 'a:1'],
  ['x', 'a:1', false, 'x a:1'],
  ['x', 'a:1', true, 'x -a:1'],
  ['x a:1', 'a:1', false, 'x a:1'],
  ['x OR y', 'a:1', true, '(x OR y) -a:1'],
  ['(x OR y)', 'a:1', false, '(x OR y) a:1'],
  ['name:(x OR y)', 'a:1', false, 'name:(x OR y) a:1'],
  ['"x OR y" AND NOT z', 'a:1', false, '"x OR y" NOT z a:1'],
  ['(x) OR (y)', 'a:1', false, '((x) OR (y)) a:1'],
] as const)('%s with %s', (query, term, without, wanted) => {
  expect(narrowed(query, term, without)).toBe(wanted);
});
