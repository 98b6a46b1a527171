import { csvCell } from '@opencts/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, trace } from '../../../testing/house.ts';

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  await house.start();
  admin = await house.signIn({ project: 'local' });
  const v3 = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system' });
  await v3('POST', '/traces', { traces: [trace()] });
  await house.searchable(admin.token);
});
afterAll(() => house.stop());

const ask = (route: string, body?: unknown) =>
  house.call(body === undefined ? 'GET' : 'POST', route.replace('PROJECT', admin.projectId), {
    token: admin.token,
    body,
  });

/** Values that no parameter is made for. */
const ODD = [
  '1e308',
  '-1e308',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1.5',
  '1791100800000.5',
  '9223372036854775808',
  '1e13',
  '0x10',
  '',
  'null',
  '%00',
  '%ff',
  '%F0%9F%92%A9',
  '%27',
  '%27'.repeat(1600),
  'a'.repeat(12_000),
  '%7Bx:String%7D',
  '[]',
  '../..',
];
const FILTERS = [
  'from',
  'to',
  'limit',
  'next',
  'trace_type',
  'tracker_name',
  'service_type',
  'resource_type',
  'resource_id',
  'resource_name',
  'trace_id',
  'trace_name',
  'trace_rating',
  'user',
  'source_ip',
  'access_key_id',
  'enterprise_project_id',
];

describe.each([
  ['/v3/PROJECT/traces', FILTERS],
  ['/v1.0/PROJECT/system/trace', [...FILTERS, 'trace_status']],
  ['/v2.0/PROJECT/system/trace', [...FILTERS, 'trace_status']],
  ['/v3/PROJECT/traces/histogram', [...FILTERS, 'buckets']],
  ['/v3/PROJECT/traces/facets?field=user', [...FILTERS, 'field']],
  ['/v3/PROJECT/traces/operations', FILTERS],
  ['/v3/PROJECT/traces/firsts', ['user', 'trace_type']],
  ['/v3/PROJECT/traces/export', [...FILTERS, 'time_zone']],
  ['/v3/PROJECT/accounting', ['from', 'to']],
  ['/v3/PROJECT/archive', ['prefix', 'marker', 'limit']],
  ['/v3/PROJECT/archive/file?bucket=b&key=k', ['bucket', 'key']],
  ['/v3/PROJECT/archive/traces?bucket=b&key=k', ['bucket', 'key', 'offset', 'limit']],
  ['/v3/PROJECT/archive/check?bucket=b&key=k', ['bucket', 'key']],
  ['/v3/PROJECT/operations', ['service_type', 'resource_type']],
  ['/v3/PROJECT/resources', ['x']],
  ['/v3/PROJECT/user-resources', ['x']],
])('%s', (route, parameters) => {
  test('whatever a parameter holds, the fault is never told as the service’s own', async () => {
    const seen: string[] = [];
    for (const name of parameters) {
      const asked = ODD.map((value) => ask(`${route}${route.includes('?') ? '&' : '?'}${name}=${value}`));
      for (const [index, { status, body }] of (await Promise.all(asked)).entries()) {
        if (status >= 500 || (status === 400 && !String(body.error_msg).includes(name.split('_')[0] ?? ''))) {
          seen.push(`${name}=${ODD[index]?.slice(0, 30)}: ${status} ${JSON.stringify(body)}`);
        }
      }
    }
    expect(seen).toEqual([]);
  });
});

test.each([
  'accounting?to=1e308',
  'accounting?from=946656000000&to=4102416000000',
  'accounting?from=-1',
  `traces?user=${'%27'.repeat(1600)}`,
  'traces?to=1e308',
  'traces?from=NaN',
])('%s is refused with the bound', async (query) => {
  expect(await ask(`/v3/PROJECT/${query}`)).toMatchObject({
    status: 400,
    body: { error_code: 'CTS.0300', error_msg: expect.stringMatching(/\d/) },
  });
});

test('hours are accounted for whole, wherever in them the range begins and ends', async () => {
  const accounted = async (range: string) => (await ask(`/v3/PROJECT/accounting${range}`)).body.hours;
  const [hour, ...others] = await accounted('');
  expect(hour).toMatchObject({ indexed: hour.journalled, stored: hour.journalled });
  expect(hour.journalled).toBeGreaterThan(0);
  expect(await accounted(`?from=${hour.time + 1}&to=${hour.time + 2}`)).toEqual([hour]);
  expect(await accounted(`?from=${hour.time + 3_600_000}&to=${hour.time + 7_200_000}`)).toEqual(others);
});

test('a hundred users, as long as they may be, are a filter like any other', async () => {
  const users = Array.from({ length: 100 }, (_, i) => `user=${"'".repeat(30)}${i}`).join('&');
  expect(await ask(`/v3/PROJECT/traces?${users}`)).toMatchObject({ status: 200, body: { traces: [] } });
});

