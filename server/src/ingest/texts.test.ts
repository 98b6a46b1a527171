import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText } from '../../../client/src/testing/json-text.ts';
import { compacted, exactJson, fileLine, membersIn, readLine, traceOfLine } from '../traces/index.ts';
import { parseLine, type Sent } from './items.ts';
import { accept, stamp } from './normalise.ts';
import { contextAt, placeOf } from './testing/intake.ts';
import { textsOf } from './texts.ts';

const now = Date.UTC(2026, 10, 21, 12);
const context = contextAt(now);
const place = placeOf(context);

/** @param members JSON texts by name */
function lineOf(members: [name: string, text: string][]): string {
  const known = `"trace_name":"deleteServer","trace_type":"ApiCall","service_type":"ECS","resource_type":"ecs","time":${now}`;
  const user = '"user":{"name":"jane","domain":{"id":"a1b2"}}';
  const others = members.some(([name]) => name === 'user') ? [known] : [known, user];
  const text = `{${[...others, ...members.map(([name, value]) => `${JSON.stringify(name)}:${value}`)].join(',')}}`;
  const sent = parseLine(Buffer.from(text)) as Sent;
  const input = accept(sent, context);
  return stamp(input, textsOf(input, sent), context, place).line;
}

const ODD =
  '{"order_id":9223372036854775807,"price":0.1234567890123456789,"ratio":1.0,"big":1e400,"dup":1,"dup":2}';

test('structures are kept to the last digit', () => {
  const { request, response, message } = readLine(
    lineOf([
      ['request', ODD],
      ['response', `[ ${ODD} ]`],
      ['message', '{"n": -0}'],
    ]),
  );
  expect({ request, response, message }).toEqual({
    request: ODD,
    response: `[ ${ODD} ]`,
    message: '{"n": -0}',
  });
});

test('a number or a truth value in their place is kept, too', () => {
  const { request, response, message } = readLine(
    lineOf([
      ['request', '9223372036854775807'],
      ['response', '1.0'],
      ['message', 'true'],
    ]),
  );
  expect({ request, response, message }).toEqual({
    request: '9223372036854775807',
    response: '1.0',
    message: 'true',
  });
});

test('unknown members are kept to the last digit, in trace files and in answers', () => {
  const line = lineOf([
    ['order_id', '9223372036854775807'],
    ['details', ODD],
    ['user', `{"name":"jane","domain":{"id":"a1b2"},"serial":12345678901234567890}`],
  ]);
  const file = fileLine(line);
  const members = new Map(membersIn(file)?.map(({ name, start, end }) => [name, file.slice(start, end)]));
  expect(members.get('order_id')).toBe('9223372036854775807');
  expect(members.get('details')).toBe(ODD);
  expect([...members.keys()]).toEqual([...members.keys()].sort());
  const answer = exactJson({ traces: [traceOfLine(line)] });
  for (const text of [
    '"order_id":9223372036854775807',
    `"details":${ODD}`,
    '"serial":12345678901234567890',
  ]) {
    expect(answer).toContain(text);
  }
  expect(JSON.parse(answer).traces[0].user.name).toBe('jane');
});

test('a name is read as what it says, however it was escaped', () => {
  const line = lineOf([['user', '{"name":"J\\u00f6rg","domain":{"id":"a1b2"},"level":1.0}']]);
  expect(readLine(line).user).toContain('"level":1.0');
  expect(traceOfLine(line).user?.name).toBe('Jörg');
});

test('any JSON text in, the same tokens out', () => {
  const names = fc.constantFrom('x', 'details', 'ordre', '7', '__proto__', 'é');
  fc.assert(
    fc.property(jsonText, fc.array(fc.tuple(names, jsonText), { maxLength: 4 }), (body, unknown) => {
      const isText = !/^\s*[[{]/.test(body);
      const line = lineOf([['request', isText ? JSON.stringify(body) : body], ...unknown]);
      expect(readLine(line).request).toBe(isText ? body : body.trim());
      const file = fileLine(line);
      expect(file).not.toContain('\n');
      const kept = membersIn(file)?.map(({ name, start, end }) => [name, file.slice(start, end)]) ?? [];
      for (const name of new Set(unknown.map(([one]) => one))) {
        const sent = unknown.filter(([one]) => one === name).map(([, text]) => text);
        const found = kept.filter(([one]) => one === name).map(([, text]) => text);
        expect(found).toHaveLength(sent.length);
        for (const [index, text] of sent.entries()) {
          expect(same(found[index] as string, text), `${name}: ${sent} ${found}`).toBe(true);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

/** The same text, though perhaps with other spaces and escapes. */
const same = (one: string, other: string) =>
  compacted(one) === compacted(other) || compacted(one) === JSON.stringify(JSON.parse(other));

test('a request that is too long stays JSON, and its secrets stay masked', () => {
  const long = JSON.stringify({
    servers: Array.from({ length: 5000 }, (_, id) => ({ id, password: `hunter${id}`, note: 'x'.repeat(30) })),
  });
  const { request = '', message } = readLine(lineOf([['request', long]]));
  const { servers } = JSON.parse(request) as { servers: unknown[] };
  expect(servers[0]).toEqual({ id: 0, password: '********', note: 'x'.repeat(30) });
  expect(JSON.stringify(servers.at(-1))).toContain('…');
  expect(request).not.toContain('hunter');
  expect(message).toMatch(/request was cut from \d+ to \d+ bytes/);
});

test.each([
  ['"id":12345678901234567890', '"id":"12345678901234567890"'],
  ['"id":null,"access_key_id":null,"session_context":null', ''],
  ['"principal_is_root_user":true,"n":1.0,"m":null', '"principal_is_root_user":"true","n":1.0,"m":null'],
  [
    '"session_context":{"attributes":{"created_at":1795729830340,"mfa_authenticated":false},"x":2.50}',
    '"session_context":{"attributes":{"created_at":"1795729830340","mfa_authenticated":"false"},"x":2.50}',
  ],
])('a user is taken as what it says, where text is asked for or nothing is said: %s', (sent, kept) => {
  const user = (more: string) => `{"name":"jane","domain":{"id":"a1b2","name":null}${more && `,${more}`}}`;
  const expected = user(kept).replace(',"name":null', '');
  for (const text of [user(sent), JSON.stringify(user(sent))]) {
    const line = readLine(lineOf([['user', text]]));
    expect(line.user).toBe(expected);
  }
});

test.each([
  ['{"name":5,"domain":{"id":"a"}}', 'user.name'],
  ['{"name":"jane","domain":{"id":5}}', 'user.domain.id'],
  ['{"name":"jane","domain":"a"}', 'user.domain'],
  ['{"name":"jane","id":1,"id":2,"domain":{"id":"a"}}', 'user.id'],
  ['{"name":"jane","id":{},"domain":{"id":"a"}}', 'user.id'],
  ['{"name":"jane","invoked_by":"x","domain":{"id":"a"}}', 'user.invoked_by'],
  ['null', 'user.name'],
])('who acted must be said: %s', (user, field) => {
  expect(() => lineOf([['user', user]])).toThrow(expect.objectContaining({ field }));
});
