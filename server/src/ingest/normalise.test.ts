import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_TEXT, Masker, type TraceLine } from '../traces/index.ts';
import { objectsOf, type Sent } from './items.ts';
import { accept, type IntakeContext, stamp } from './normalise.ts';
import { TraceRejected } from './rejected.ts';
import { contextAt, placeOf } from './testing/intake.ts';
import { textsOf } from './texts.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;
const context = contextAt(NOW);

const good = {
  trace_name: 'deleteServer',
  trace_rating: 'normal',
  trace_type: 'ApiCall',
  service_type: 'ECS',
  resource_type: 'ecs',
  time: NOW - 1000,
  user: { id: '11aa', name: 'jane', domain: { id: 'a1b2', name: 'acme' } },
};

const place = placeOf(context);
function normalise(item: unknown, about: IntakeContext) {
  const sent = objectsOf([]).read(item) as Sent;
  const input = accept(sent, about);
  return stamp(input, textsOf(input, sent), about, place);
}

const lineOf = (item: unknown) =>
  JSON.parse(normalise(item, context).line) as TraceLine & Record<string, unknown>;

function refusal(item: unknown): { field: string | undefined; message: string } {
  try {
    normalise(item, context);
  } catch (error) {
    expect(error).toBeInstanceOf(TraceRejected);
    const { field, message } = error as TraceRejected;
    return { field, message };
  }
  throw new Error('the trace was not rejected');
}

test('a minimal trace is stamped with project, account, time and id', () => {
  expect(lineOf(good)).toEqual({
    ...good,
    user: JSON.stringify(good.user),
    domain_id: context.domainId,
    project_id: context.projectId,
    record_time: NOW,
    event_type: 'system',
    tracker_name: 'system',
    trace_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  });
});

test('the members of a line are in alphabetical order, as in a trace file', () => {
  const keys = Object.keys(
    lineOf({ ...good, code: 200, unknown: 1, request: {}, response: '', message: 'x' }),
  );
  expect(keys).toEqual([...keys].sort());
});

const missing = ['time', 'service_type', 'resource_type', 'trace_name', 'trace_type'] as const;
test.each(missing)('a trace without %s is rejected by name', (field) => {
  const { [field]: _, ...rest } = good;
  expect(refusal(rest)).toEqual({ field, message: expect.stringMatching(`^${field} is missing; it `) });
});

describe('what breaks a rule is rejected with the field, the problem and the rule', () => {
  test.each<[string, Record<string, unknown>, string, RegExp]>([
    [
      'name beginning with a digit',
      { trace_name: '1x' },
      'trace_name',
      /must begin with a letter.*this is "1x"/,
    ],
    ['name of 65', { trace_name: 'a'.repeat(65) }, 'trace_name', /1 to 64.*text of 65 characters/],
    [
      'unknown rating',
      { trace_rating: 'bad' },
      'trace_rating',
      /one of normal, warning, incident, this is "bad"/,
    ],
    ['time as words', { time: 'now' }, 'time', /13 digits/],
    ['time as text in seconds', { time: String(NOW).slice(0, 10) }, 'time', /13 digits/],
    ['time in seconds', { time: Math.floor(NOW / 1000) }, 'time', /13 digits/],
    ['time with a fraction', { time: NOW + 0.5 }, 'time', /whole number/],
    ['time of 14 digits', { time: 1e13 }, 'time', /13 digits/],
    ['too old', { time: NOW - 7 * DAY - 1 }, 'time', /too old; it may lie at most 7 days back/],
    [
      'too far ahead',
      { time: NOW + 15 * 60_000 + 1 },
      'time',
      /too far ahead; it may lie at most 15 minutes/,
    ],
    ['no user', { user: undefined }, 'user.name', /only a SystemAction/],
    ['user without account', { user: { name: 'x' } }, 'user.domain.id', /id of the account/],
    ['user as text', { user: 'jane' }, 'user', /must be an object/],
    ['user name as number', { user: { name: 5, domain: { id: 'x' } } }, 'user.name', /this is 5/],
    ['service of 65', { service_type: 'a'.repeat(65) }, 'service_type', /1 to 64/],
    ['empty resource type', { resource_type: '' }, 'resource_type', /1 to 64/],
    ['another project', { project_id: 'f'.repeat(32) }, 'project_id', /project of the path/],
    ['unknown family', { event_type: 'other' }, 'event_type', /system, global, data/],
    ['negative count', { content_length: -1 }, 'content_length', /bytes/],
    ['a count beyond integers', { total_time: 1e300 }, 'total_time', /milliseconds/],
    ['read_only as text', { read_only: 'yes' }, 'read_only', /true or false/],
    ['half a surrogate pair', { resource_name: 'a\ud800b' }, 'resource_name', /surrogate/],
    ['code as object', { code: {} }, 'code', /text of at most/],
  ])('%s', (_name, change, field, message) => {
    expect(refusal({ ...good, ...change })).toEqual({ field, message: expect.stringMatching(message) });
  });

  test.each([[null], [5], ['text'], [[good]], [true]])('an item that is %s', (item) => {
    expect(refusal(item)).toEqual({
      field: undefined,
      message: expect.stringContaining('must be a JSON object'),
    });
  });
});

