import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOUDTRAIL } from './formats.ts';
import { readRecords } from './records.ts';
import { A, B, C, INSIGHT, read, record } from './testing/reading.ts';

const MARK = '\ufeff';
const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 2);
const indented = (texts: string[]) =>
  `{\n  "Records": [\n${texts.map((of) => of.replaceAll(/^/gm, '    ')).join(',\n')}\n  ]\n}\n`;
const event = (of: string) => `{"EventId":"x","CloudTrailEvent":${JSON.stringify(of)}}`;
const bridge = (of: string) => `{"version":"0","detail":${of}}`;
const bad = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
const around = (before: string, middle: Buffer, after: string) =>
  Buffer.concat([Buffer.from(before), middle, Buffer.from(after)]);

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

const text = (of: string) => JSON.stringify(of);
const wrap = (around: (text: string) => string, between = '') => [A, B, C].map(around).join(between);
/** Rows of the table that AWS gives for Athena, as JSON. */
const row = (of: string) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(JSON.parse(of) as object).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  );
const utf16 = (of: string) => Buffer.from(MARK + of, 'utf16le');

test.each<[string, string | Buffer]>([
  [
    'lookup-events',
    `{"Events":[${wrap((of) => `{"EventId":"x","EventTime":1763719200,"CloudTrailEvent":${text(of)}}`, ',')}],"NextToken":"n"}`,
  ],
  [
    'EventBridge, one a line',
    wrap(
      (of) =>
        `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","time":"2026-11-21T10:00:00Z","detail":${of}}\n`,
    ),
  ],
  [
    'EventBridge through SQS',
    `[${wrap((of) => `{"MessageId":"1","Body":${text(`{"detail":${of}}`)}}`, ',')}]`,
  ],
  ['an export of CloudWatch Logs', wrap((of) => `2026-11-21T10:00:00.000Z ${of}\n`)],
  ['such an export, gzip', gzipSync(wrap((of) => `2026-11-21T10:00:00.000Z ${of}\n`))],
  [
    'filter-log-events',
    `{"events":[${wrap((of) => `{"logStreamName":"s","timestamp":1,"message":${text(of)}}`, ',')}],"searchedLogStreams":[]}`,
  ],
  [
    'a subscription of CloudWatch Logs',
    wrap((of) => `{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{"id":"1","message":${text(of)}}]}`),
  ],
  ['the index of a collector', wrap((of) => `{"_index":"i","_source":{"event":{"original":${text(of)}}}}\n`)],
  ['results of Splunk', wrap((of) => `{"preview":false,"result":{"_raw":${text(of)}}}\n`)],
  ['what an import refused', wrap((of) => `{"file":"f","line":1,"reason":"r","record":${text(of)}}\n`)],
  ['columns of Athena', wrap((of) => row(of), '\n')],
  ['lists in lists', `[[${A},${B}],[${C}]]`],
  ['a list of log files, one a line', `{"Records":[${A}]}\n{"Records":[${B},${C}]}\n`],
  ['UTF-16', utf16(`{"Records":[${A},${B},${C}]}`)],
  ['UTF-16, the other way round', utf16(wrap((of) => of, '\n')).swap16()],
  [
    'UTF-16 without a mark',
    Buffer.from(
      wrap((of) => of, '\n'),
      'utf16le',
    ),
  ],
  ['gzip within gzip', gzipSync(gzipSync(`{"Records":[${A},${B},${C}]}`))],
  ['a time as @timestamp', wrap((of) => of.replace('eventTime', '@timestamp'), '\n')],
  ['a time without a zone', wrap((of) => of.replace('T10:00:00Z', ' 10:00:00.000000000'), '\n')],
])('%s: all its records are read, however it comes', async (_, content) => {
  for (const size of [1, 7, 100, 1 << 20]) {
    expect(await read(content, { size }), String(size)).toMatchObject({
      ids: 'abc',
      problems: [],
      passed: [],
    });
  }
});

const DIGEST =
  '{"awsAccountId":"1","digestStartTime":"2026-11-21T09:00:00Z","digestEndTime":"2026-11-21T10:00:00Z","logFiles":[{"s3Object":"a","hashValue":"b"}]}';
const NOTIFICATION =
  '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-11-21T10:00:00.000Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"x"},"s3":{"bucket":{"name":"b"}}}]}';
