import { expect, test } from 'vitest';
import { A, B, BROKEN, C, INSIGHT, read } from './testing/reading.ts';

const text = (of: string) => JSON.stringify(of);
const sns = (records: string[]) => `{"Type":"Notification","Message":${text(`{"Records":[${records}]}`)}}`;
const sqs = (messages: string[]) =>
  `{"Records":[{"eventSource":"aws:sqs","body":${text(`{"logEvents":[${messages.map((of) => `{"message":${text(of)}}`)}]}`)}}]}`;
const NO_RECORD = '{"eventVersion":"1","eventName":"x"}';

test.each([
  ['an Insights event in a message of SNS', sns([A, INSIGHT, B]), ['Insights event'], []],
  ['what is no record in a message of SNS', sns([A, NO_RECORD, B]), [], [/in element 2 of Records$/]],
  ['both', sns([NO_RECORD, A, INSIGHT, B]), ['Insights event'], [/in element 1 of Records$/]],
  [
    'a broken text in a message of SQS',
    sqs([A, BROKEN, B]),
    [],
    [/not valid JSON: .*, in element 2 of logEvents$/],
  ],
])('%s costs only itself', async (_, content, passed, problems) => {
  expect(await read(content)).toMatchObject({
    ids: 'ab',
    passed,
    problems: problems.map((problem) => expect.stringMatching(problem)),
  });
});

test('what is refused of a list in a message is kept alone', async () => {
  const { refusals } = await read(sns([A, NO_RECORD, B]));
  expect(refusals).toMatchObject([{ line: 1, record: 1, byte: 0, text: NO_RECORD }]);
});

test('a list in a message that holds nothing of CloudTrail is none of its files', async () => {
  const foreign = `{"message":${text('{"events":[{"a":1},{"b":2}]}')}}\n`;
  expect(await read(foreign, { isNamed: false })).toMatchObject({ passed: ['other file'], problems: [] });
});

test.each([
  [
    'SNS, as Lambda gets it',
    [A, B, C].map((of) => `{"EventSource":"aws:sns","Sns":{"Message":${text(of)}}}`),
    'Records',
  ],
  [
    'receive-message of SQS',
    [A, B, C].map((of) => `{"MessageId":"1","Body":${text(`{"detail":${of}}`)}}`),
    'Messages',
  ],
  [
    'SQS, as Lambda gets it',
    [A, B, C].map((of) => `{"messageId":"1","body":${text(`{"Records":[${of}]}`)}}`),
    'Records',
  ],
])('%s: all its records are read', async (_, elements, list) => {
  const content = `{"${list}":[${elements}]}`;
  const [lines, pretty] = [`${content}\n`.repeat(2), JSON.stringify(JSON.parse(content), null, 4)];
  expect(await read(lines)).toMatchObject({ ids: 'abcabc', problems: [] });
  expect(await read(pretty)).toMatchObject({ ids: 'abc', problems: [] });
});