test('times at the very edges are taken', () => {
  expect(lineOf({ ...good, time: NOW - 7 * DAY }).time).toBe(NOW - 7 * DAY);
  expect(lineOf({ ...good, time: NOW + 15 * 60_000 }).time).toBe(NOW + 15 * 60_000);
});

test('a SystemAction needs no user and has an empty source_ip', () => {
  expect(lineOf({ ...good, trace_type: 'SystemAction', user: undefined })).toMatchObject({ source_ip: '' });
});

test.each([
  [200, 'normal'],
  ['399', 'normal'],
  [400, 'warning'],
  ['503', 'warning'],
  [undefined, 'normal'],
  ['odd', 'normal'],
])('without a rating, code %s means %s', (code, rating) => {
  expect(lineOf({ ...good, trace_rating: undefined, code }).trace_rating).toBe(rating);
});

test('a given rating is independent of the code', () => {
  expect(lineOf({ ...good, trace_rating: 'incident', code: 200 }).trace_rating).toBe('incident');
});

test('text that says a number, a truth value or a user is taken as that', () => {
  const said = lineOf({
    ...good,
    time: String(good.time),
    read_only: 'false',
    total_time: '12',
    user: JSON.stringify(good.user),
  });
  expect(said).toMatchObject({ time: good.time, read_only: false, total_time: 12 });
  expect(said.user).toBe(JSON.stringify(good.user));
});

test('secrets are masked in every member', () => {
  const secret = 'S3CRET';
  const line = JSON.stringify(
    lineOf({
      ...good,
      user: { ...good.user, password: secret, session_context: { token: secret } },
      resource_url: `/a?token=${secret}&n=1`,
      resource_name: `https://b/o?X-Amz-Security-Token=${secret}`,
      endpoint: `https://jane:${secret}@host`,
      location_info: `password: ${secret}`,
      user_agent: `curl -H "Authorization: Bearer ${secret}"`,
      message: { note: `password=${secret}`, pwd: secret },
      request: `{"credential":"${secret}","b":"password=${secret}"}`,
      response: { headers: { 'Set-Cookie': secret } },
      trace_id: `job?token=${secret}`,
      command_line: `curl "https://api.example.com/v1?access_token=${secret}" -s`,
      cut: `{"user":"x","password":"${secret}`,
      note: `sent "password": ${secret}`,
    }),
  );
  expect(line).not.toContain(secret);
  expect(line).toContain('/a?token=********&n=1');
});