const CONTROL =
  '{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE: Checking health of destination."}]}';

test.each<[string, string | Buffer, string, string[]]>([
  ['a digest', DIGEST, '', ['digest']],
  ['Insights', `{"Records":[${INSIGHT},${A},${INSIGHT}]}`, 'a', ['Insights event', 'Insights event']],
  ['Insights alone', `{"Records":[${INSIGHT}]}`, '', ['Insights event']],
  ['a message about a subscription', CONTROL + A, 'a', ['control message']],
  ['a notification of a bucket', NOTIFICATION, '', ['bucket notification']],
  ['flow logs', '2 123 eni-1 10.0.0.1 10.0.0.2 443 [x\n'.repeat(5000), '', ['other file']],
  ['an access log', '79a "bucket" [06/Feb/2019:00:00:38 +0000] {\n'.repeat(5000), '', ['other file']],
  [
    'a configuration',
    '{"fileVersion":"1.0","configurationItems":[{"relatedEvents":[]}]}',
    '',
    ['other file'],
  ],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), '', ['other file']],
  ['nothing', '', '', ['empty file']],
  ['an empty list', '{"Records":[]}', '', ['empty file']],
])('%s in a folder is passed over and counted as that', async (_, content, ids, passed) => {
  expect(await read(content, { isNamed: false })).toMatchObject({ ids, passed, problems: [] });
});

test('of a folder, what was meant to be a record is no other file', async () => {
  const { ids, problems } = await read(A.slice(0, 90), { isNamed: false });
  expect([ids, problems]).toEqual([
    '',
    [expect.stringMatching(/^line 1, record 1, byte 0: .*not valid JSON/)],
  ]);
});

test('each refusal has its line and its text', async () => {
  const { ids, refusals } = await read(`${A}\n\n${B.slice(0, 90)}\n${C}\n{"n":1}\n${A.slice(0, 50)}`);
  expect(ids).toBe('ac');
  expect(refusals.map(({ line, text }) => [line, text?.trim()])).toEqual([
    [3, B.slice(0, 90)],
    [5, '{"n":1}'],
    [6, A.slice(0, 50)],
  ]);
});

