import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { Intake, objectsOf } from '../ingest/index.ts';
import type { Journal } from '../journal/index.ts';
import { Masker } from '../traces/index.ts';
import { excerpt } from './excerpt.ts';
import { fit as fitWith, type OwnTrace } from './fit.ts';
import { MAX_BODY } from './limits.ts';

const NOW = 1_800_000_000_000;
const MASKER = new Masker();
const fit = (trace: OwnTrace, domainId: string, time: number) => fitWith(trace, domainId, time, MASKER);

/** What intake says of a trace, and the line that it would journal. */
async function taken(trace: ReturnType<typeof fit>) {
  const lines: string[] = [];
  const journal = {
    append: async (entries: { line: string }[]) => void lines.push(...entries.map(({ line }) => line)),
    knows: () => false,
    flushed: async () => undefined,
  };
  const place = { projectId: 'a'.repeat(32), trackerName: 'system', eventType: 'system' as const };
  const intake = new Intake({
    journal: journal as unknown as Journal,
    rules: { placesOf: () => [place] },
    retentionMs: 7 * 86_400_000,
    maxAgeMs: 7 * 86_400_000,
    time: sure(() => NOW),
    masker: MASKER,
    refusal: () => undefined,
  });
  const producer = { projectId: place.projectId, domainId: 'b'.repeat(32), own: true };
  const { rejected } = await intake.submit(producer, () => objectsOf([trace]));
  return { rejected, line: lines[0] ?? '' };
}

/** Text of the worst kind: halves of surrogate pairs, controls, quotes, backslashes, marks of direction. */
const worst = fc.array(
  fc.constantFrom('\0', '\ud800', '\udfff', '"', '\\', '\r\n', '\u202e', '𝒳', 'token=', '{"password":"', 'é'),
  { maxLength: 400 },
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  worst.map((parts) => parts.join('')),
  fc.constant('x'.repeat(100_000)),
);
const names = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', 'length', ''));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 6 }),
    // As JSON.parse makes it: `__proto__` is a member of its own.
    fc
      .array(fc.tuple(names, tie('json')), { maxLength: 6 })
      .map((entries) =>
        Object.defineProperties(
          {},
          Object.fromEntries(
            entries.map(([name, value]) => [
              name === '__proto__' ? '__proto__ ' : name,
              { value, enumerable: true },
            ]),
          ),
        ),
      ),
  ),
}));
const any = fc.oneof(fc.constant(undefined), text, json);
const FIXED = { trace_type: 'ApiCall', service_type: 'IAM', resource_type: 'user' };

