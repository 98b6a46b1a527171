import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCommand } from './import/index.ts';
import { type Answer, House, JSON_TYPE, PASSWORD, trace } from './testing/house.ts';

const RECORDS = path.resolve(import.meta.dirname, '../../../shared/data/cloudtrail');
const HOUR = 3_600_000;

const house = new House();
let token: string;
let projectId: string;

const call = (
  method: string,
  route: string,
  options: { headers?: Record<string, string>; body?: RequestInit['body'] } = {},
) => house.call(method, route, { token, ...options });

const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };

function signIn(
  password = PASSWORD,
  scope: object = { project: { name: 'local' } },
  user = 'admin',
): Promise<Answer> {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, password, domain: { name: 'default' } } },
  };
  return house.call('POST', '/v3/auth/tokens', { body: { auth: { identity, scope } } });
}

const report = (traces: unknown[], query = '') =>
  call('POST', `/v3/${projectId}/traces${query}`, { headers: JSON_TYPE, body: JSON.stringify({ traces }) });
const list = (query: string) => call('GET', `/v3/${projectId}/traces?${query}`);

const searchable = () => house.searchable(token);

beforeAll(async () => {
  await house.start({ OPENCTS_MAX_BODY: '2MB', OPENCTS_METRICS_TOKEN: 'scrape-me' });
  const answer = await signIn();
  token = answer.headers.get('x-subject-token') ?? '';
  projectId = answer.body.token.project.id;
  expect((await report([trace()])).body).toMatchObject({ accepted: 0, not_recorded: 1 });
  const system = JSON.stringify({ tracker_type: 'system', tracker_name: 'system' });
  const enabled = await call('POST', `/v3/${projectId}/tracker`, { headers: JSON_TYPE, body: system });
  expect(enabled.status).toBe(201);
});

afterAll(() => house.stop());

