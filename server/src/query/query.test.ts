import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { parseQuery, type Query, QueryProblem } from '@opencts/client/query';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, startEngine } from '../engine/index.ts';
import { lineCondition } from '../search/index.ts';
import {
  bind,
  clickhouseStore,
  connect,
  fileLine,
  readableJson,
  type TraceLine,
  type TraceStore,
} from '../traces/index.ts';
import { Queries } from './memory.ts';
import { compiled } from './testing/memory.ts';

/** How many queries are tried; each time others. */
const QUERIES = Number(process.env.OPENCTS_QUERIES ?? 150);
const PROJECT = 'a'.repeat(32);
const NOW = Date.UTC(2026, 10, 21, 12);

const NAMES = ['createServer', 'deleteServer', 'DeleteSecret', 'listServers', 'x'];
const TEXTS = [
  'web-1',
  'WEB-1',
  'web-10',
  'my web-1 and web-2',
  'a%b_c',
  'C:\\new\\web-1',
  'über',
  '\u00dcber uns',
  'say "web-1"',
  '/etc/web-1',
  'first\nweb-1\nlast',
  'a\\u0026web-1\\u003d5',
  'say\\\\u0020\\u0022web-1\\u0022',
  'C:\\u005cnew\\\\\\U002fweb-1\\u0041',
  '\u{1f600} web-1',
  'b\u00fcro\u{1f600}x b\u00fcro',
  'x1y2 1 n web',
  'nweb',
  'web.b\u00fcro/x1y2',
  'web\u007f\u00fc\u0000x1y2',
  '*',
  '',
];
/** That stand in ids of resources alone. */
const IDS = [...TEXTS, 'i-0a1b2c3d4e5f', 'urn:only:here-7', '0A1B2C3D-1234-4abc-8def-0123456789ab', 'here'];
const ADDRESSES = [
  '192.0.2.1',
  '192.0.2.007',
  '192.0.2.77',
  '10.8.8.10',
  '2001:db8::1',
  '2001:DB8:0:0::1',
  '::ffff:10.8.8.10',
  '',
  'AWS Internal',
];
const VALUES: unknown[] = [
  's3.large',
  'S3.LARGE',
  5,
  5.5,
  1e21,
  -3,
  true,
  false,
  null,
  '',
  'web-1',
  [],
  {},
  [5, 'web-1'],
  'true',
  '5',
];

/** That an engine refuses, or writes in another way. */
const ODD_NUMBERS = [
  ...[
    '18446744073709551616',
    '-9223372036854775809',
    '123456789012345678901234567890',
    '12345678901234567.5',
  ],
  ...[
    '0.1234567890123456789',
    '123456789012345.0',
    '1e20',
    '1E0',
    '10e-1',
    '1.0',
    '1e400',
    '-1e400',
    '-0',
    '-0.0',
  ],
];
const leaf = fc.constantFrom(...VALUES);
const body = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    'no JSON: web-1',
    '[1',
    '"web-1"',
    '5',
    '[{"a":"web-1"},{"a":[{"b":5}]}]',
    '{"a":1,"a":"web-1"}',
    '{"a":9007199254740993,"b":8080}',
    ...ODD_NUMBERS.map((text) => `{"a":${text},"b":[{"c.d":${text}},{"a":[${text},5]}],"A":"${text}"}`),
    `{"a":{"b": [ ${ODD_NUMBERS.join(' , ')} ]},"b":"\\",[-0,1e20"}`,
    '{"a":"\\u00fcber","b":"one\\nweb-1"}',
    '{"a":"x\\u0026web-1\\u003d5","b":"\\u003cweb-1\\u003e"}',
    '{"a":"\\nweb\\tx1y2","b":"\\u0062\\u00fcro"}',
    '{"a":"b\\u00FCro\\ud83d\\ude00x","b":"b\\u00fcro\\ud83d\\ude00x"}',
    '{"a":"{\\"b\\":\\"\\\\nweb \\\\u00fcber\\\\/etc\\\\/web-1\\"}"}',
    '{"a":"C:\\\\new\\\\web\\r\\nx1y2\\fn\\b1"}',
    'web',
    '\\nweb',
    'x1y2\\',
    '0a1b2c3d-1234-4abc-8def-0123456789ab 20261121T120000',
    ...['\\b', '\\f', '\\n', '\\u0026', '\\\\u000a', 'x', 'a', 'é', '-'].map(
      (lead) => `${lead}0123456789ab${lead}`,
    ),
  ),
  fc
    .dictionary(
      fc.constantFrom('a', 'b', 'A', 'c.d'),
      fc.oneof(
        leaf,
        fc.dictionary(fc.constantFrom('a', 'b'), leaf),
        fc.array(fc.dictionary(fc.constantFrom('a', 'b'), leaf), { maxLength: 3 }),
      ),
    )
    .map((object) => JSON.stringify(object)),
);
const user = fc.constantFrom(
  undefined,
  '{"name":"jane"}',
  '{"access_key_id":"AK1","name":"Jane","domain":{"id":"d1"}}',
  '{"name":"jane/op","session_context":{"attributes":{"mfa_authenticated":"false"}}}',
  '{"id":"u1"}',
);

