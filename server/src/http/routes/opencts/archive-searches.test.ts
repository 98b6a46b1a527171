import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { until } from '../../../testing/until.ts';

const BUCKET = 'audit-archive';
const TRACKER = { tracker_type: 'system', tracker_name: 'system' };
const COUNT = 400;
const house = new House();
let objects: DirectoryStore;
let admin: Awaited<ReturnType<House['signIn']>>;
let before: number;

const as = (token: string, method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token, body });
const v3 = (method: string, route: string, body?: unknown) => as(admin.token, method, route, body);
const RESOURCES = ['web-1', 'größe ✓', 'a "quoted" \\ name', 'line\nbreak', '\u2028', undefined];

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
  objects = new DirectoryStore(path.join(house.directory, 'objects'));
  admin = await house.signIn({ project: 'local' });
  await v3('POST', '/tracker', TRACKER);
  const obs_info = { bucket_name: BUCKET, is_obs_created: true };
  await v3('PUT', '/tracker', { ...TRACKER, obs_info });
  before = Date.now() - 3_600_000;
  const traces = Array.from({ length: COUNT }, (_, i) =>
    trace({
      time: before + i * 1000,
      service_type: ['ECS', 'EVS', 'VPC'][i % 3],
      resource_type: ['ecs', 'disk'][i % 2],
      resource_id: `id-${i % 17}`,
      resource_name: RESOURCES[i % RESOURCES.length],
      trace_name: ['createServer', 'deleteServer'][i % 2],
      trace_rating: ['normal', 'warning', 'incident'][i % 3],
      trace_type: ['ApiCall', 'ConsoleAction'][i % 2],
      enterprise_project_id: String(i % 5),
      source_ip: `2001:db8::${i % 6}`,
      user: { name: ['jane', "o'neil", 'eve "x"'][i % 3], access_key_id: `AK${i % 4}`, domain: { id: 'd1' } },
      // Members that no schema knows, and texts that look like members.
      ...(i % 7 === 0 ? { aws_region: 'eu', nested: { time: 1, user: '{"name":"jane"}' } } : {}),
      request: '{"service_type":"ECS","resource_id":"id-3","name":"jane"}',
      code: '200',
    }),
  );
  for (let at = 0; at < COUNT; at += 100) {
    const sent = await v3('POST', '/traces', { traces: traces.slice(at, at + 100) });
    expect(sent.body.rejected ?? []).toEqual([]);
    // More than one file for each trace source.
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
  await house.searchable(admin.token);
  await until(async () => {
    const { body } = await house.call('GET', '/metrics', { token: admin.token });
    const archived = Number(/^opencts_archived_traces_total (\d+)$/m.exec(body)?.[1]);
    return archived >= COUNT + 1 || undefined;
  });
}, 60_000);
afterAll(() => house.stop());

async function search(query: object, token = admin.token) {
  const begun = await as(token, 'POST', '/archive/searches', query);
  expect(begun.status).toBe(201);
  return until(async () => {
    const { body } = await as(token, 'GET', `/archive/searches/${begun.body.id}`);
    return ['waiting', 'running'].includes(body.status) ? undefined : body;
  });
}
async function found(id: string, limit = 1000) {
  const traces: Record<string, unknown>[] = [];
  for (let next = ''; ; ) {
    const page = (await v3('GET', `/archive/searches/${id}/traces?limit=${limit}${next && `&next=${next}`}`))
      .body;
    traces.push(...page.traces);
    if (!page.meta_data.marker) return traces;
    expect(page.traces).toHaveLength(limit);
    next = page.meta_data.marker;
  }
}
/** The same from the trace list. */
async function listed(query: Record<string, string | number | string[]>) {
  const parameters = new URLSearchParams({ limit: '200' });
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) parameters.append(name, String(one));
  }
  const traces: Record<string, unknown>[] = [];
  for (let next = ''; ; ) {
    const page = (await v3('GET', `/traces?${parameters}${next && `&next=${next}`}`)).body;
    traces.push(...page.traces);
    if (!page.meta_data.marker) return traces;
    next = page.meta_data.marker;
  }
}