describe('who may', () => {
  const guarded: [string, string][] = [
    ['GET', '/v3/{p}/traces'],
    ['POST', '/v3/{p}/traces'],
    ['GET', '/v3/{p}/traces/export'],
    ['GET', '/v3/{p}/traces/histogram'],
    ['GET', '/v3/{p}/traces/facets?field=user'],
    ['GET', '/v3/{p}/traces/operations'],
    ['GET', '/v3/{p}/traces/firsts'],
    ['GET', '/v3/{p}/accounting'],
    ['GET', '/v3/auth/tokens'],
    ['DELETE', '/v3/auth/tokens'],
    ['GET', '/v3/auth/catalog'],
    ['GET', '/v3/auth/projects'],
    ['GET', '/v3/projects'],
    ['GET', '/metrics'],
  ];
  const damaged = (text: string) => text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const refusals: [string, () => string, string][] = [
    ['no token', () => '', 'x-auth-token not found'],
    ['a damaged token', () => damaged(token), 'decrypt token fail'],
    [
      'claims of its own',
      () => `${Buffer.from('{"id":"1","expiresAt":9e15}').toString('base64url')}.x`,
      'decrypt token fail',
    ],
    ['nonsense', () => 'a.b.c', 'decrypt token fail'],
  ];
  test.each(
    guarded.flatMap(([method, route]) =>
      refusals.map(([name, make, reason]) => ({ method, route, name, make, reason })),
    ),
  )('$method $route with $name is 401', async ({ method, route, make, reason }) => {
    const headers = { 'x-auth-token': make(), ...(method === 'POST' ? JSON_TYPE : {}) };
    const { status, body } = await call(method, route.replace('{p}', projectId), {
      headers,
      body: method === 'POST' ? '{}' : undefined,
    });
    expect(status).toBe(401);
    expect(JSON.stringify(body)).toContain(reason);
  });

  test.each(guarded.filter(([, route]) => route.includes('{p}')))(
    '%s %s of another project is 403',
    async (method, route) => {
      const { status, body } = await call(method, route.replace('{p}', 'f'.repeat(32)), {
        headers: method === 'POST' ? JSON_TYPE : {},
        body: method === 'POST' ? '{}' : undefined,
      });
      expect(status).toBe(403);
      expect(body.error_code).toBe('CTS.0012');
    },
  );

  test('a token that expired is told so', async () => {
    house.skew = 24 * HOUR + 1;
    const { status, body } = await list('');
    house.skew = 0;
    expect(status).toBe(401);
    expect(body.error_msg).toMatch(/token expires, expires_at:\d{4}-/);
  });

  test('a revoked token is of no use any more', async () => {
    const mine = (await signIn()).headers.get('x-subject-token') as string;
    const headers = { 'x-auth-token': mine, 'x-subject-token': mine };
    expect((await call('GET', '/v3/auth/projects', { headers })).status).toBe(200);
    expect((await call('DELETE', '/v3/auth/tokens', { headers })).status).toBe(204);
    expect((await call('GET', '/v3/auth/projects', { headers })).status).toBe(401);
  });

  test('wrong password, unknown user and blocked user get one and the same answer', async () => {
    const wrong = await signIn('wrong');
    const unknown = await signIn('wrong', {}, 'nobody');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(unknown.body);
    for (let i = 0; i < 6; i++) await signIn('wrong', {}, 'eve');
    expect((await signIn(PASSWORD, {}, 'eve')).body).toEqual(wrong.body);
  });

  test('after failures in a row even the right password must wait', async () => {
    for (let i = 0; i < 6; i++) await signIn('wrong');
    expect((await signIn()).status).toBe(401);
    house.skew = HOUR;
    expect((await signIn()).status).toBe(201);
    house.skew = 0;
  });

  test('a token is exchanged for another scope', async () => {
    const unscoped = (await signIn(PASSWORD, { domain: { name: 'default' } })).headers.get(
      'x-subject-token',
    ) as string;
    expect(
      (await call('GET', `/v3/${projectId}/traces`, { headers: { 'x-auth-token': unscoped } })).status,
    ).toBe(403);
    const auth = {
      identity: { methods: ['token'], token: { id: unscoped } },
      scope: { project: { id: projectId } },
    };
    const { status, headers } = await call('POST', '/v3/auth/tokens', {
      headers: JSON_TYPE,
      body: JSON.stringify({ auth }),
    });
    expect(status).toBe(201);
    const scoped = headers.get('x-subject-token') as string;
    expect(
      (await call('GET', `/v3/${projectId}/traces`, { headers: { 'x-auth-token': scoped } })).status,
    ).toBe(200);
  });

  test('Prometheus comes in by its own token, and only with it', async () => {
    const scrape = (authorization: string) =>
      call('GET', '/metrics', { headers: { 'x-auth-token': '', authorization } });
    expect((await scrape('Bearer scrape-me')).status).toBe(200);
    expect((await scrape('Bearer scrape-you')).status).toBe(401);
  });

  test.each(['/healthz', '/readyz', '/version', '/v3', '/v3/', '/openapi.json'])(
    '%s is open',
    async (route) => {
      expect((await call('GET', route, { headers: { 'x-auth-token': '' } })).status).toBe(200);
    },
  );

  test('no password and no token ever reached the log', () => {
    const everything = house.logged.join('');
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(token);
    expect(everything.length).toBeGreaterThan(1000);
  });
});

