import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../../client/src/testing/json-text.ts';
import { LineWriter } from '../traces/index.ts';
import { parseLine, type Sent, tracesOf, Unreadable } from './items.ts';
import { accept, fixedOf, stamp, stampWritten } from './normalise.ts';
import { TraceRejected } from './rejected.ts';
import { contextAt, placeOf } from './testing/intake.ts';
import { textsOf } from './texts.ts';

const now = Date.UTC(2026, 10, 21, 12);
const context = contextAt(now);
const place = placeOf(context);
const lines = new LineWriter();

/** The line of what was sent, made of its bytes and of its values. */
function linesOf(sent: Sent): { written: string | undefined; made: string } {
  const input = accept(sent, context);
  const texts = textsOf(input, sent);
  const entry = stampWritten(input, sent, texts, context, place, fixedOf(context, place), lines);
  const { line, routing } = stamp(input, texts, context, place);
  if (entry && routing.clientId) expect(entry.routing).toEqual(routing);
  return { written: entry?.line.toString(), made: line };
}

const ID = '"trace_id":"8c5f2f8e-6d0c-4e0a-9a55-1f1f0d1c2b3a"';
const REQUIRED = [
  ID,
  '"trace_name":"deleteServer"',
  '"trace_type":"ApiCall"',
  '"service_type":"ECS"',
  '"resource_type":"ecs"',
  `"time":${now}`,
];
const USER = '"user":{"name":"jane","domain":{"id":"a1b2","name":"acme"}}';

const text = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      '😀',
      '\u2028',
      '\\n',
      '\\"',
      '\\\\',
      '\\b',
      '@',
      '://',
      '{',
      ',',
      ' ',
      '\\/',
      '\\u00e9',
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `"${pieces.join('')}"`);
const name = fc.constantFrom(
  ...[
    'request',
    'response',
    'message',
    'resource_name',
    'resource_id',
    'resource_url',
    'user_agent',
    'source_ip',
  ],
  ...[
    'location_info',
    'operation_id',
    'request_id',
    'endpoint',
    'event',
    'x',
    '1',
    'project_id2',
    '__proto__',
  ],
);
const member = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(name, fc.oneof(text, text, jsonText)).map(([key, value]) => `"${key}":${value}`),
  },
  fc.constantFrom(
    ...['"code":"200"', '"code":404', '"code":"Created"', '"code":-0', '"total_time":12', '"total_time":-0'],
    ...['"content_length":0', '"content_length":1e2', '"read_only":true', '"trace_rating":"incident"'],
    ...['"trace_status":"warning"', '"event_type":"system"', '"record_time":1', '"tracker_name":"mine"'],
    ...['"domain_id":"theirs"', '"extra":"x"', '"extra":{"a":1}', '"api_version":"v2"', '"\\u0078":1'],
  ),
);
const user = fc.oneof(
  { weight: 4, arbitrary: fc.constant(USER) },
  text.map((value) => `"user":{"domain":{"id":"a"}, "name":"j","type":${value}}`),
  text.map((value) => `"user":{"name":"j","x":${value},"domain":{"id":"a"}}`),
  jsonText.map((value) => `"user":{"name":"j","x":${value},"domain":{"id":"a"}}`),
);
const item = fc
  .tuple(fc.option(user, { freq: 5 }), fc.array(member, { maxLength: 8 }), fc.constantFrom('', ' ', '\n  '))
  .chain(([who, others, gap]) => {
    // Only the platform itself acts without a user.
    const members = who ? [...REQUIRED, who] : REQUIRED.map((one) => one.replace('ApiCall', 'SystemAction'));
    return fc
      .shuffledSubarray([...members, ...others], { minLength: members.length + others.length })
      .map((all) => `{${gap}${all.map((one) => one.replace(':', `:${gap}`)).join(`${gap},${gap}`)}${gap}}`);
  });

test('a line made of the bytes that were sent is the one made of their values', () => {
  let taken = 0;
  let all = 0;
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 4 }), fc.boolean(), (items, isList) => {
      const body = Buffer.from(`{"more":[1,{"a":2}],"traces": [${items.join(' , ')}]}`);
      const { items: parts, read } = isList
        ? tracesOf(body, 100)
        : { items: items.map((one) => Buffer.from(one)), read: (one: unknown) => parseLine(one as Buffer) };
      for (const part of parts) {
        const sent = read(part);
        if (sent instanceof Unreadable) throw new Error(sent.reason);
        try {
          const { written, made } = linesOf(sent);
          all++;
          if (written === undefined) continue;
          taken++;
          expect(written).toBe(made);
        } catch (error) {
          if (!(error instanceof TraceRejected)) throw error;
        }
      }
    }),
    { numRuns: 3000 },
  );
  // Else it would prove nothing.
  expect(taken / all).toBeGreaterThan(0.1);
});

test.each([
  ['as JavaScript writes it', (value: object) => JSON.stringify(value), true],
  [
    'as Python writes it',
    (value: object) => JSON.stringify(value, undefined, 1).replaceAll(/\n */g, ' '),
    true,
  ],
  ['with a secret', (value: object) => JSON.stringify({ ...value, user_agent: 'password=x' }), false],
  [
    'with an escape that need not be',
    (value: object) => JSON.stringify(value).replace('jane', 'j\\u0061ne'),
    false,
  ],
  ['with a number that is a text', (value: object) => JSON.stringify({ ...value, total_time: '12' }), false],
  [
    'with a text that is long',
    (value: object) => JSON.stringify({ ...value, request: 'x'.repeat(70_000) }),
    false,
  ],
])('%s', (_what, write, isWritten) => {
  const value = {
    ...JSON.parse(`{${[...REQUIRED, USER].join(',')}}`),
    request: '{"server":{"name":"web"}}',
    code: '200',
    unknown: ['kept', null],
  };
  const { written, made } = linesOf(parseLine(Buffer.from(write(value))) as Sent);
  expect(written).toBe(isWritten ? made : undefined);
});

test('lines keep their bytes until their writer releases them', () => {
  lines.release();
  const made = Array.from({ length: 2000 }, (_, at) => {
    const more = `"resource_id":"r-${at}","request":"${'x'.repeat(500)}"`;
    const sent = parseLine(Buffer.from(`{${[...REQUIRED, USER, more].join(',')}}`)) as Sent;
    const input = accept(sent, context);
    const fixed = fixedOf(context, place);
    return stampWritten(input, sent, textsOf(input, sent), context, place, fixed, lines)?.line;
  });
  made.forEach((line, at) => {
    expect(JSON.parse(String(line))).toMatchObject({ resource_id: `r-${at}` });
  });
});
