import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf, parseLine, tracesOf, Unreadable } from './items.ts';
import { MAX_BESIDE_BYTES, MAX_ITEM_BYTES, MOST_BESIDE, WHOLE_BODY } from './limits.ts';

const pad = ' '.repeat(WHOLE_BODY);
/** What a body holds: the same, whether it is parsed at once or trace by trace. */
function read(text: string, most = 10_000): unknown[] {
  const found = readOne(text, most);
  expect(readOne(text.replace('{', `{${pad}`), most)).toEqual(found);
  return found;
}
function readOne(text: string, most: number): unknown[] {
  const { items, read: one } = tracesOf(Buffer.from(text), most);
  return items.map((item) => {
    const sent = one(item);
    if (sent instanceof Unreadable) return sent;
    expect(JSON.parse(sent.text)).toEqual(sent.value);
    return sent.value;
  });
}

test('the traces of a body are what JSON.parse finds in it', () => {
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
      expect(read(text)).toEqual(JSON.parse(text).traces);
    }),
  );
});

describe('what is no {"traces": […]} is refused', () => {
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
    '{"traces":[1],"traces":[2]}',
    '{"traces":null,"traces":[2]}',
    '{"traces":[1],"trac\\u0065s":[2]}',
    '{"traces"[1]}',
    '{traces:[1]}',
    '{"traces":["a]}',
  ])('%s', (text) => {
    expect(() => read(text)).toThrow();
  });
});

test('a broken trace costs only itself', () => {
  const text = '{"traces":[{"a":1},{"a":tru},{"a":2}]}';
  expect(read(text)).toEqual([
    { a: 1 },
    expect.objectContaining({ reason: expect.stringContaining('the trace is not valid JSON') }),
    { a: 2 },
  ]);
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
  expect(parseLine(Buffer.from(`"${'['.repeat(1_000_000)}"`))).toMatchObject({
    value: '['.repeat(1_000_000),
  });
});

test('the reason does not repeat what was sent', () => {
  const { reason } = parseLine(Buffer.from('{"password":"hunter2" x')) as { reason: string };
  expect(reason).not.toContain('hunter2');
});

test('a byte order mark in front is no part of it', () => {
  expect(read('\ufeff{"traces":[{"a":1}]}')).toEqual([{ a: 1 }]);
  const { items, read: one } = linesOf([Buffer.from('\ufeff{"a":1.0}')]);
  expect(one(items[0])).toMatchObject({ value: { a: 1 }, text: '{"a":1.0}' });
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

test.each([
  ['{"a":{"b":[{"c":1}]},"d":":{"}', 4, false],
  ['{"a":1.5}', 1, true],
  ['{"a":1e5}', 1, true],
  ['{"a":1E5}', 1, true],
  ['{"a":true,"b":false,"e":null}', 3, false],
  ['{"a":"1.5e3","a":2}', 2, false],
])(
  'of %s its names are counted, and whether a number may be rounded is seen',
  (text, names, hasFractions) => {
    expect(parseLine(Buffer.from(text))).toMatchObject({ names, hasFractions });
  },
);

test.each([
  [
    '{"traces":[{"a":1},{"a":{"b":2},{"c":3}]}',
    'traces.1',
    /not valid JSON at byte 40: traces\.1, which begins at byte 19, has no end \(the trace is not valid JSON: /,
  ],
  [
    '{"traces":[{"a":1},{"a":2}},{"a":3}]}',
    'traces.1',
    /at byte 26: traces\.1, which begins at byte 19, is followed by neither "," nor "]"/,
  ],
  [
    '{"traces":[{"a":1},{"a":"2},{"a":3}]}',
    'traces.1',
    /cut off at byte 37: traces\.1, which begins at byte 19, has no end/,
  ],
  ['{"traces":[{"a":1},{"a":2', 'traces.1', /was cut off at byte 25: traces\.1, which begins at byte 19/],
  ['{"traces":[{"a":1},,{"a":2}]}', 'traces.1', /at byte 19: traces\.1 is missing/],
  ['{"traces":[{"a":1},]}', 'traces.1', /at byte 19: traces\.1 is missing/],
])('of %s nothing is taken, and the refusal names the trace, the byte and the rule', (text, field, told) => {
  const refuse = () => tracesOf(Buffer.from(text), 10);
  expect(refuse).toThrow(told);
  expect(refuse).toThrow(/none of its traces was taken/);
  expect(refuse).toThrow(expect.objectContaining({ status: 400, field }));
});

test.each([
  [
    'too deep',
    `{"a":1,"request":{"b":[[1]],"c\\"d":{"list":${'['.repeat(80)}${']'.repeat(80)}}}}`,
    'request.c"d.list',
    /deeper than 64 levels, in/,
  ],
  [
    'of too many values',
    `{"a":[1,2],"x":{"b":{"c":[${'1,'.repeat(60_000)}1]},"d":1}}`,
    'x.b.c',
    /more than 50000 values, in/,
  ],
  [
    'too large',
    `{"a":"${'x'.repeat(1000)}","y":{"b":"${'y'.repeat(MAX_ITEM_BYTES)}","c":"${'z'.repeat(1_000_000)}"}}`,
    'y.b',
    /larger than \d+ bytes, in/,
  ],
  [
    'too large in many',
    `{"y":{${Array.from({ length: 30 }, (_, i) => `"m${i}":"${'y'.repeat(100_000)}"`).join(',')}}}`,
    'y',
    /larger than/,
  ],
])('of what is %s the refusal names the member', (_, text, field, told) => {
  for (const one of [parseLine(Buffer.from(text)), ...read(`{"traces":[${text}]}`)])
    expect(one).toMatchObject({ field, reason: expect.stringMatching(told) });
});

test('what stands beside the traces is little', () => {
  const members = (count: number, member: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => member(i)).join(',');
  const small = (i: number) => `"k${i}":0`;
  expect(read(`{${members(MOST_BESIDE, small)},"traces":[1]}`)).toEqual([1]);
  expect(read(`{"x":"${'x'.repeat(MAX_BESIDE_BYTES - 10)}","traces":[1]}`)).toEqual([1]);
  const refused = `the body holds more than ${MOST_BESIDE} members, or ${MAX_BESIDE_BYTES} bytes, beside traces`;
  for (const text of [
    `{${members(MOST_BESIDE + 1, small)},"traces":[1]}`,
    `{"traces":[1],${members(MOST_BESIDE + 1, () => '"":{}')}}`,
    `{${members(2_400_000, () => '"":0')}}`,
    `{"x":"${'x'.repeat(MAX_BESIDE_BYTES)}","traces":[1]}`,
    `{"${'x'.repeat(MAX_BESIDE_BYTES)}":0,"traces":[1]}`,
  ]) {
    expect(() => readOne(text, 10)).toThrow(refused);
  }
});