test('unknown members are JSON, whatever the secrets in them look like', () => {
  for (const value of [
    'curl "https://api.example.com/v1?access_token=abc" -s',
    '{"user":"x","password":"secr',
    'sent "password": hunter2',
    `token${'\\'.repeat(50_000)}`,
  ]) {
    const extra = JSON.parse(lineOf({ ...good, value }).extra as string) as object;
    expect(Object.keys(extra)).toEqual(['value']);
  }
});

test('a text that masks make too long is cut, too', () => {
  const request = 'pwd=a&'.repeat(4000).padEnd(MAX_BODY_TEXT, 'x');
  const line = lineOf({ ...good, request });
  expect(Buffer.byteLength(line.request as string)).toBe(MAX_BODY_TEXT);
  expect(line.message).toMatch(/^\[request was cut from \d+ to 65536 bytes\]$/);
});

test('null means absent', () => {
  expect(lineOf({ ...good, resource_id: null, code: null, user_agent: null })).not.toHaveProperty(
    'resource_id',
  );
});

test('unknown members are kept, secrets in them masked', () => {
  const { extra } = lineOf({ ...good, aws_region: 'x', tls: { password: 'p', n: [1] }, extra: 5 });
  expect(JSON.parse(extra as string)).toEqual({
    aws_region: 'x',
    tls: { password: '********', n: [1] },
    extra: 5,
  });
});

test("a source's own names are masked in its traces only", () => {
  const about = { ...context, masker: new Masker(['SHOP:order_code']) };
  const sent = { ...good, request: { order_code: 'x' }, order_code: 'y' };
  const codes = ['SHOP', 'ECS'].map((service_type) => {
    const line = JSON.parse(normalise({ ...sent, service_type }, about).line) as TraceLine;
    return [line.request, line.extra];
  });
  expect(codes).toEqual([
    ['{"order_code":"********"}', '{"order_code":"********"}'],
    ['{"order_code":"x"}', '{"order_code":"y"}'],
  ]);
});

test('structures become JSON text, text stays as it is, secrets are masked in both', () => {
  const line = lineOf({
    ...good,
    request: { a: [1], adminPass: 'x' },
    response: '{ "big": 12345678901234567890, "token":"t" }',
  });
  expect(line.request).toBe('{"a":[1],"adminPass":"********"}');
  expect(line.response).toBe('{ "big": 12345678901234567890, "token":"********" }');
});

test('a long request is cut between characters and the cut is noted', () => {
  const line = lineOf({ ...good, request: 'ü'.repeat(MAX_BODY_TEXT), message: 'success' });
  expect(Buffer.byteLength(line.request as string)).toBe(MAX_BODY_TEXT - 1);
  expect(line.request).not.toContain('\ufffd');
  expect(line.message).toBe(
    `success [request was cut from ${2 * MAX_BODY_TEXT} to ${MAX_BODY_TEXT - 1} bytes]`,
  );
});

test('of a body that was cut off, or only begins like JSON, as much is kept as of any', () => {
  for (const request of [`[INFO] ${'began '.repeat(20_000)}`, `{"a":"${'x'.repeat(100_000)}`]) {
    const line = lineOf({ ...good, request });
    expect(Buffer.byteLength(line.request as string)).toBeGreaterThan(MAX_BODY_TEXT - 100);
  }
});

describe('a trace that is hard to look through', () => {
  const hard = 'token=S3CRET and %2525252525252525 '.repeat(50);

  test('is taken, without its secrets, and what was not looked through is marked', () => {
    const items = Array.from({ length: 2_000_000 / hard.length }, () => hard);
    const line = lineOf({ ...good, request: { items }, message: 'done' });
    expect(JSON.stringify(line)).not.toContain('S3CRET');
    expect(JSON.parse(line.request as string).items).toContain('******** (not looked through)');
    expect(line.message).toMatch(/^done \[request was cut from \d{7} to \d+ bytes\]$/);
  });

  test('takes no steps from who acted', () => {
    const user = { ...good.user, note: JSON.stringify({ token: 'S3CRET', n: 1 }) };
    const line = lineOf({ ...good, request: hard.repeat(60), user_agent: hard.repeat(60), user });
    expect(JSON.parse(line.user as string)).toEqual({
      ...user,
      note: JSON.stringify({ token: '********', n: 1 }),
    });
    expect(line.user_agent).toContain('(not looked through)');
  });
});

