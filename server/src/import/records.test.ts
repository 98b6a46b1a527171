import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecords } from './files.ts';

const MARK = '\ufeff';
const record = (eventID: string, more = '') =>
  `{"eventVersion":"1.08","eventTime":"2026-11-21T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventID":"${eventID}"${more}}`;
const [A, B, C] = [record('a'), record('b'), record('c')] as [string, string, string];
const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
const bad = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
const around = (before: string, middle: Buffer, after: string) =>
  Buffer.concat([Buffer.from(before), middle, Buffer.from(after)]);

/** Ids of the records that are read, and what is told of the others. */
async function read(content: string | Buffer) {
  const problems: string[] = [];
  const records = readRecords(
    'a.json',
    async () => Buffer.from(content),
    (problem) => problems.push(problem.replace('a.json: ', '')),
  );
  const texts: string[] = [];
  let ids = '';
  for await (const { record, text } of records) {
    ids += record.eventID;
    texts.push(text);
  }
  return { ids, texts, problems };
}

test.each<[string, string | Buffer]>([
  ['an object', `{"Records":[${A},${B},${C}]}`],
  ['an object with other members', `{ "Next" : {"a":[1]}, "Records" : [ ${A} ,${B},${C} ] , "More":"]}" }\n`],
  ['a list', `[${A},\n${B},\n${C}]`],
  ['a record a line', `${A}\n${B}\n\n${C}`],
  ['lines of Windows', `${A}\r\n${B}\r\n${C}\r\n`],
  ['files one after the other', `{"Records":[${A}]}{"Records":[${B},${C}]}`],
  ['records on many lines', [A, B, C].map(pretty).join('\n')],
  ['a mark in front', `${MARK}{"Records":[${A},${B},${C}]}`],
  ['marks within', `${MARK}${A}\n${MARK}${B}\n${C}`],
  ['gzip', gzipSync(`{"Records":[${A},${B},${C}]}`)],
  [
    'gzip of several members',
    Buffer.concat([gzipSync(`{"Records":[${A}]}`), gzipSync(`{"Records":[${B},${C}]}`)]),
  ],
  ['gzip of lines, cut anywhere', Buffer.concat([gzipSync(`${A}\n${B}`), gzipSync(`\n${C}\n`)])],
])('%s: all its records are read', async (_, content) => {
  expect(await read(content)).toMatchObject({ ids: 'abc', problems: [] });
});

test.each<[string, string | Buffer, string, RegExp]>([
  [
    'no JSON',
    `{"Records":[${A},{"n":01},${C}]}`,
    'ac',
    /^record 2 \(byte 146\): the record is not valid JSON/,
  ],
  [
    'bad bytes',
    around(`{"Records":[${A},`, bad, `,${C}]}`),
    'ac',
    /^record 2 .*not valid UTF-8 at byte 9, in name$/,
  ],
  [
    'bad bytes in a line',
    around(`${A}\n`, bad, `\n${C}`),
    'ac',
    /^record 2 .*not valid UTF-8 at byte 9, in name$/,
  ],
  ['no record', `{"Records":[${A},{"n":1},${C}]}`, 'ac', /^record 2 .*eventTime, eventSource and eventName/],
  ['something else', `[${A},null,${C}]`, 'ac', /^record 2 /],
  ['a line that is cut off', `${A}\n${B.slice(0, 90)}\n${C}`, 'ac', /^record 2 .*not valid JSON/],
  ['a first line that is cut off', `${A.slice(0, 90)}\n${B}\n${C}`, 'bc', /^record 1 \(byte 0\)/],
  ['a line that is no JSON', `${A}\nhello\n${C}`, 'ac', /^record 2 /],
  ['an open bracket', `{"Records":[${A},{"eventVersion":"1","n":{"m":1},${C}]}`, 'ac', /^record 2 /],
  ['a bracket too many', `{"Records":[${A},{"eventVersion":"1","n":1}},${C}]}`, 'ac', /^record 2 /],
  ['a quotation mark', `{"Records":[${A},{"eventVersion":"1","n":"a"b"},${C}]}`, 'ac', /^record 2 /],
  ['an open bracket on lines', `[\n${A},\n{"n":{"m":1},\n${C}\n]`, 'ac', /^record 2 /],
  ['the end of many lines', `${pretty(A)}\n${pretty(B).slice(0, 60)}\n${pretty(C)}`, 'ac', /^record 2 /],
  ['the end of an object', `{"Records":[${A},${C},${B.slice(0, 90)}`, 'ac', /^record 3 .*not valid JSON/],
  ['the end of its list', `{"Records":[${A},${C}`, 'ac', /^record 3 .*not valid JSON/],
  ['the end of gzip', gzipSync(`${A}\n${C}\n`).subarray(0, -9), 'ac', /gzip data is cut off/],
])('%s costs only itself, and is told with its place', async (_, content, ids, problem) => {
  const { ids: found, problems } = await read(content);
  expect(found).toBe(ids);
  expect(problems[0]).toMatch(problem);
});

test('a comma too many costs nothing', async () => {
  expect((await read(`{"Records":[,${A},,${B},${C},]}`)).ids).toBe('abc');
});

test('what is nested without end stops nothing', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect((await read(`[${A},${record('b', `,"requestParameters":{"a":${deep}}`)},${C}]`)).ids).toMatch(
    /^ab?c$/,
  );
});

test.each([
  ['nothing', '', 'holds no CloudTrail records'],
  ['an empty list', '{"Records":[]}', 'holds no CloudTrail records'],
  ['UTF-16', Buffer.from(`${MARK}[${A}]`, 'utf16le'), 'UTF-16'],
  ['damaged gzip', Buffer.concat([gzipSync(A).subarray(0, 20), Buffer.alloc(40, 7)]), 'a.json: '],
])('%s: the file is told', async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test('whatever is broken in one place, most records are read, and every text is one of the file', async () => {
  const lines = [A, B, C].join('\n');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(lines, `{"Records":[${[A, B, C].join(',')}]}`, `[\n${[A, B, C].join(',\n')}\n]`),
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', '\n', '\u0000'),
      async (content, place, by) => {
        // Behind `{"Records":`.
        const at = 11 + (place % (content.length - 11));
        const altered = content.slice(0, at) + by + content.slice(at + 1);
        const { texts, problems } = await read(altered).catch(() => ({ texts: [''], problems: [''] }));
        for (const text of texts) expect(altered).toContain(text);
        const whole = [A, B, C].filter((one) => altered.includes(one));
        const lost = whole.filter((one) => !texts.includes(one));
        expect(lost.length === 0 || problems.length > 0, altered).toBe(true);
        expect(lost.length, altered).toBeLessThan(2);
      },
    ),
    { numRuns: 2000 },
  );
});
