import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, parseLine, tracesOf, Unreadable } from './items.ts';
import { MAX_ITEM_BYTES, WHOLE_BODY } from './limits.ts';

const pad = ' '.repeat(WHOLE_BODY);
/** What a body holds, taken apart as a large one when it is padded. */
function read(text: string, most = 10_000): unknown[] {
  const { items, read: one, text: written } = tracesOf(Buffer.from(text), most);
  return items.map((item, index) => {
    const value = one(item);
    if (!(value instanceof Unreadable)) expect(JSON.parse(written(item, index))).toEqual(value);
    return value;
  });
}

test('a large body holds what a small one of the same text holds', () => {
  const item = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()));
  const body = fc.record({
    before: fc.dictionary(
      fc.string().filter((name) => name !== 'traces'),
      fc.jsonValue(),
    ),
    traces: fc.array(item, { minLength: 1 }),
    after: fc.jsonValue(),
  });
  fc.assert(
    fc.property(body, fc.constantFrom(undefined, 1), ({ before, traces, after }, space) => {
      const text = JSON.stringify({ ...before, traces, after }, undefined, space);
      expect(read(pad + text)).toEqual(read(text));
    }),
  );
});

describe('what is no {"traces": […]} is refused, however large', () => {
  test.each([
    '[]',
    'null',
    '{}',
    '{"traces":1}',
    '{"traces":[]}',
    '{"traces":[1',
    '{"traces":[1]',
    '{"traces":[1,]}',
    '{"traces":[,1]}',
    '{"traces":[1]}x',
    '{"traces":[1],}',
    '{"traces":[1] "a":1}',
    '{"traces":[1],"a":x}',
    '{"traces":[1],"traces":2}',
    '{"traces"[1]}',
    '{traces:[1]}',
    '{"traces":["a]}',
  ])('%s', (text) => {
    expect(() => read(text)).toThrow();
    expect(() => read(pad + text)).toThrow();
  });
});

test('a broken trace costs only itself', () => {
  const text = '{"traces":[{"a":1},{"a":tru},{"a":2}]}';
  for (const body of [text, pad + text]) {
    expect(read(body)).toEqual([
      { a: 1 },
      expect.objectContaining({ reason: expect.stringContaining('the trace is not valid JSON') }),
      { a: 2 },
    ]);
  }
});

test('more traces than the limit are refused before they are parsed', () => {
  expect(read('{"traces":[1,2,3]}', 3)).toEqual([1, 2, 3]);
  expect(() => read('{"traces":[1,2,3,4]}', 3)).toThrow(/limit of 3 traces/);
  const began = performance.now();
  expect(() => read(`{"traces":[${'[],'.repeat(4_000_000)}[]]}`, 10_000)).toThrow(/limit of 10000 traces/);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('what would take long to parse, or more stack than there is, is not parsed', () => {
  const deep = '['.repeat(500_000);
  const reason = (text: string) => (parseLine(Buffer.from(text)) as { reason: string }).reason;
  expect(reason(deep + deep.replaceAll('[', ']'))).toMatch(/nested deeper/);
  expect(reason(`[${'[],'.repeat(300_000)}1]`)).toMatch(/more than 50000 values/);
  expect(reason(`"${'x'.repeat(MAX_ITEM_BYTES)}"`)).toMatch(/larger than/);
  expect(parseLine(Buffer.from(`"${'['.repeat(1_000_000)}"`))).toBe('['.repeat(1_000_000));
});

test('the reason does not repeat what was sent', () => {
  const { reason } = parseLine(Buffer.from('{"password":"hunter2" x')) as { reason: string };
  expect(reason).not.toContain('hunter2');
});

test('a byte order mark in front is no part of it', () => {
  expect(read('\ufeff{"traces":[{"a":1}]}')).toEqual([{ a: 1 }]);
  expect(read(`\ufeff${pad}{"traces":[{"a":1}]}`)).toEqual([{ a: 1 }]);
  const { items, read: one, text } = linesOf([Buffer.from('\ufeff{"a":1.0}')]);
  expect(one(items[0])).toEqual({ a: 1 });
  expect(text(items[0], 0)).toBe('{"a":1.0}');
});

test.each(['\0', '\x01', '\x0b', '\x1f', '\u00a0'])('%j is no white space', (character) => {
  for (const text of [
    `${character}{"traces":[1]}`,
    `{"traces":[${character}1]}`,
    `{"traces":[1]}${character}`,
  ]) {
    const refuse = () => {
      if (read(text).some((item) => item instanceof Unreadable)) throw new Error('unreadable');
    };
    expect(refuse, JSON.stringify(text)).toThrow();
  }
});