describe('what is cut away does not lay a secret open', () => {
  const pad = 'p'.repeat(70_000);
  const labelled = { value: 'S3CRET', pad, name: 'DB_PASSWORD' };
  const url = `https://jane:${'S3CRET'.repeat(50)}@host/`;
  test.each<[string, unknown]>([
    ['the name of a value, in a structure', labelled],
    ['the name of a value, in JSON text', JSON.stringify(labelled)],
    ['the name of a value, behind other text', `sent ${JSON.stringify(labelled)}`],
    ['the end of the password of a URL, in text', `${'x'.repeat(65_400)} ${url}${pad}`],
    ['the end of the password of a URL, in a structure', { a: 'x'.repeat(65_400), url, pad }],
    ['the end of a key', `${'x'.repeat(65_496)}-----BEGIN PRIVATE KEY-----S3CRET-----END PRIVATE KEY-----`],
  ])('%s', (_, body) => {
    for (const field of ['request', 'response']) {
      const { message, ...line } = lineOf({ ...good, [field]: body, message: 'done' });
      expect(line[field]).toContain('…');
      expect(JSON.stringify(line)).not.toContain('S3CRET');
      expect(message).toMatch(new RegExp(`^done \\[${field} was cut from \\d{5,6} to \\d{5} bytes\\]$`));
      const isJson = typeof body !== 'string' || body.startsWith('{');
      if (isJson) expect(() => JSON.parse(line[field] as string)).not.toThrow();
    }
  });

  test('where escapes make the whole too large', () => {
    const body = { value: 'S3CRET', pad: '\\"'.repeat(15_000), name: 'DB_PASSWORD' };
    const line = lineOf({
      ...good,
      request: body,
      response: JSON.stringify(body),
      message: '\u0001'.repeat(16_330) + url + '\u0001'.repeat(16_400),
    });
    expect(line.message).toMatch(
      /\[request was cut from 60\d{3} to 16\d{3} bytes; response .*; message .*\]$/,
    );
    expect(JSON.stringify(line)).not.toContain('S3CRET');
  });

  test('a text whose secrets made it too long is not cut', () => {
    const { request, message } = lineOf({ ...good, request: { a: 1, password: pad, b: 2 } });
    expect([request, message]).toEqual(['{"a":1,"password":"********","b":2}', undefined]);
  });

  test('in any JSON, of any length', () => {
    const length = fc.oneof(fc.nat(200), fc.integer({ min: 60_000, max: 66_000 }), fc.nat(90_000));
    const padding = fc
      .tuple(fc.constantFrom('p', ' ', 'é', '"', '\\', '\u0001', '{"a":', 'a=1&'), length)
      .map(([piece, size]) => piece.repeat(size / piece.length));
    const S = fc.integer({ min: 1, max: 200 }).map((times) => 'S3CRET'.repeat(times));
    const secret = fc.oneof(
      S.map((value): [string, unknown][] => [['password', value]]),
      S.map((value): [string, unknown][] => [
        ['value', value],
        ['name', 'DB_PASSWORD'],
      ]),
      S.map((value): [string, unknown][] => [['url', `https://jane:${value}@host/`]]),
      S.map((value): [string, unknown][] => [['headers', [['Cookie', value]]]]),
      S.map((value): [string, unknown][] => [['user_data', { deep: [value] }]]),
      S.map((value): [string, unknown][] => [['n', JSON.stringify({ value, name: 'token' })]]),
      S.map((value): [string, unknown][] => [
        ['pem', `x-----BEGIN PRIVATE KEY-----\n${value}\n-----END PRIVATE KEY-----`],
      ]),
    );
    const body = fc
      .tuple(secret, fc.array(padding, { maxLength: 3 }))
      .chain(([members, pads]) => {
        const all = [...members, ...pads.map((text, at): [string, unknown] => [`pad${at}`, text])];
        return fc.shuffledSubarray(all, { minLength: all.length });
      })
      .map((members) => Object.fromEntries(members))
      .chain((object) =>
        fc.constantFrom<unknown>(
          object,
          [object],
          { list: [1, { object }] },
          { text: JSON.stringify(object) },
        ),
      );
    const fields = fc.record(
      { request: body, response: body, message: body.map((value) => JSON.stringify(value)) },
      { requiredKeys: ['request'] },
    );
    fc.assert(
      fc.property(fields, fc.boolean(), (bodies, asText) => {
        const request = asText ? JSON.stringify(bodies.request) : bodies.request;
        const { line } = normalise({ ...good, ...bodies, request }, context);
        expect(line).not.toContain('S3CRET');
        const kept = JSON.parse(line) as TraceLine;
        for (const field of ['request', 'response'] as const) {
          const text = kept[field];
          if (text === undefined) continue;
          expect(() => JSON.parse(text)).not.toThrow();
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_BODY_TEXT);
          if (kept.message?.includes(`${field} was cut`)) expect(text).toContain('…');
        }
      }),
      { numRuns: 150 },
    );
  });
});