const line: fc.Arbitrary<TraceLine> = fc.record(
  {
    code: fc.constantFrom(200, 404, 500, '409', 'AccessDenied', '2 00'),
    content_length: fc.constantFrom(0, 5, 4096),
    domain_id: fc.constant('d'.repeat(32)),
    event_type: fc.constantFrom('system', 'global'),
    extra: fc.constantFrom('{"a":"web-1"}', '{"b":{"a":5},"c.d":"x"}'),
    message: body,
    project_id: fc.constant(PROJECT),
    read_only: fc.boolean(),
    record_time: fc.constant(NOW),
    request: body,
    resource_id: fc.constantFrom(...IDS),
    resource_name: fc.constantFrom(...TEXTS),
    resource_type: fc.constantFrom('ecs', 'bucket'),
    response: body,
    service_type: fc.constantFrom('ECS', 'IAM'),
    source_ip: fc.constantFrom(...ADDRESSES),
    time: fc.integer({ min: NOW - 3 * 86_400_000, max: NOW - 1 }),
    total_time: fc.constantFrom(1, 70),
    trace_id: fc.uuid(),
    trace_name: fc.constantFrom(...NAMES),
    trace_rating: fc.constantFrom('normal', 'warning', 'incident'),
    trace_type: fc.constant('ApiCall'),
    tracker_name: fc.constant('system'),
    user,
    user_agent: fc.constantFrom('aws-cli/2.0 web-1', 'curl'),
  },
  {
    requiredKeys: [
      'domain_id',
      'event_type',
      'project_id',
      'record_time',
      'resource_type',
      'service_type',
      'time',
      'trace_id',
      'trace_name',
      'trace_rating',
      'trace_type',
      'tracker_name',
    ],
  },
) as fc.Arbitrary<TraceLine>;

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const word = fc.oneof(
  fc.constantFrom(
    'web-1',
    'WEB',
    'we*',
    '*eb',
    '*-1*',
    'web*',
    'jane',
    'AK1',
    'uber',
    'new',
    'n',
    'last',
    's3.large',
    'large',
    'write',
    'read',
    'd1',
    '5',
    'name',
    'op',
    'j*',
    '*',
    'true',
    'null',
    'web',
    'nweb',
    'x1y2',
    'x1*',
    '1',
    'x',
    'b\u00fcro',
    '\u00fc*',
    '*ro',
    'b\u00fcro\u{1f600}x',
    'here-7',
    'here',
    'i-0a1b2c3d4e5f',
    '0a1b2c3d-1234-4abc-8def-0123456789ab',
    '0123456789ab',
    '4abc',
    '20261121t120000',
  ),
  fc
    .constantFrom(
      ...IDS,
      'web x1y2',
      'new\\web',
      'etc/web',
      ' web',
      'web ',
      'n 1',
      'web-1 and',
      'a&web-1=5',
      'say "web-1"',
      '&web',
      '/web-1',
      '"a"',
      'a":"web-1',
      '\u{1f600}',
      'C:\\',
      '\\',
    )
    .map(quoted),
);
const textField = fc.constantFrom(
  'name',
  'source',
  'user',
  'key',
  'status',
  'resource',
  'resource_name',
  'type',
  'id',
  'code',
  'api_version',
  'user.name',
);
const wordField = fc.constantFrom('request', 'response', 'message', 'agent');
const memberField = fc.constantFrom(
  'request.a',
  'request.a.b',
  'request."c.d"',
  'response.b',
  'message.a',
  'user.domain.id',
  'user.id',
  'user.session_context.attributes.mfa_authenticated',
  'extra.a',
  'extra.b.a',
  'request.A',
);
const textValue = fc.oneof(
  fc.constantFrom(
    'createServer',
    'CREATEserver',
    '*Server',
    'del*',
    '*s*r*',
    'ECS',
    'iam',
    'jane',
    'ja*e',
    'AK1',
    'failed',
    'normal',
    'web-1',
    '*',
    '**',
    '200',
    '404',
    'AccessDenied',
    'jane/op',
    's3.*',
    'S3.large',
    '5',
    '5.5',
    '1e21',
    'true',
    'tr*',
    '80*',
    '9007199254740992',
    '9007199254740993',
    ...ODD_NUMBERS,
    ...['1', '-1', '0', '1.0*', '*1', '1e*'],
    'a%b_c',
    'a*_c',
  ),
  fc.constantFrom(...TEXTS).map(quoted),
);
const number = fc.constantFrom('5', '>5', '>=5', '<404', '<=404', '0..404', '5..5', '-3', '>-3.5', '1e21');
const instant = fc.constantFrom(
  '2026-11-20',
  '>=2026-11-20T12:30',
  '<2026-11-19',
  '-30h',
  '>-30h',
  '2026-11-18..2026-11-19T06',
  '2026-11',
  '>2026-11-20T01:02:03.5+02:00',
);
const address = fc.constantFrom(
  '192.0.2.1',
  '192.0.2.007',
  '192.0.2.0/24',
  '10.0.0.0/8',
  '2001:db8::/32',
  '2001:db8::1',
  '"AWS Internal"',
  '192.*',
  '*',
  '::/0',
  '0.0.0.0/0',
  '::ffff:192.0.2.77',
);