describe('reporting', () => {
  test('each trace has its verdict; a bad one costs no good one', async () => {
    const { status, body } = await report(
      [trace(), { ...trace(), trace_name: '1' }, 'x', trace()],
      '?trace_ids=true',
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, error_code: 'CTS.0003', field: 'trace_name' },
        { index: 2, error_code: 'CTS.0003' },
      ],
    });
    expect(body.trace_ids.map((id: string | null) => id !== null)).toEqual([true, false, false, true]);
  });

  test('when none is good, it is a 400 that says why', async () => {
    const { status, body } = await report([{}, 5]);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error_code: 'CTS.0003',
      error_msg: expect.stringContaining('trace_name is missing'),
      rejected: [{ index: 0 }, { index: 1 }],
    });
  });

  test('a trace_id that comes again, in the same or a later request, is a duplicate', async () => {
    const trace_id = randomUUID();
    expect((await report([trace({ trace_id }), trace({ trace_id })])).body).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    expect((await report([trace({ trace_id: trace_id.toUpperCase() })])).body).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
  });

  test('the same new id in requests at the same moment is accepted once', async () => {
    const trace_id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => report([trace({ trace_id })])));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(1);
  });

  test('NDJSON: unreadable lines are named by their place, empty lines do not count', async () => {
    const good = JSON.stringify(trace());
    const body = Buffer.concat([
      Buffer.from(`${good}\n\nnot json\n`),
      Buffer.from([0x22, 0xff, 0x22, 10]),
      Buffer.from(good),
    ]);
    const { status, body: answer } = await call('POST', `/v3/${projectId}/traces`, {
      headers: NDJSON_TYPE,
      body,
    });
    expect(status).toBe(201);
    expect(answer.accepted).toBe(2);
    expect(answer.rejected).toEqual([
      { index: 1, error_code: 'CTS.0003', error_msg: expect.stringContaining('not valid JSON') },
      { index: 2, error_code: 'CTS.0003', error_msg: expect.stringContaining('not valid UTF-8') },
    ]);
  });

  test('gzip, as JSON and as NDJSON of many megabytes', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const whole = gzipSync(JSON.stringify({ traces: [trace()] }));
    expect(
      (await call('POST', `/v3/${projectId}/traces`, { headers: { ...JSON_TYPE, ...gzip }, body: whole }))
        .body.accepted,
    ).toBe(1);
    const lines = gzipSync(`${JSON.stringify(trace({ request: 'x'.repeat(1000) }))}\n`.repeat(5000));
    expect(
      (await call('POST', `/v3/${projectId}/traces`, { headers: { ...NDJSON_TYPE, ...gzip }, body: lines }))
        .body.accepted,
    ).toBe(5000);
  });

  const bodies: [string, Record<string, string>, RequestInit['body'], number, RegExp][] = [
    ['no body', JSON_TYPE, '', 400, /empty/],
    ['half a body', JSON_TYPE, JSON.stringify({ traces: [trace()] }).slice(0, 100), 400, /not valid JSON/],
    ['an array', JSON_TYPE, '[]', 400, /must be \{"traces"/],
    ['no traces', JSON_TYPE, '{"traces":[]}', 400, /at least one/],
    ['null', JSON_TYPE, 'null', 400, /traces is missing/],
    ['invalid UTF-8', JSON_TYPE, Buffer.from([0x7b, 0xff, 0x7d]), 400, /not valid JSON at byte 1/],
    ['another type', { 'content-type': 'text/plain' }, 'x', 400, /must be application\/json/],
    ['another encoding', { ...JSON_TYPE, 'content-encoding': 'br' }, 'x', 400, /must be gzip/],
    ['no gzip though it says so', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'x', 400, /not valid gzip/],
    [
      'gzip cut in half',
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync('{"traces":[]}'.repeat(99)).subarray(0, 40),
      400,
      /cut off/,
    ],
    [
      'a gzip bomb',
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(50_000_000)),
      413,
      /larger than the limit/,
    ],
    [
      'a gzip bomb of lines',
      { ...NDJSON_TYPE, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(100_000_000, 10)),
      413,
      /larger than the limit/,
    ],
    ['one endless line', NDJSON_TYPE, 'x'.repeat(3_000_000), 413, /larger than the limit/],
    ['more than the limit', JSON_TYPE, 'x'.repeat(3_000_000), 413, /larger than the limit/],
    [
      'JSON nested without end',
      JSON_TYPE,
      `{"traces":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`,
      400,
      /nested deeper than 64 levels/,
    ],
  ];
  test.each(bodies)('%s is refused in words', async (_name, headers, body, status, message) => {
    const answer = await call('POST', `/v3/${projectId}/traces`, { headers, body });
    expect(answer.status).toBe(status);
    expect(answer.body.error_msg).toMatch(message);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
  });

  test('a trace with a request of megabytes is kept, the request cut', async () => {
    const trace_id = randomUUID();
    expect((await report([trace({ trace_id, request: 'x'.repeat(1_500_000) })])).body.accepted).toBe(1);
    await searchable();
    const [found] = (await list(`trace_id=${trace_id}`)).body.traces;
    expect(Buffer.byteLength(found.request)).toBe(65_536);
    expect(found.message).toContain('request was cut from 1500000');
  });

  test('a connection that breaks in the middle of NDJSON keeps the whole lines, and the service goes on', async () => {
    const trace_id = randomUUID();
    await new Promise<void>((resolve) => {
      const broken = httpRequest(`${house.app.url}/v3/${projectId}/traces`, {
        method: 'POST',
        headers: { 'x-auth-token': token, ...NDJSON_TYPE, 'content-length': '99999' },
      });
      broken.on('error', () => resolve());
      broken.on('close', () => resolve());
      broken.write(`${JSON.stringify(trace({ trace_id }))}\n{"trace_na`);
      setTimeout(() => broken.destroy(), 100);
    });
    expect((await report([trace()])).status).toBe(201);
  });
});

