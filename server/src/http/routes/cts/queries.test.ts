import { existsSync } from 'node:fs';
import path from 'node:path';
import { OpenCtsClient } from '@opencts/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCommand } from '../../../import/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';

const RECORDS = path.resolve(import.meta.dirname, '../../../../../../shared/data/cloudtrail');
/** When the newest of the records happened. */
const NEWEST = Date.UTC(2023, 6, 10, 12, 37, 50);
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
});
afterAll(() => house.stop());

const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
const ask = (q: string, route = '/traces', more: Record<string, string> = {}) =>
  v3('GET', `${route}?${new URLSearchParams({ q, ...more })}`);

describe('a query', () => {
  beforeAll(async () => {
    const old = { time: Date.now() - 40 * 3_600_000 };
    const { body } = await v3('POST', '/traces', {
      traces: [
        trace({
          resource_name: 'web-1',
          user: { name: 'mia', domain: { id: 'd1' } },
          source_ip: '192.0.2.77',
        }),
        trace({ resource_name: 'web-2', trace_rating: 'warning', code: '403', ...old }),
        trace({
          resource_name: 'db',
          request: '{"server":{"flavor_ref":"s3.large"}}',
          event_type: 'global',
          ...old,
        }),
      ],
    });
    expect(body.rejected ?? []).toEqual([]);
    await house.searchable(admin.token);
  });

  test.each([
    ['mia source:ECS', ['web-1']],
    ['source:ecs -resource:web-1', ['db', 'web-2']],
    ['ip:192.0.2.64/26', ['web-1']],
    ['source:ECS status:failed', ['web-2']],
    ['source:ECS (code:403 OR "s3.large")', ['db', 'web-2']],
    ['request.server.flavor_ref:s3.*', ['db']],
    ['source:ECS time:<-39h', ['db', 'web-2']],
    ['source:ECS family:global', ['db']],
  ])('%s: of all families, as far back as they reach', async (q, names) => {
    const { status, body } = await ask(q);
    expect(status).toBe(200);
    expect(body.traces.map((one: { resource_name: string }) => one.resource_name).sort()).toEqual(names);
  });

  test('means the same to the chart, the values, the operations and the export', async () => {
    const bars = (await ask('source:ECS', '/traces/histogram')).body.buckets as Record<string, number>[];
    expect(bars.reduce((sum, { normal = 0, warning = 0 }) => sum + normal + warning, 0)).toBe(3);
    const { body: values } = await ask('source:ECS', '/traces/facets', { field: 'user' });
    expect(JSON.stringify(values)).toContain('"mia"');
    const { body: operations } = await ask('resource:db', '/traces/operations');
    expect(JSON.stringify(operations)).toContain('"count":1');
    const file = await house.call('GET', `/v3/${admin.projectId}/traces/export?q=resource%3Adb`, {
      token: admin.token,
    });
    expect(String(file.body).trim().split('\n')).toHaveLength(2);
  });

  test('signs that a serialiser wrote as escapes part words, as the signs do', async () => {
    const body = String.raw`{"traces":[${JSON.stringify(trace({ resource_name: 'escaped' })).slice(0, -1)},
      "request":{"body":"{\u0022user\u0022:\u0022omegabert\u0022}","cmd":"name\u003domegagson\u0026next\u0020one"}}]}`;
    const sent = await house.call('POST', `/v3/${admin.projectId}/traces`, {
      token: admin.token,
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(sent.body.rejected ?? []).toEqual([]);
    await house.searchable(admin.token);
    for (const q of ['omegabert', 'omegagson', 'request:omegagson', '"name=omegagson&next one"', 'next']) {
      const { body: found } = await ask(`${q} resource:escaped`);
      expect([q, found.traces.length]).toEqual([q, 1]);
    }
    expect((await ask('0026next resource:escaped')).body.traces).toEqual([]);
  });

  test('the id of a trace asks for it alone, wherever it is asked', async () => {
    const [one] = (await ask('resource:db')).body.traces as { trace_id: string }[];
    const more = { trace_id: one?.trace_id ?? '', service_type: 'IAM', format: 'ndjson' };
    const query = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;
    const file = await house.call('GET', `/v3/${admin.projectId}/traces/export${query(more)}`, {
      token: admin.token,
    });
    expect(JSON.parse(String(file.body)).trace_id).toBe(one?.trace_id);
    const counted = await v3(
      'GET',
      `/traces/facets${query({ field: 'resource_name', trace_id: one?.trace_id ?? '' })}`,
    );
    expect(
      counted.body.values.map(({ value, count }: { value: string; count: number }) => [value, count]),
    ).toEqual([['db', 1]]);
    const none = await v3('GET', `/traces/operations${query({ trace_id: 'no id' })}`);
    expect(none.body.operations).toEqual([]);
  });

  test('the list begins at either end of the time, page by page', async () => {
    const oldest = await ask('source:ECS', '/traces', { order: 'oldest', limit: '2' });
    const next = { order: 'oldest', limit: '2', next: oldest.body.meta_data.marker };
    const rest = await ask('source:ECS', '/traces', next);
    const upwards = [...oldest.body.traces, ...rest.body.traces] as { trace_id: string }[];
    const downwards = (await ask('source:ECS')).body.traces as { trace_id: string }[];
    expect(upwards.map((one) => one.trace_id)).toEqual(downwards.map((one) => one.trace_id).reverse());
    const { status, body } = await ask('source:ECS', '/traces', { order: 'up' });
    expect([status, body.error_code]).toEqual([400, 'CTS.0300']);
    expect(body.error_msg).toContain('order is "up"; it must be one of newest, oldest');
  });

  test('an export holds whole traces, too, a line each, as the list has them', async () => {
    const route = `/v3/${admin.projectId}/traces/export?q=source%3AECS&format=ndjson`;
    const file = await house.call('GET', route, { token: admin.token });
    expect(file.headers.get('content-type')).toBe('application/x-ndjson');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="traces-.*\.ndjson"$/);
    const lines = String(file.body).trimEnd().split('\n');
    const { body } = await ask('source:ECS');
    expect(lines.map((line) => JSON.parse(line))).toEqual(body.traces);
    const refused = await house.call('GET', `${route.slice(0, -6)}xml`, { token: admin.token });
    expect([refused.status, refused.body.error_code]).toEqual([400, 'CTS.0300']);
  });

  test.each([
    [
      'nme:x',
      'q at character 1, "nme": there is no field nme; did you mean name? Put a text with a colon in quotes',
    ],
    ['jane (a OR', 'q at its end: something to look for is missing here'],
    ['jane (a', 'q at character 6, "(a": this parenthesis is not closed'],
    [
      'time:yesterday',
      'q at character 6, "yesterday": "yesterday" is not a time such as 2026-11-29, 2026-11-29T12:20Z or -15m',
    ],
    [
      'ip:10.0.0.0/33',
      'q at character 4, "10.0.0.0/33": "10.0.0.0/33" is not an address or a network such as 192.0.2.0/24',
    ],
    [
      '  nme:x',
      'q at character 3, "nme": there is no field nme; did you mean name? Put a text with a colon in quotes',
    ],
    [
      'time:2026-11-29T12:00+25:00',
      'q at character 6, "2026-11-29T12:00+25:00": "2026-11-29T12:00+25:00" is not a time such as 2026-11-29, 2026-11-29T12:20Z or -15m',
    ],
    ['user:>5', 'q at character 6, ">5": > compares numbers and times; this field is text'],
    ['(((('.repeat(20), 'q at character 33, "(": parentheses and negations nest deeper than 32'],
  ])('%s is refused: where, and what', async (q, message) => {
    for (const route of ['/traces', '/traces/histogram', '/traces/export']) {
      const { status, body } = await ask(q, route);
      expect([status, body.error_code, body.error_msg]).toEqual([400, 'CTS.0300', message]);
    }
  });

  test('whatever it is, it is answered or refused', async () => {
    for (const q of [
      '"',
      '\\',
      '*',
      '-',
      '""',
      '\u0000',
      '\u{1f600}',
      "' OR 1=1 --",
      '{q_0:String}',
      'a'.repeat(4097),
      'x '.repeat(300),
      `"${'ü'.repeat(1300)}"`,
      `"${'\u{1f600}'.repeat(1000)}"`,
      '"ü" '.repeat(200).trim(),
      `"${'/ \\\\'.repeat(900)}"`,
      `name:"${'%_\\\\'.repeat(900)}"`,
      `request.${'a.'.repeat(1500)}b:1`,
      `request.${'a.'.repeat(31)}b:1`,
      `(${Array(6)
        .fill(`request.${'a.'.repeat(31)}b:>5`)
        .join(' OR ')})`,
      `(${Array(200).fill('request.a.b.c:5').join(' OR ')})`,
      'request."a\'b":1',
      '('.repeat(4000),
    ]) {
      const { status } = await ask(q);
      expect([200, 400], q.slice(0, 40)).toContain(status);
    }
  });
});

describe.skipIf(!existsSync(RECORDS))('the questions of an incident', () => {
  let offset: number;

  beforeAll(async () => {
    process.env.OPENCTS_PASSWORD = PASSWORD;
    const args = ['cloudtrail', '--url', house.app.url, '--shift-to-now', '--data-as-management', RECORDS];
    expect(await importCommand(args)).toBe(0);
    await house.searchable(admin.token);
    const { body } = await ask('-source:IAM', '/traces', { limit: '1' });
    offset = body.traces[0].time - NEWEST;
  }, 120_000);

  /** All that is found, over its pages. */
  async function all(q: string): Promise<
    {
      trace_name: string;
      user?: { name?: string };
      source_ip?: string;
      code?: string;
      trace_rating: string;
    }[]
  > {
    const found = [];
    for (let next: string | undefined; ; ) {
      const { status, body } = await ask(q, '/traces', { limit: '200', ...(next ? { next } : {}) });
      expect(status).toBe(200);
      found.push(...body.traces);
      if (body.meta_data.count < 200) return found;
      next = body.meta_data.marker;
    }
  }
  const counted = (values: (string | undefined)[]) => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value ?? '', (counts.get(value ?? '') ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  };

  const minute = (at: number) => new Date(Date.UTC(2023, 6, 10, 12, at) + offset).toISOString();
  const ROLE = 'stratus-red-team-ec2-get-password-data-role/aws-go-sdk-1688990082523310002';

  test('what was changed from an address in ten minutes', async () => {
    const found = await all(`ip:192.168.10.20 write time:${minute(20)}..${minute(30)}`);
    expect(found).toHaveLength(80);
    const [first, second] = counted(found.map((one) => one.trace_name));
    expect([first, second]).toEqual([
      ['CreateFunction20150331', 6],
      ['DeleteLoginProfile', 5],
    ]);
  });

  test('who deleted a secret or a parameter, and nobody else', async () => {
    const found = await all('name:(DeleteSecret OR DeleteParameter)');
    expect(counted(found.map((one) => one.user?.name))).toEqual([['bert-jan', 95]]);
    expect(await all('name:DeleteSecret,DeleteParameter -user:bert-jan')).toEqual([]);
  });

  test('everything that touched a bucket, whatever names it', async () => {
    expect(await all('"stratus-red-team-bdbp-lhfzvgcamn"')).toHaveLength(30);
    expect(await all('stratus-red-team-bdbp-lhfzvgcamn')).toHaveLength(30);
  });

  test('who was refused for lack of rights', async () => {
    const found = await all('AccessDenied OR Client.UnauthorizedOperation');
    expect(found).toHaveLength(60);
    const refused = counted(found.map((one) => one.user?.name));
    expect(refused[0]).toEqual([ROLE, 29]);
    expect(refused.map(([, count]) => count)).toEqual([29, 15, 15, 1]);
    expect(refused).toContainEqual(['bert-jan', 15]);
  });

  test('what was done with an access key, by whom, from where', async () => {
    const found = await all('key:ASIATFQR7NSCS5BLNV76');
    expect(counted(found.map((one) => `${one.user?.name} ${one.source_ip}`))).toEqual([
      ['bert-jan 10.8.8.10', 109],
    ]);
  });

  test('where a policy was attached or detached that only requests name', async () => {
    const found = await all('AdministratorAccess');
    expect(found.map((one) => one.trace_name).sort()).toEqual([
      'AttachRolePolicy',
      'AttachUserPolicy',
      'DetachRolePolicy',
      'DetachUserPolicy',
    ]);
  });

  test('sign-ins of people, and whether they failed', async () => {
    const found = await all('name:*login -source:IAM');
    expect(found.map((one) => [one.trace_name, one.trace_rating])).toEqual([
      ['ConsoleLogin', 'normal'],
      ['ConsoleLogin', 'normal'],
    ]);
  });
});

describe('a parameter that a call does not know', () => {
  const get = (route: string) => v3('GET', route);

  test.each([
    '/traces/histogram?trace_nam=deleteServer',
    '/traces/facets?field=user&user!=x',
    '/traces/export?Q=jane',
    '/archive?marker=&prefx=a',
    '/accounting?frm=1',
    '/rights?x=1',
  ])('is refused by OpenCTS: %s', async (route) => {
    const { status, body } = await get(route);
    expect([status, body.error_msg]).toEqual([
      400,
      expect.stringMatching(/^there is no parameter (trace_nam|user!|Q|prefx|frm|x); /),
    ]);
  });

  test('is ignored on the routes of the clouds, but named', async () => {
    const { status, headers } = await get(
      `/traces?trace_nam=deleteServer&user!=x&${encodeURIComponent('ü\n')}=1`,
    );
    expect([status, headers.get('x-opencts-ignored')]).toEqual([200, 'trace_nam, user!, %C3%BC%0A']);
    expect((await get('/traces?trace_name=deleteServer')).headers.get('x-opencts-ignored')).toBeNull();
  });

  test('is an error to the client', async () => {
    const client = new OpenCtsClient({ url: house.app.url, credentials: { token: admin.token } });
    await expect(client.listTraces({ trace_nam: 'deleteServer' })).rejects.toThrow(
      'the service does not know trace_nam, and has answered as if it were not there',
    );
  });
});