const term = fc.oneof(
  word,
  fc.tuple(textField, textValue).map(([name, value]) => `${name}:${value}`),
  fc.tuple(textField, textValue, textValue).map(([name, one, two]) => `${name}:(${one} OR ${two})`),
  fc.tuple(wordField, word).map(([name, value]) => `${name}:${value}`),
  fc.tuple(memberField, fc.oneof(textValue, number)).map(([name, value]) => `${name}:${value}`),
  fc
    .tuple(fc.constantFrom('code', 'content_length', 'total_time'), number)
    .map(([name, value]) => `${name}:${value}`),
  fc
    .tuple(fc.constantFrom('content_length', 'total_time', 'read_only', 'record_time'), fc.constant('*'))
    .map(([name]) => `${name}:*`),
  instant.map((value) => `time:${value}`),
  address.map((value) => `ip:${value}`),
  fc.boolean().map((value) => `read_only:${value}`),
);
const query: fc.Arbitrary<string> = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    term,
    tie('query').map((one) => `-(${one})`),
    fc.tuple(tie('query'), tie('query')).map(([one, two]) => `(${one} ${two})`),
    fc.tuple(tie('query'), tie('query')).map(([one, two]) => `(${one} OR ${two})`),
  ),
})).query;

describe('a query means the same to the trace store, in a trace file, to a notification and in memory', () => {
  let directory: string;
  let engine: Engine;
  let client: ClickHouseClient;
  let store: TraceStore;
  const lines = fc.sample(line, { numRuns: 400, seed: Math.floor(Math.random() * 2 ** 31) });

  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-query-'));
    const log = pino({ level: 'silent' });
    engine = await startEngine({ dataDir: path.join(directory, 'engine'), memory: 800 * 1024 ** 2, log });
    const server = { socketPath: engine.socketPath };
    client = connect(server, { connections: 2 });
    store = clickhouseStore({ server, database: 'opencts', cluster: '' });
    await store.migrate();
    const insert = (some: TraceLine[]) =>
      store.insert(Buffer.from(some.map((one) => `${JSON.stringify(one)}\n`).join('')), randomUUID());
    // Half of the traces are in a part that has the indexes of text.
    await insert(lines.slice(0, 100));
    await insert(lines.slice(100, 200));
    for (const [what, last] of [
      ['OPTIMIZE', 'FINAL'],
      ['ALTER', 'MATERIALIZE INDEX ix_words, MATERIALIZE INDEX ix_ids SETTINGS mutations_sync = 2'],
    ])
      await client.command({ query: `${what} TABLE opencts.traces ${last}` });
    await store.tend();
    await insert(lines.slice(200));
    const inFile = lines.map((one) => fileLine(JSON.stringify(one)));
    await writeFile(path.join(directory, 'file.json'), `[${inFile.join(',\n')}]`);
  });
  afterAll(async () => {
    await store.close();
    await client.close();
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const range = { projectId: PROJECT, from: NOW - 4 * 86_400_000, to: NOW };

  async function inStore(query: Query): Promise<string[]> {
    const { traces } = await store.own.page({ ...range, query }, 1000, undefined, 'line');
    return traces.map(({ trace_id }) => trace_id).sort();
  }

  async function inFile(query: Query): Promise<string[]> {
    const { exact, parameters } = lineCondition({ ...range, query });
    const statement = `SELECT JSONExtractString(line, 'trace_id') AS id FROM (
      SELECT trim(BOTH '[,]' FROM text) AS whole, ${readableJson('whole')} AS line FROM file({files:String}, 'LineAsString', 'text String')
    ) WHERE ${exact}`;
    const values = { ...parameters, files: path.join(directory, 'file.json') };
    const answer = await client.query({ query: bind(statement, values), format: 'JSONEachRow' });
    return (await answer.json<{ id: string }>()).map(({ id }) => id).sort();
  }

  function inMemory(query: Query): string[] {
    const matches = compiled(query);
    return lines
      .filter((one) => matches(one))
      .map(({ trace_id }) => trace_id)
      .sort();
  }

  /** As notifications ask: together with others, each trace read once for all of them. */
  const queries = new Queries();
  function amongOthers(query: Query): string[] {
    const matches = queries.add(query);
    return lines
      .filter((one) => matches(queries.of(one)))
      .map(({ trace_id }) => trace_id)
      .sort();
  }

  const readOf = (text: string) => {
    try {
      return parseQuery(text, NOW);
    } catch (error) {
      if (error instanceof QueryProblem) return undefined;
      throw error;
    }
  };

  test(`${QUERIES} queries`, { timeout: 600_000 }, async () => {
    let tried = 0;
    let told = 0;
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const read = readOf(text);
        if (!read) return;
        const found = inMemory(read);
        tried++;
        if (found.length > 0 && found.length < lines.length) told++;
        expect(amongOthers(read), 'in memory, among others').toEqual(found);
        expect(await inStore(read), 'in the store').toEqual(found);
        expect(await inFile(read), 'in a file').toEqual(found);
      }),
      { numRuns: QUERIES },
    );
    expect(tried).toBeGreaterThan(QUERIES / 2);
    expect(told, 'queries that tell traces apart').toBeGreaterThan(QUERIES / 10);
  });
});