test('a preview of all that a notification may name is answered; of more it is refused with the bound', async () => {
  const operation = (names: number) => ({
    operation_type: 'customized',
    operations: [
      {
        service_type: 'ECS',
        resource_type: 'ecs',
        trace_names: Array.from({ length: names }, (_, i) => `${i}`.padEnd(64, "'")),
      },
    ],
    notify_user_list: [{ user_group: 'g', user_list: Array.from({ length: 50 }, (_, i) => `u${i}`) }],
    filter: {
      condition: 'OR',
      is_support_filter: true,
      rule: Array.from({ length: 6 }, () => `resource_name = ${"'".repeat(256)}`),
    },
  });
  const preview = (body: object) => ask('/v3/PROJECT/notifications/preview', body);
  expect(await preview(operation(1000))).toMatchObject({ status: 200, body: { count: 0 } });
  expect(await preview(operation(1001))).toMatchObject({
    status: 400,
    body: { error_msg: expect.stringContaining('1000') },
  });
  const rules = Array.from({ length: 100 }, () => 'code = 1');
  const many = { ...operation(1), filter: { condition: 'OR', is_support_filter: true, rule: rules } };
  expect(await preview(many)).toMatchObject({
    status: 400,
    body: { error_msg: expect.stringContaining('6') },
  });
});

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\u3000=1',
  '\u200b=1',
  '\u200d\u2060=1',
  '\ufeff=1',
  '\u00ad=1',
  '\u0000=1',
  '\u001f=1',
  '\u0085=1',
  '\u0301=1',
  '\u{e0001}=1',
  '\u2062=1',
  '\u115f=1',
  '\u202e=1',
  '＝1',
  '＋1',
  '－1',
  '＠1',
  '﹦1',
  '−1',
  '|calc',
  '%0a=1',
  '\ud800=1',
  '\tx',
  '\nx',
])('the cell %j is no formula to any spreadsheet', (text) => {
  expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/);
});

test.each(['web-1', ' two words', 'größe ✓', '云服务器', '3 - 4', 'a=b', '"quoted"', '192.0.2.1', ''])(
  'the cell %j stays as it is',
  (text) => {
    expect(csvCell(text).replace(/^"|"$/g, '').replaceAll('""', '"')).toBe(text);
  },
);

test.each([
  ['a;=1+1', `"a;'=1+1"`],
  ['a;@SUM(1)', `"a;'@SUM(1)"`],
  ['a\t=1+1', `"a\t'=1+1"`],
  ['a; \u200b=1', `"a; \\u200b'=1"`],
  ['invoice\u202efdp.exe', 'invoice\\u202efdp.exe'],
  ['a;"=1"', `"a;""'=1"""`],
  ['a\n=1', `"a\n'=1"`],
  ['a;b', '"a;b"'],
  ['a|b', '"a|b"'],
  ['a\tb', '"a\tb"'],
  ['a,b', '"a,b"'],
  ['a;b=c', '"a;b=c"'],
])('the cell %j stays one, whatever parts cells', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

test('evidence that comes late is taken, told as late, and not in the list; what is too old is refused', async () => {
  const year = 365 * 86_400_000;
  const late = trace({ resource_id: 'late', time: Date.now() - 2 * year });
  const old = trace({ resource_id: 'old', time: Date.now() - 11 * year });
  const answer = await ask('/v3/PROJECT/traces', { traces: [late, trace({ resource_id: 'new' }), old] });
  expect(answer.body).toMatchObject({ accepted: 2, late: 1, rejected: [{ index: 2, field: 'time' }] });
  await house.searchable(admin.token);
  const list = await ask('/v3/PROJECT/traces?limit=200');
  const ids = list.body.traces.map(({ resource_id }: { resource_id?: string }) => resource_id);
  expect(ids).toContain('new');
  expect(ids).not.toContain('late');
});

test('numbers that JavaScript cannot hold are answered as they were sent', async () => {
  const text = JSON.stringify(trace({ resource_id: 'exact' })).replace(
    /}$/,
    ',"serial":9223372036854775807}',
  );
  const url = `${house.app.url}/v3/${admin.projectId}/traces`;
  const headers = { 'x-auth-token': admin.token, 'content-type': 'application/json' };
  const sent = await fetch(url, { method: 'POST', headers, body: `{"traces":[${text}]}` });
  expect(sent.status).toBe(201);
  await house.searchable(admin.token);
  const list = await fetch(`${url}?resource_id=exact&limit=10`, { headers: { 'x-auth-token': admin.token } });
  expect(await list.text()).toContain('"serial":9223372036854775807');
});