test('a trace that stays too large is rejected by the member that makes it so', () => {
  const long = 'x'.repeat(300_000);
  for (const [field, change] of [
    ['resource_name', { resource_name: long }],
    ['note.of', { note: { of: long }, other: 'y'.repeat(100_000) }],
    ['user.role', { user: { name: 'jane', domain: { id: 'd' }, role: long } }],
  ] as const) {
    expect(refusal({ ...good, ...change })).toMatchObject({
      field,
      message: expect.stringContaining(`larger than 262144 bytes, in ${field}`),
    });
  }
});

test.each(['token=1&', 'pwd=a&', 'sig=1&pwd=1;'])('masks of %s do not make a trace too large', (piece) => {
  const text = piece.repeat(200_000 / piece.length);
  const { id, name, domain } = { id: 'u', name: 'jane', domain: { id: 'd', name: 'd' } };
  for (const members of [
    { location_info: text },
    { other: text },
    { user: { id, name, domain, note: text } },
  ]) {
    const line = JSON.stringify(lineOf({ ...good, ...members }));
    expect(line).toContain('********');
    expect(line.length).toBeLessThan(3 * 256 * 1024);
  }
});

test('deep nesting is rejected wherever it stands', () => {
  const deep = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) as unknown;
  expect(refusal({ ...good, request: deep })).toMatchObject({
    field: 'request.0.0.0',
    message: expect.stringContaining('deeper'),
  });
  expect(refusal({ ...good, other: deep })).toMatchObject({
    field: 'other.0.0.0',
    message: expect.stringContaining('deeper'),
  });
  expect(refusal({ ...good, user: { ...good.user, more: deep } })).toMatchObject({
    field: 'user.more.0.0',
  });
});

test('a UUID is kept in lower case; another id is kept beside the UUID that always follows from it', () => {
  const upper = '95CC60C0-143B-11EF-8A56-0255AC100B07';
  expect(normalise({ ...good, trace_id: upper }, context)).toMatchObject({
    routing: { traceId: upper.toLowerCase(), clientId: true },
  });
  const first = normalise({ ...good, trace_id: 'job-42' }, context);
  expect(first.routing.traceId).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(normalise({ ...good, trace_id: 'job-42' }, context).routing.traceId).toBe(first.routing.traceId);
  expect(JSON.parse(lineOf({ ...good, trace_id: 'job-42' }).extra as string)).toEqual({
    source_trace_id: 'job-42',
  });
});