describe('the list', () => {
  const service = `S${randomUUID().slice(0, 8)}`;
  const base = Date.now() - 60_000;

  beforeAll(async () => {
    const traces = Array.from({ length: 450 }, (_, i) =>
      trace({
        service_type: service,
        time: base - Math.floor(i / 3),
        trace_name: i % 2 ? 'createServer' : 'deleteServer',
        code: i % 9 === 0 ? 500 : 200,
        source_ip: i % 10 ? '192.0.2.1' : '2001:db8::a',
        user: { name: i % 5 ? 'jane' : 'eve', domain: { id: 'd' } },
      }),
    );
    await report(traces);
    await searchable();
  });

  async function all(query: string): Promise<{ ids: string[]; times: number[] }> {
    const traces: { trace_id: string; time: number }[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { status, body }: Answer = await list(
        `service_type=${service}&${query}${next ? `&next=${next}` : ''}`,
      );
      expect(status).toBe(200);
      expect(body.meta_data.count).toBe(body.traces.length);
      traces.push(...body.traces);
      next = body.meta_data.marker;
    }
    return { ids: traces.map(({ trace_id }) => trace_id), times: traces.map(({ time }) => time) };
  }

  test.each([1, 7, 100, 150, 200])('pages of %d reach every trace once, newest first', async (limit) => {
    const { ids, times } = await all(`limit=${limit}${limit === 1 ? `&user=eve` : ''}`);
    expect(new Set(ids).size).toBe(limit === 1 ? 90 : 450);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test('ten traces by default, and the id of a trace serves as marker', async () => {
    const first = (await list(`service_type=${service}`)).body;
    expect(first.traces).toHaveLength(10);
    const byMarker = (await list(`service_type=${service}&next=${first.meta_data.marker}`)).body;
    const byId = (await list(`service_type=${service}&next=${first.traces[9].trace_id}`)).body;
    expect(byId.traces).toEqual(byMarker.traces);
  });

  test('trace_id overrides every other criterion', async () => {
    const [some] = (await list(`service_type=${service}`)).body.traces;
    const { body } = await list(
      `trace_id=${some.trace_id}&service_type=NO&from=946656000001&to=946656000002&trace_type=data`,
    );
    expect(body).toEqual({ traces: [some], meta_data: { count: 1, marker: null } });
    expect((await list(`trace_id=${randomUUID()}`)).body.traces).toEqual([]);
    expect((await list('trace_id=nonsense')).body.traces).toEqual([]);
  });

  test.each([
    ['limit=0', 0],
    [`user=eve&user=nobody`, 90],
    ['trace_rating=warning', 50],
    ['trace_rating=failed', 50],
    ['source_ip=2001:db8::a', 45],
    ['source_ip=2001:db8::a&user=jane', 0],
    ['source_ip=192.0.2', 0],
    ['trace_name=deleteServer&user=eve', 45],
    ['trace_name=deleteserver', 0],
    ['trace_type=data', 0],
    ['trace_type=ApiCall', 200],
    ['trace_type=ConsoleAction', 0],
    ['resource_id=', 200],
    ['trace_rating=', 200],
    ['unknown=1', 200],
    [`from=${base - 10}&to=${base}`, 27],
    [`to=${base}`, 200],
  ])('%s finds %d', async (query, count) => {
    const { body } = await list(
      `service_type=${service}&${query.startsWith('limit') ? '' : 'limit=200&'}${query}`,
    );
    expect(body.traces).toHaveLength(count);
  });

  test.each([
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=x', 'limit'],
    ['from=946655999999', 'from'],
    ['to=4102416000001', 'to'],
    ['from=yesterday', 'from'],
    ['trace_rating=bad', 'trace_rating'],
    [`source_ip=${'1'.repeat(257)}`, 'source_ip'],
    ['trace_type=other', 'trace_type'],
    ['next=nonsense', 'next'],
    [`next=${randomUUID()}`, 'next'],
  ])('%s is refused with CTS.0300, naming %s', async (query, field) => {
    const { status, body } = await list(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_code: 'CTS.0300', error_msg: expect.stringContaining(field) });
  });

  test('members have the types that clients insist on', async () => {
    const [one] = (await list(`service_type=${service}&trace_rating=warning`)).body.traces;
    expect(one).toMatchObject({
      code: '500',
      time: expect.any(Number),
      record_time: expect.any(Number),
      user: { name: expect.any(String) },
    });
  });

  test('GET with Content-Type JSON and no body is no error, with or without a slash at the end', async () => {
    expect((await call('GET', `/v3/${projectId}/traces/`, { headers: JSON_TYPE })).status).toBe(200);
  });

  test('the histogram adds up, the facets count, the accounting agrees', async () => {
    const { body } = await call('GET', `/v3/${projectId}/traces/histogram?service_type=${service}`);
    const sum = (key: string) =>
      body.buckets.reduce((total: number, bucket: Record<string, number>) => total + (bucket[key] ?? 0), 0);
    expect([sum('normal'), sum('warning'), sum('incident')]).toEqual([400, 50, 0]);
    const facets = await call('GET', `/v3/${projectId}/traces/facets?field=user&service_type=${service}`);
    expect(facets.body.values).toEqual([
      { value: 'jane', count: 360, first_time: base - 149, last_time: base },
      { value: 'eve', count: 90, first_time: base - 148, last_time: base },
    ]);
    for (const hour of (await call('GET', `/v3/${projectId}/accounting`)).body.hours) {
      expect(hour.indexed).toBe(hour.journalled);
      expect(hour.stored).toBe(hour.journalled);
    }
  });

  test('what is new within a day is told with its first time, and whether there is anything to compare with', async () => {
    const odd = `F${randomUUID().slice(0, 8)}`;
    const user = (name: string) => ({ name, domain: { id: 'd' } });
    const old = trace({ service_type: odd, time: Date.now() - 30 * HOUR, user: user(`${odd}-old`) });
    const fresh = trace({
      service_type: odd,
      trace_name: 'first',
      user: user(`${odd}-new`),
      source_ip: '::9',
    });
    await report([old, fresh]);
    await searchable();
    const { status, body } = await call('GET', `/v3/${projectId}/traces/firsts`);
    expect(status).toBe(200);
    expect(body.history_from).toBeLessThan(body.since);
    const first = { first_time: fresh.time, count: 1 };
    expect(body.operators).toContainEqual({ value: `${odd}-new`, ...first });
    expect(body.source_ips).toContainEqual({ value: '::9', ...first, user: `${odd}-new` });
    expect(body.operations).toContainEqual({
      service_type: odd,
      trace_name: 'first',
      ...first,
      user: `${odd}-new`,
    });
    expect(JSON.stringify(body.operators)).not.toContain(`${odd}-old`);
    expect((await call('GET', `/v3/${projectId}/traces/firsts?trace_type=data`)).body.operators).toEqual([]);
    await report([trace({ service_type: odd, user: user(`${odd}-old`), source_ip: '::9' })]);
    await searchable();
    const ofOne = (await call('GET', `/v3/${projectId}/traces/firsts?user=${odd}-old`)).body;
    expect(ofOne.source_ips).toMatchObject([{ value: '::9', count: 1, user: `${odd}-old` }]);
    expect(ofOne.operators).toEqual([]);
    expect(ofOne.history_from).toBe(old.time);
  });

  test('CSV: header, byte-order mark, quoting, no formulas, as many records as asked for', async () => {
    const odd = `O${randomUUID().slice(0, 8)}`;
    await report([trace({ service_type: odd, resource_name: '=1+1', resource_id: 'a,"b"', time: base })]);
    await searchable();
    const response = await fetch(
      `${house.app.url}/v3/${projectId}/traces/export?service_type=${odd}&time_zone=%2B05:30`,
      { headers: { 'x-auth-token': token } },
    );
    const text = Buffer.from(await response.arrayBuffer()).toString('utf8');
    expect(response.headers.get('content-disposition')).toMatch(/attachment; filename="traces-.*\.csv"/);
    const [header, record] = text.split('\r\n');
    expect(header).toBe(
      '\ufeffTrace Name,Trace Source,Resource Type,Resource Name,Resource ID,Operator,Trace Status,Operation Time,Trace ID,Trace Type,Source IP,Code',
    );
    const local = new Date(base + 5.5 * HOUR).toISOString().slice(0, 19).replace('T', ' ');
    expect(record).toContain(`createServer,${odd},ecs,'=1+1,"a,""b""",jane,normal,${local} GMT+05:30,`);
    const lines = async (query: string) =>
      (await call('GET', `/v3/${projectId}/traces/export?service_type=${service}&${query}`)).body
        .trimEnd()
        .split('\r\n').length - 1;
    expect(await lines('')).toBe(450);
    expect(await lines('limit=7')).toBe(7);
  });
});

test('an unknown path is told, in the errors of the gateway', async () => {
  const { status, body } = await call('GET', '/v3/nowhere/at/all');
  expect(status).toBe(404);
  expect(body).toMatchObject({ error_code: 'APIGW.0101', request_id: expect.any(String) });
});

test('the first start keeps its secrets readable by their owner alone', async () => {
  const { stat } = await import('node:fs/promises');
  for (const file of ['root.key', 'metadata.db'])
    expect((await stat(path.join(house.directory, file))).mode & 0o077).toBe(0);
  expect(await readFile(path.join(house.directory, 'metadata.db'), 'latin1')).not.toContain(PASSWORD);
});

test.skipIf(!existsSync(RECORDS))(
  'all 2,900 CloudTrail records are imported, none lost, and none doubled when run twice',
  async () => {
    const written: string[] = [];
    const write = process.stdout.write;
    process.env.OPENCTS_PASSWORD = PASSWORD;
    process.stdout.write = ((text: string) => written.push(text) > 0) as typeof write;
    try {
      for (let run = 0; run < 2; run++)
        expect(await importCommand(['cloudtrail', RECORDS, '--shift-to-now', '--url', house.app.url])).toBe(
          0,
        );
    } finally {
      process.stdout.write = write;
      delete process.env.OPENCTS_PASSWORD;
    }
    expect(written.join('')).toMatch(
      /2900 accepted, 0 duplicates, 0 not recorded, 0 refused[\s\S]*0 accepted, 2900 duplicates, 0 not recorded, 0 refused/,
    );
    await searchable();
    const { body } = await call(
      'GET',
      `/v3/${projectId}/traces/facets?field=trace_name&limit=1000&user=bert-jan&user=benjamin`,
    );
    expect(body.values.find(({ value }: { value: string }) => value === 'DeleteBucket')).toBeDefined();
  },
);