test('a file that is larger than memory holds no more of it than a few records', async () => {
  const one = `${record('big', `,"requestParameters":{"text":"${'x'.repeat(100_000)}"}`)}`;
  const chunk = Buffer.from(`${one},`.repeat(10));
  async function* open() {
    yield Buffer.from('{"Records":[');
    for (let i = 0; i < 300; i++) yield chunk;
    yield Buffer.from(`${A}]}`);
  }
  const fail = () => expect.fail();
  const reading = { refuse: fail, fail, pass: fail };
  const source = { name: 'a', isNamed: true, size: 0, open };
  let count = 0;
  let most = 0;
  for await (const _ of readRecords(source, CLOUDTRAIL, reading)) {
    if (++count % 500 === 0) {
      globalThis.gc?.();
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
  }
  expect(count).toBe(3001);
  expect(most).toBeLessThan(150 * 1024 ** 2);
});

test.each([5, 9])('a record of %s MB costs only itself', async (megabytes) => {
  const large = record('b', `,"requestParameters":{"text":"${'x'.repeat(megabytes * 1024 ** 2)}"}`);
  for (const content of [`{"Records":[${A},${large},${C}]}`, `${A}\n${large}\n${C}`]) {
    const { ids, problems } = await read(content, { size: 64 * 1024 });
    expect(ids).toBe('ac');
    expect(problems[0]).toMatch(/record 2, .*(larger than|not valid JSON)/);
  }
});

test.each<[string, string | Buffer, string, RegExp]>([
  [
    'no JSON',
    `{"Records":[${A},{"n":01},${C}]}`,
    'ac',
    /^line 1, record 2, byte 146: the record is not valid JSON/,
  ],
  [
    'bad bytes',
    around(`{"Records":[${A},`, bad, `,${C}]}`),
    'ac',
    /^line \d, record 2, .*not valid UTF-8 at byte 9, in name$/,
  ],
  [
    'bad bytes in a line',
    around(`${A}\n`, bad, `\n${C}`),
    'ac',
    /^line \d, record 2, .*not valid UTF-8 at byte 9, in name$/,
  ],
  [
    'no record',
    `{"Records":[${A},{"n":1},${C}]}`,
    'ac',
    /^line \d, record 2, .*eventTime, eventSource and eventName/,
  ],
  [
    'a time that is none',
    `{"Records":[${A},{"eventTime":"not a time","eventSource":"s","eventName":"n"},${C}]}`,
    'ac',
    /^line \d, record 2, .*its eventTime is "not a time", which is no time/,
  ],
  ['something else', `[${A},null,${C}]`, 'ac', /^line \d, record 2, /],
  ['a line that is cut off', `${A}\n${B.slice(0, 90)}\n${C}`, 'ac', /^line \d, record 2, .*not valid JSON/],
  ['a first line that is cut off', `${A.slice(0, 90)}\n${B}\n${C}`, 'bc', /^line 1, record 1, byte 0:/],
  ['a line that is no JSON', `${A}\nhello\n${C}`, 'ac', /^line \d, record 2, /],
  [
    'an open bracket',
    `{"Records":[${A},{"eventVersion":"1","n":{"m":1},${C}]}`,
    'ac',
    /^line \d, record 2, /,
  ],
  ['a bracket too many', `{"Records":[${A},{"eventVersion":"1","n":1}},${C}]}`, 'ac', /^line \d, record 2, /],
  [
    'a quotation mark',
    `{"Records":[${A},{"eventVersion":"1","n":"a"b"},${C}]}`,
    'ac',
    /^line \d, record 2, /,
  ],
  ['an open bracket on lines', `[\n${A},\n{"n":{"m":1},\n${C}\n]`, 'ac', /^line \d, record 2, /],
  [
    'the end of many lines',
    `${pretty(A)}\n${pretty(B).slice(0, 60)}\n${pretty(C)}`,
    'ac',
    /^line \d, record 2, /,
  ],
  [
    'the end of an object',
    `{"Records":[${A},${C},${B.slice(0, 90)}`,
    'ac',
    /^line \d, record 3, .*not valid JSON/,
  ],
  ['the end of its list', `{"Records":[${A},${C}`, 'ac', /^line \d, record 3, .*not valid JSON/],
  ['the end of gzip', gzipSync(`${A}\n${C}\n`).subarray(0, -9), 'ac', /gzip data is cut off/],
  [
    'the end of one of an indented list',
    indented([pretty(A), pretty(B).slice(0, 60), pretty(C)]),
    'ac',
    /^line 10, record 2, .*not valid JSON/,
  ],
  [
    'one of lookup-events',
    `{"Events":[${[event(A), event(B).slice(0, 40), event(C)].join(',')}]}`,
    'ac',
    /record 2/,
  ],
  [
    'one of a list of EventBridge',
    `[${[bridge(A), bridge(B).slice(0, 40), bridge(C)].join(',')}]`,
    'ac',
    /record 2/,
  ],
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
  ['damaged gzip', Buffer.concat([gzipSync(A).subarray(0, 20), Buffer.alloc(40, 7)]), 'is damaged'],
])('%s: the file is told', async (_, content, message) => {
  expect((await read(content)).problems.join()).toContain(message);
});

test('whatever is broken in one place, most records are read, and every text is one of the file', async () => {
  const lines = [A, B, C].join('\n');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(lines, `{"Records":[${[A, B, C].join(',')}]}`, `[\n${[A, B, C].join(',\n')}\n]`),
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', '\n', '\u0000'),
      fc.integer({ min: 1, max: 1000 }),
      async (content, place, by, size) => {
        // Behind `{"Records":`.
        const at = 11 + (place % (content.length - 11));
        const altered = content.slice(0, at) + by + content.slice(at + 1);
        const { texts, problems } = await read(altered, { size });
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

test('records behind however many foreign lines are read, and the lines are counted', async () => {
  const foreign = '{"level":"info","msg":"x"}\n'.repeat(1500);
  for (const isNamed of [true, false]) {
    const { ids, problems, refusals, passed } = await read(`${foreign}${A}\n${B}`, { isNamed });
    expect([ids, passed]).toEqual(['ab', []]);
    expect(refusals.reduce((total, { count = 1 }) => total + count, 0)).toBe(1500);
    expect(problems.at(-1)).toMatch(/^before its first record .*: 500, which are not kept$/);
  }
});