test('whatever arrives is either one line of JSON or rejected with a message', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(undefined, NOW, 'ApiCall'),
  );
  const item = fc.record(
    Object.fromEntries(
      Object.keys(good).map((key) => [key, fc.oneof(fc.constant(good[key as keyof typeof good]), value)]),
    ),
  );
  fc.assert(
    fc.property(item, fc.dictionary(fc.string(), value), (base, more) => {
      try {
        const { line } = normalise({ ...more, ...base }, context);
        expect(line).not.toContain('\n');
        JSON.parse(line);
      } catch (error) {
        expect(error).toBeInstanceOf(TraceRejected);
        expect((error as Error).message).not.toBe('');
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['1795256999000', 1795256999000],
  ['1795256999000123', 1795256999000],
  ['1795256999000123456', 1795256999000],
  ['2026-11-21T11:49:59Z', Date.UTC(2026, 10, 21, 11, 49, 59)],
  ['2026-11-21T13:49:59.123+02:00', Date.UTC(2026, 10, 21, 11, 49, 59, 123)],
  ['Nov 21, 2026 13:49:59 GMT+02:00', Date.UTC(2026, 10, 21, 11, 49, 59)],
  ['2026-11-21 13:49:59 GMT+02:00', Date.UTC(2026, 10, 21, 11, 49, 59)],
  ['2026/11/21 19:49:59 GMT+08:00', Date.UTC(2026, 10, 21, 11, 49, 59)],
])('the time %s is taken as the clouds write it', (time, at) => {
  expect(lineOf({ ...good, time }).time).toBe(at);
});

test.each([
  '2026-11-21T11:49:59',
  '2026-11-31T11:49:59Z',
  'yesterday',
  'Nov 31, 2026 13:49:59 GMT+02:00',
  'Nov 21, 2026 12:50:15 GMT+25:00',
  '2026-11-21 12:50:15 GMT+02:60',
])('the time %s says no instant', (time) => {
  expect(refusal({ ...good, time }).field).toBe('time');
});

test.each(['0', '7', '200', '999999999'])('the code %s is a number, as in trace files', (code) => {
  expect(lineOf({ ...good, code }).code).toBe(Number(code));
});

test.each(['', '007', '0.5', '-1', '1000000000', 'HTTP 200'])('the code %j stays a text', (code) => {
  expect(lineOf({ ...good, code }).code).toBe(code);
});

test('trace_status gives the rating where there is no trace_rating, and is kept', () => {
  const { trace_rating: _, ...unrated } = good;
  const line = lineOf({ ...unrated, code: '200', trace_status: 'incident' });
  expect(line.trace_rating).toBe('incident');
  expect(JSON.parse(line.extra as string)).toEqual({ trace_status: 'incident' });
  expect(refusal({ ...unrated, code: '404', trace_status: 'broken' })).toMatchObject({
    field: 'trace_status',
  });
});

test('numbers and truth values where text is asked for are taken as what they say', () => {
  expect(
    lineOf({ ...good, resource_id: 42, request: 7, message: true, read_only: 'False', content_length: '17' }),
  ).toMatchObject({ resource_id: '42', request: '7', message: 'true', read_only: false, content_length: 17 });
});

test('half a surrogate pair is no part of a user', () => {
  for (const user of [
    { name: 'x\ud800', domain: { id: 'a' } },
    JSON.stringify({ name: 'jane', domain: { id: 'a' }, note: '\udc00', n: 1.5 }),
  ]) {
    expect(refusal({ ...good, user })).toMatchObject({
      field: 'user',
      message: expect.stringMatching(/surrogate/),
    });
  }
  expect(lineOf({ ...good, user: { name: '😀 \\ud800', domain: { id: 'a' }, n: 1 } }).user).toContain('😀');
});

test('an unknown member that is null is kept, whatever else is null', () => {
  expect(JSON.parse(lineOf({ ...good, xnull: null, resource_id: null }).extra as string)).toEqual({
    xnull: null,
  });
});
