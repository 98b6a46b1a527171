import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compacted, elementsIn, indented, membersIn, tokensOf } from './json-text.ts';
import { jsonText } from './testing/json-text.ts';

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

test('elements are found as they stand, also those that hold others', () => {
  expect(elementsIn(' [ 1.0 ,{"a":[1,2]}, [[]] ,"x]" ] ')).toEqual(['1.0', '{"a":[1,2]}', '[[]]', '"x]"']);
  expect(elementsIn('[]')).toEqual([]);
  for (const other of ['{}', '1', '', '[', '[1', '[1]]', '"[]"', '[1,]'])
    expect(elementsIn(other)).toBeUndefined();
});

test('to be read, a text gets other spaces only, those of JSON.stringify', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      expect(read(indented(text))).toEqual(read(text));
      const plain = JSON.stringify(JSON.parse(text));
      expect(indented(plain)).toBe(JSON.stringify(JSON.parse(text), null, 2));
    }),
  );
  for (const other of ['', 'plain text', '{"a":1', '{"a":1}}']) expect(indented(other)).toBe(other);
});