test('every filter finds in the archive what it finds in the trace list, whole and in its order', async () => {
  const range = { from: before - 1, to: before + COUNT * 1000 };
  const queries: Record<string, string | string[]>[] = [
    {},
    { service_type: 'EVS' },
    { resource_type: 'disk' },
    { resource_id: 'id-3' },
    ...RESOURCES.filter((name) => name !== undefined).map((resource_name) => ({ resource_name })),
    { trace_name: 'deleteServer' },
    { trace_rating: 'incident' },
    { trace_rating: 'failed' },
    { trace_type: 'ConsoleAction' },
    { user: ["o'neil"] },
    { user: ['jane', 'eve "x"'] },
    { source_ip: '2001:db8::4' },
    { access_key_id: 'AK2' },
    { enterprise_project_id: '4' },
    { tracker_name: 'system', service_type: 'VPC', user: ['eve "x"'] },
    { tracker_name: 'another' },
    { trace_type: 'data' },
    { service_type: 'ecs' },
    { user: ['JANE'] },
  ];
  const sizes: number[] = [];
  for (const query of queries) {
    const expected = await listed({ ...query, ...range });
    const { id, status, found: count, problems } = await search({ ...query, ...range });
    expect([status, count, problems], JSON.stringify(query)).toEqual(['finished', expected.length, []]);
    expect(await found(id), JSON.stringify(query)).toEqual(expected);
    sizes.push(expected.length);
  }
  expect(sizes[0]).toBe(COUNT);
  expect(sizes.slice(1, 15).every((size) => size > 0 && size < COUNT)).toBe(true);
  expect(sizes.slice(-4)).toEqual([0, 0, 0, 0]);
}, 60_000);

/** JSON that parsers of other languages refuse: numbers beyond what they hold, halves of surrogate pairs. */
const HARD = [
  '"x":18446744073709551616',
  '"x":-9223372036854775809',
  '"x":[1e400,-1.8e308,1e309]',
  '"x":"\\ud800"',
  '"x":"\\\\\\ude00\\ud83d \\\\ud800"',
  '"x\\ud800":1',
  '"x":{"y":[ 123456789012345678901234567890, 1E+999]}',
];

test('no member hides a trace, or its operator, from list and archive', async () => {
  const time = before - 60_000;
  const texts = HARD.flatMap((member, i) => {
    const plain = (user: object) =>
      JSON.stringify(trace({ time, service_type: 'IAM', resource_id: 'hard', user })).slice(0, -1);
    const user = {
      name: `urn:12345678901234567890:eve\\,"[1e400, ${i}`,
      access_key_id: `HARD${i}`,
      domain: { id: 'd1' },
    };
    const marked = plain({ ...user, mark: 0 });
    const inUser =
      /"x/.test(member) && !member.includes('ud') ? [`${marked.replace('"mark":0', member)}}`] : [];
    return [`${plain(user)},${member}}`, ...inUser];
  });
  const sent = await fetch(`${house.app.url}/v3/${admin.projectId}/traces`, {
    method: 'POST',
    headers: { 'x-auth-token': admin.token, 'content-type': 'application/json' },
    body: `{"traces":[${texts.join(',')}]}`,
  });
  expect(await sent.json()).toMatchObject({ accepted: texts.length, rejected: [] });
  await house.searchable(admin.token);
  await until(async () => {
    const { id } = await search({ resource_id: 'hard', from: time - 1 });
    return (await found(id)).length === texts.length || undefined;
  });
  for (const [i, text] of texts.entries()) {
    const { user } = JSON.parse(text);
    const users = texts.filter((one) => one.includes(JSON.stringify(user.name)));
    const queries: Record<string, string>[] = [{ user: user.name }, { access_key_id: user.access_key_id }];
    for (const query of queries) {
      const listing = await listed({ ...query, from: time - 1 });
      expect(listing.length, `${i}: ${JSON.stringify(query)}`).toBe(users.length);
      const { id } = await search({ ...query, from: time - 1, to: time + 1 });
      expect((await found(id)).map(({ trace_id }) => trace_id).sort()).toEqual(
        listing.map(({ trace_id }) => trace_id).sort(),
      );
    }
  }
});

test('one trace is found by its id, without any time', async () => {
  const [wanted] = await listed({ from: before, to: before + 3000 });
  const { found: count, id } = await search({ trace_id: String(wanted?.trace_id).toUpperCase() });
  expect([count, await found(id)]).toEqual([1, [wanted]]);
});

test('bounds are exclusive; only files of the time and trace source are read', async () => {
  const times = async (from: number, to: number) =>
    (await found((await search({ from, to })).id)).map(({ time }) => time);
  expect(await times(before + 5000, before + 8000)).toEqual([before + 7000, before + 6000]);
  const all = await search({ from: before - 1 });
  const some = await search({ from: before - 1, to: before + 50_000, service_type: 'EVS' });
  expect(some.total.files).toBeLessThan(all.total.files);
  expect(some.done).toEqual(some.total);
  expect((await search({ from: 946_656_000_001, to: 946_656_000_002 })).total).toEqual({
    files: 0,
    bytes: 0,
    traces: 0,
  });
});