describe('the trace of an operation', () => {
  const fixed = { ...FIXED, trace_name: 'createUser', user: { name: 'jane', domain: { id: 'd' } } };

  test('is taken, whatever it is made of', async () => {
    const members = {
      trace_name: any,
      resource_id: any,
      resource_name: any,
      user: fc.oneof(
        fc.constant(undefined),
        fc.record({ id: any, name: any, domain: fc.record({ id: any, name: any }), access_key_id: any }),
      ),
      source_ip: any,
      code: any,
      api_version: any,
      request: fc.record({ params: any, query: any, body: any }),
      response: fc.oneof(fc.constant(undefined), text),
      request_id: any,
      user_agent: any,
      message: any,
    };
    const acted = { user: { id: 'u', name: 'jane', domain: { id: 'd', name: 'acme' } } };
    await fc.assert(
      fc.asyncProperty(fc.record(members), async (made) => {
        const trace = { ...FIXED, ...made, user: made.user ?? acted.user } as unknown as OwnTrace;
        const { rejected, line } = await taken(fit(trace, 'd', NOW));
        expect(rejected).toEqual([]);
        expect(Buffer.byteLength(line)).toBeLessThan(256 * 1024);
      }),
      { numRuns: 300 },
    );
  });

  test('is taken when what was asked for is nested 5,000 deep, has as many members as a body may have, or one of its size', async () => {
    const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i]));
    for (const body of [deep, { x: deep }, wide, { x: '\\'.repeat(1_000_000) }, { x: wide, y: [wide] }]) {
      const user = { name: 'jane', domain: { id: 'd' } };
      const trace = fit({ ...FIXED, trace_name: 'createUser', user, request: { body } }, 'd', NOW);
      expect(JSON.stringify(trace).length).toBeLessThan(4 * MAX_BODY);
      const { rejected } = await taken(trace);
      expect(rejected).toEqual([]);
    }
  });

  test('keeps what fits as it is, and marks in its place what was cut', () => {
    const body = { user: { name: 'jane', enabled: true, tags: [1, 'two', null] } };
    expect(excerpt(body, MAX_BODY)).toEqual(body);
    const long = excerpt({ text: 'x'.repeat(50_000) }, MAX_BODY) as { text: string };
    expect(long.text).toMatch(/^x{4000,}… \(\d+ more characters\)$/);
    const deep = excerpt(JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`), MAX_BODY);
    expect(JSON.stringify(deep)).toContain('(nested deeper)');
    const many = excerpt(
      Array.from({ length: 100_000 }, () => 'a'),
      MAX_BODY,
    ) as string[];
    expect(many.at(-1)).toMatch(/^\(\d+ more, left out\)$/);
    const named = fit({ ...FIXED, trace_name: 'createUser', resource_name: 'a\r\nb\u202ec' }, 'd', NOW);
    expect(named.resource_name).toBe('a\ufffd\ufffdb\ufffdc');
  });

  test('junk does not crowd out what matters', () => {
    const schema = { properties: { role: { properties: { policy: {} } } } };
    const junk = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`junk${i}`, 'j'.repeat(500)]));
    const role = { ...junk, policy: { Action: ['*:*:*'] } };
    const kept = excerpt({ ...junk, role }, MAX_BODY, schema);
    expect(kept).toMatchObject({ role: { policy: { Action: ['*:*:*'] } } });
    // Nor where no schema tells what does: others keep their part of the room.
    const padded = excerpt({ pad: 'p'.repeat(1_000_000), pads: junk, name: 'the one' }, MAX_BODY);
    expect(padded).toMatchObject({ name: 'the one' });
  });

  test('a member called __proto__ is a member', () => {
    const body = JSON.parse('{"__proto__":{"admin":true},"constructor":1}');
    expect(JSON.stringify(excerpt(body, MAX_BODY))).toBe('{"__proto__":{"admin":true},"constructor":1}');
  });

  test('is looked through for secrets with a bound, who acted first', async () => {
    const hard = 'token=hunter2 and %2525252525252525 '.repeat(2_500);
    const user = { name: 'jane {\\"note\\":1, \\"token\\":\\"hunter2\\"}', domain: { id: 'd' } };
    const asked = { query: { a: hard }, body: { b: hard, c: hard } };
    const fitted = fit(
      { ...FIXED, trace_name: 'createUser', resource_name: hard, user, request: asked },
      'd',
      NOW,
    );
    expect(fitted.user?.name).toBe('jane {\\"note\\":1, \\"token\\":\\"********\\"}');
    expect(JSON.stringify(fitted)).toContain('(not looked through)');
    const { rejected, line } = await taken(fitted);
    expect(rejected).toEqual([]);
    for (const text of [JSON.stringify(fitted), line]) expect(text).not.toContain('hunter');
  });

  test('of what was asked for little more is looked through than what is kept, and that once', () => {
    let looked = 0;
    const counting = {
      of: () => ({
        text(text: string) {
          looked += text.length;
          return text;
        },
      }),
    } as unknown as Masker;
    const request = {
      query: { q: 'x'.repeat(400_000) },
      body: {
        many: Array.from({ length: 19_000 }, (_, i) => `password=${i}`),
        text: 'x'.repeat(400_000),
        ...members(20_000),
      },
    };
    const trace = { ...fixed, request, resource_name: 'x'.repeat(400_000) };
    const { body, query } = fitWith(trace, 'd', NOW, counting).request as Record<
      string,
      Record<string, unknown>
    >;
    expect(looked).toBeLessThan(12 * MAX_BODY);
    const first = looked;
    fitWith({ ...fixed, request }, 'd', NOW, counting);
    expect(looked - first).toBeLessThan(200);
    // What is told to be left out is left out of what was sent.
    const cut = (text: unknown) => {
      const [, kept = '', more] = /^(x+)… \((\d+) more characters\)$/.exec(String(text)) ?? [];
      return kept.length + Number(more);
    };
    expect([cut(query?.q), cut(body?.text)]).toEqual([400_000, 400_000]);
    const items = body?.many as string[];
    expect(Number(/^\((\d+) more/.exec(items.at(-1) ?? '')?.[1]) + items.length - 1).toBe(19_000);
    const names = Object.keys(body ?? {});
    expect(Number(/^(\d+) more/.exec(String(body?.['…']))?.[1]) + names.length - 1).toBe(20_002);
  });

  const secret = 'hunter2'.repeat(20);
  test.each<[string, Partial<OwnTrace>]>([
    ['a URL in a long text', { request: { body: { note: `${'x'.repeat(4_000)} https://u:${secret}@h` } } }],
    [
      'a signed token in a long text',
      { request: { body: { note: `${'x'.repeat(3_900)} eyJhbGciOiJIUzI1NiJ9.e30.${secret}` } } },
    ],
    ['a value before its name', { request: { body: { value: secret, ...members(2_000), name: 'token' } } }],
    [
      'a value before its name in text',
      { request: { query: { q: `{"value":"${secret}","x":"${'x'.repeat(5_000)}","name":"token"}` } } },
    ],
    ['a name', { resource_name: `${'x'.repeat(900)} https://u:${secret}@h` }],
    ['a user agent', { user_agent: `${'x'.repeat(200)} https://u:${secret}@h` }],
    [
      'an object for a name',
      { resource_name: { value: secret, ...members(100), name: 'token' } as unknown as string },
    ],
  ])('no part of a secret stays where %s is cut', async (_, change) => {
    const fitted = fit({ ...fixed, ...change }, 'd', NOW);
    const { rejected, line } = await taken(fitted);
    expect(rejected).toEqual([]);
    for (const text of [JSON.stringify(fitted), line]) expect(text).not.toContain('hunter');
  });
});

const members = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, 'm']));