test('it is paged to the end, and ends at its limit', async () => {
  const { id } = await search({ service_type: 'ECS', from: before - 1 });
  const pages = await found(id, 7);
  expect(new Set(pages.map((one) => one.trace_id)).size).toBe(pages.length);
  expect(pages).toEqual(await found(id));
  const limited = await search({ limit: 10, from: before - 1 });
  expect(limited).toMatchObject({ status: 'finished', found: 10, limit_reached: true });
});

test('its findings are exported as those of the trace list are', async () => {
  const query = { service_type: 'VPC', from: before, to: before + COUNT * 1000 };
  const { id } = await search(query);
  const csv = (await v3('GET', `/archive/searches/${id}/export?time_zone=Europe/Berlin`)).body;
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  expect(csv).toBe((await v3('GET', `/traces/export?time_zone=Europe/Berlin&${parameters}`)).body);
  expect(csv.split('\r\n').length).toBeGreaterThan(100);
});

test('only whoever began a search sees it, in its own project', async () => {
  const { id } = await search({ service_type: 'VPC' });
  await house.addUser(await house.signIn({}), 'reader', [{ role: 'CTS FullAccess', scope: admin.projectId }]);
  const reader = await house.signIn({ name: 'reader', project: 'local' });
  const domain = { name: 'thieves', admin: { name: 'root', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: (await house.signIn({})).token, body: { domain } });
  const thief = await house.signIn({ account: 'thieves', name: 'root', project: 'local' });
  for (const { token, projectId } of [reader, thief]) {
    for (const route of [`/${id}`, `/${id}/traces`, `/${id}/export`]) {
      const url = `/v3/${projectId}/archive/searches${route}`;
      expect((await house.call('GET', url, { token })).status).toBe(404);
    }
    const url = `/v3/${projectId}/archive/searches`;
    expect((await house.call('DELETE', `${url}/${id}`, { token })).status).toBe(404);
    expect((await house.call('GET', url, { token })).body).toEqual({ searches: [] });
  }
  const theirs = await house.call('POST', `/v3/${thief.projectId}/archive/searches`, {
    token: thief.token,
    body: {},
  });
  expect(theirs.body.total).toEqual({ files: 0, bytes: 0, traces: 0 });
  expect((await v3('DELETE', `/archive/searches/${id}`)).status).toBe(204);
  expect((await v3('GET', `/archive/searches/${id}`)).body.error_msg).toContain('kept for half an hour');
});

test('the accounting knows how many traces of each hour are in files', async () => {
  // Searched by the time of recording, which no filter knows: everything is looked at. Files may come meanwhile.
  const all = await found((await search({})).id);
  const { hours } = (await v3('GET', '/accounting')).body;
  for (const { time, journalled, archived } of hours) {
    const inFiles = all.filter((one) => Math.floor(Number(one.record_time) / 3_600_000) * 3_600_000 === time);
    expect(archived).toBeLessThanOrEqual(journalled);
    expect(archived).toBeGreaterThanOrEqual(inFiles.length);
    expect(archived).toBeGreaterThan(0);
  }
});

test('what is wrong with a query is told', async () => {
  const refused = async (body: object) => (await v3('POST', '/archive/searches', body)).body.error_msg;
  expect(await refused({ trace_rating: 'bad' })).toContain('trace_rating');
  expect(await refused({ limit: 100_001 })).toContain('limit');
  expect(await refused({ from: 1 })).toContain('from');
  const { id } = await search({ limit: 1 });
  expect((await v3('GET', `/archive/searches/${id}/traces?next=nonsense`)).status).toBe(400);
});

test('injected texts are texts', async () => {
  for (const text of ["' OR 1=1 --", '{from:Int64}', "\\'", '%', "a'); DROP DATABASE searches; --"]) {
    const { status, found: count } = await search({
      ...{ resource_id: text, resource_name: text, user: [text], tracker_name: text.slice(0, 64) },
    });
    expect([text, status, count]).toEqual([text, 'finished', 0]);
  }
  expect((await search({ service_type: 'ECS' })).found).toBeGreaterThan(100);
});

test('files that were changed or are gone are told, and not searched; all others are', async () => {
  const keys = (await objects.list(BUCKET)).objects.map(({ key }) => key);
  const [one = '', two = ''] = keys.filter((key) => key.includes('/system/ECS/'));
  const whole = await search({ service_type: 'ECS' });
  const [changed, gone] = [one, two].map((key) => path.join(house.directory, 'objects', BUCKET, key));
  const bytes = await readFile(changed as string);
  const flipped = Buffer.from(bytes);
  flipped[40] = (flipped[40] ?? 0) ^ 1;
  await writeFile(changed as string, flipped);
  await rename(gone as string, `${gone}.away`);
  const found = await search({ service_type: 'ECS' });
  await writeFile(changed as string, bytes);
  await rename(`${gone}.away`, gone as string);
  expect(found).toMatchObject({ status: 'finished', problem_count: 2 });
  expect(found.found).toBeLessThan(whole.found);
  expect(found.found).toBeGreaterThan(0);
  expect(found.problems).toEqual(
    expect.arrayContaining([
      { bucket: BUCKET, key: one, problem: 'changed', message: expect.stringContaining('was changed') },
      { bucket: BUCKET, key: two, problem: 'missing', message: expect.stringContaining('not in its bucket') },
    ]),
  );
});

test('encrypted files are searched for those who may have them decrypted', async () => {
  const key = (await v3('POST', '/keys', { alias: 'archive' })).body;
  await v3('PUT', '/tracker', { ...TRACKER, is_support_trace_files_encryption: true, kms_id: key.id });
  await v3('POST', '/traces', { traces: [trace({ service_type: 'SECRET', resource_id: 'r-secret' })] });
  const result = await until(async () => {
    const one = await search({ resource_id: 'r-secret' });
    return one.found > 0 ? one : undefined;
  });
  expect((await found(result.id))[0]).toMatchObject({ resource_id: 'r-secret' });
  const reader = await house.signIn({ name: 'reader', project: 'local' });
  const theirs = await search({ service_type: 'SECRET' }, reader.token);
  expect(theirs).toMatchObject({ found: 0, problem_count: 1, problems: [{ problem: 'unreadable' }] });
  await v3('POST', `/keys/${key.id}/disable`);
  const off = await search({ service_type: 'SECRET' });
  expect(off.problems).toMatchObject([
    { problem: 'unreadable', message: expect.stringContaining('is disabled; enable it') },
  ]);
});

test('it is cancelled; an engine that dies fails one search and no other', async () => {
  const { id } = (await v3('POST', '/archive/searches', {})).body;
  expect((await v3('POST', `/archive/searches/${id}/cancel`)).status).toBe(200);
  await until(async () => {
    const { body } = await v3('GET', `/archive/searches/${id}`);
    return ['cancelled', 'finished'].includes(body.status) || undefined;
  });
  const pid = Number.parseInt(await readFile(path.join(house.directory, 'searches', 'pid'), 'utf8'), 10);
  process.kill(pid, 'SIGKILL');
  const failed = await search({});
  if (failed.status === 'failed') expect(failed.message).toContain('search again');
  await until(async () => ((await search({ service_type: 'ECS' })).status === 'finished' ? true : undefined));
}, 30_000);

test('its beginning, its end and that it is forgotten are traces, refused or not', async () => {
  const { id } = (await v3('POST', '/archive/searches', {})).body;
  await v3('POST', `/archive/searches/${id}/cancel`);
  await v3('DELETE', `/archive/searches/${id}`);
  await v3('DELETE', `/archive/searches/${id}`);
  await house.searchable(admin.token);
  const { traces } = (await v3('GET', `/traces?resource_id=${id}`)).body;
  const told = traces.map((one: Record<string, unknown>) => [one.trace_name, one.code, one.trace_rating]);
  expect(told.reverse()).toEqual([
    ['searchArchive', '201', 'normal'],
    ['cancelArchiveSearch', '200', 'normal'],
    ['deleteArchiveSearch', '204', 'normal'],
    ['deleteArchiveSearch', '404', 'warning'],
  ]);
});

test('nothing of it is left on disk when the service ends', async () => {
  const other = await new House().start();
  const listing = () => readdir(other.directory);
  const { token, projectId } = await other.signIn({ project: 'local' });
  const url = `/v3/${projectId}/archive/searches`;
  const { id } = (await other.call('POST', url, { token, body: {} })).body;
  await until(async () => {
    const { body } = await other.call('GET', `${url}/${id}`, { token });
    return body.status === 'finished' || undefined;
  });
  expect(await listing()).toContain('searches');
  await other.app.stop();
  expect(await listing()).not.toContain('searches');
  await rm(other.directory, { recursive: true });
}, 30_000);
