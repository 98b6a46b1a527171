import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, JSON_TYPE, trace } from '../../../testing/house.ts';
import { Receiver } from '../../../testing/receiver.ts';
import { until } from '../../../testing/until.ts';

/*
 * What a producer sent comes back as it was sent: in the list, by its id, in the older lists, in messages and in
 * trace files. The texts of answers are compared, since JavaScript would hide what this is about.
 */
const BUCKET = 'evidence';
const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' };
const house = new House();
const receiver = new Receiver();
let admin: Awaited<ReturnType<House['signIn']>>;
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });

beforeAll(async () => {
  await receiver.start();
  await house.start({ OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8', OPENCTS_TRANSFER_CYCLE: '1' });
  admin = await house.signIn({ project: 'local' });
  const obs_info = { bucket_name: BUCKET, is_obs_created: true };
  await v3('POST', '/tracker', { tracker_type: 'system', tracker_name: 'system', obs_info });
  const v2 = (route: string, body: object) =>
    house.call('POST', `/v2/${admin.projectId}/notifications${route}`, { token: admin.token, body });
  const { topic_urn } = (await v2('/topics', { name: 'evidence' })).body;
  await v2(`/topics/${topic_urn}/subscriptions`, { protocol: 'http', endpoint: `${receiver.url}/hook` });
  const asked = await until(() => receiver.of('SubscriptionConfirmation')[0]);
  await fetch(asked.body.subscribe_url);
  await v3('POST', '/notifications', {
    notification_name: 'evidence',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
    topic_id: topic_urn,
  });
  await v3('POST', '/notifications', {
    notification_name: 'of-jane',
    operation_type: 'customized',
    operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['resizeServer'] }],
    notify_user_list: [{ user_group: 'admin', user_list: ['jane'] }],
    topic_id: topic_urn,
  });
}, 60_000);
afterAll(async () => {
  await house.stop();
  await receiver.stop();
});
beforeEach(() => {
  receiver.received.length = 0;
});

const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  house.call('POST', `/v3/${admin.projectId}/traces?trace_ids=true`, { token: admin.token, headers, body });
const bodyOf = (...items: string[]) => `{"traces":[${items.join(',')}]}`;

/** A good trace as JSON text, with further members as they stand. */
function textWith(more: string, change: Record<string, unknown> = {}): string {
  const text = JSON.stringify(trace({ trace_id: randomUUID(), ...change }));
  return more === '' ? text : `${text.slice(0, -1)},${more}}`;
}

async function textOf(route: string): Promise<string> {
  const answer = await fetch(`${house.app.url}${route}`, { headers: { 'x-auth-token': admin.token } });
  expect(answer.status, route).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return answer.text();
}

/** Where a trace can be read while it is young. */
async function answersOf(id: string): Promise<Record<string, string>> {
  await house.searchable(admin.token);
  const { projectId } = admin;
  return {
    list: await textOf(`/v3/${projectId}/traces?limit=200`),
    single: await textOf(`/v3/${projectId}/traces?trace_id=${id}`),
    'v2.0': await textOf(`/v2.0/${projectId}/system/trace?trace_id=${id}`),
  };
}

async function fileOf(id: string): Promise<{ key: string; text: string }> {
  const objects = new DirectoryStore(path.join(house.directory, 'objects'));
  return until(async () => {
    const { objects: found } = await objects.list(BUCKET);
    for (const { key } of found.filter((one) => one.key.endsWith('.json.gz'))) {
      const text = gunzipSync(await buffer((await objects.get(BUCKET, key)).body)).toString('utf8');
      if (text.includes(id)) return { key, text };
    }
    return undefined;
  });
}

/** Where a trace can be read as long as there is its trace file. */
async function archiveOf(id: string): Promise<Record<string, string>> {
  const { key, text: file } = await fileOf(id);
  const view = `/v3/${admin.projectId}/archive/traces?${new URLSearchParams({ bucket: BUCKET, key, limit: '100' })}`;
  const isKnown = async () =>
    (await house.call('GET', view, { token: admin.token })).status === 200 || undefined;
  await until(isKnown);
  const { body } = await v3('POST', '/archive/searches', { trace_id: id });
  await until(async () =>
    (await v3('GET', `/archive/searches/${body.id}`)).body.status === 'finished' ? true : undefined,
  );
  const found = await textOf(`/v3/${admin.projectId}/archive/searches/${body.id}/traces`);
  return { file, view: await textOf(view), found };
}

describe('a member that is named twice', () => {
  test.each([
    ['user', '"user":{"name":"mallory","domain":{"id":"d1"}}'],
    ['trace_name', '"trace_name":"listServers"'],
    ['time', `"time":${Date.now() - 1000}`],
    ['resource_id', '"resource_id":"b"'],
    ['request', '"request":"x"'],
    ['source_ip', '"source_ip":null'],
  ])(
    '%s with different values: the trace is refused by its name, its neighbour is taken',
    async (name, more) => {
      const known = { resource_id: 'a', request: 'y', source_ip: '192.0.2.1' };
      for (const body of [
        { text: bodyOf(textWith(more, known), textWith('')), headers: JSON_TYPE },
        { text: [textWith(more, known), textWith('')].join('\n'), headers: NDJSON_TYPE },
      ]) {
        const { status, body: told } = await post(body.text, body.headers);
        expect(status).toBe(201);
        expect(told).toMatchObject({ accepted: 1, rejected_count: 1 });
        expect(told.rejected[0]).toMatchObject({ index: 0, field: name });
        expect(told.rejected[0].error_msg).toMatch(
          new RegExp(`^${name} is named twice, with different values`),
        );
      }
    },
  );

  test.each([
    ['user.name', '{"name":"jane","name":"mallory","domain":{"id":"d1"}}'],
    ['user.domain', '{"name":"jane","domain":{"id":"d1"},"domain":{"id":"d2"}}'],
    ['user.domain.id', '{"name":"jane","domain":{"id":"d1","id":"d2"}}'],
  ])('%s is refused in the same way, in an object and in text', async (field, user) => {
    for (const value of [user, JSON.stringify(user)]) {
      const item = textWith(`"user":${value}`, { user: undefined });
      expect((await post(bodyOf(item))).body.rejected).toEqual([
        expect.objectContaining({ field, error_msg: expect.stringContaining('is named twice') }),
      ]);
    }
  });

  test('with the same value, however it is written, counts once', async () => {
    const more = '"resource_type": "\\u0065cs" ,"user": {"name":"jane","domain":{"id": "d1"}}';
    const { body } = await post(bodyOf(textWith(more)));
    expect(body).toMatchObject({ accepted: 1, rejected_count: 0 });
  });

  const once = '{"name":"jane","domain":{"id":"acme","name":"Acme"},"role":"a","role":"b"}';
  test.each([
    ['', '{"name":"jane","name":"jane","domain":{"id":"acme","name":"Acme"},"role":"a","role":"b"}'],
    [
      ', in another spelling',
      '{"name":"jane","n\\u0061me":"\\u006aane","domain":{"id":"acme","name":"Acme"},"role":"a","role":"b"}',
    ],
    [
      ', in its domain',
      '{"name":"jane","domain":{"id":"acme","name":"Acme","id":"acme", "name":"\\u0041cme"},"role":"a","role":"b"}',
    ],
    [
      ' of several members',
      '{"name":"jane","domain":{"id":"acme","name":"Acme"},"domain":{"id":"acme", "name":"Acme"},"role":"a","role":"b"}',
    ],
  ])('of a user with the same value stands once, and hides it from nobody%s', async (_, user) => {
    for (const value of [user, JSON.stringify(user)]) {
      receiver.received.length = 0;
      const item = textWith(`"user":${value}`, { user: undefined, trace_name: 'resizeServer' });
      const id = JSON.parse(item).trace_id as string;
      expect((await post(bodyOf(item))).body).toMatchObject({ accepted: 1 });
      const { subject, message } = (await until(() => receiver.of('Notification')[0])).body;
      expect(subject).toContain('by jane');
      const answers = { ...(await answersOf(id)), ...(await archiveOf(id)), message };
      for (const [where, text] of Object.entries(answers)) {
        expect(text, where).toContain(`"user":${where === 'file' ? JSON.stringify(once) : once}`);
      }
      const search = await v3('POST', '/archive/searches', { trace_id: id });
      const ofSearch = `/archive/searches/${search.body.id}`;
      await until(async () => (await v3('GET', ofSearch)).body.status === 'finished' || undefined);
      expect((await v3('GET', `${ofSearch}/export`)).body).toContain(',jane,');
    }
  });

  test('when nobody knows it, stands everywhere as often as it was sent, in order', async () => {
    const more =
      '"ticket":"A-1","note":1,"ticket":"B-2","ticket":{"n":1.0,"n":2},"__proto__":1,"__proto__":2';
    const item = textWith(more, { trace_name: 'deleteServer' });
    const id = JSON.parse(item).trace_id as string;
    expect((await post(bodyOf(item))).body).toMatchObject({ accepted: 1 });
    const message = (await until(() => receiver.of('Notification')[0])).body.message as string;
    const answers = { ...(await answersOf(id)), ...(await archiveOf(id)), message };
    for (const [where, text] of Object.entries(answers)) {
      expect(text, where).toContain('"ticket":"A-1","ticket":"B-2","ticket":{"n":1.0,"n":2}');
      expect(text, where).toContain('"__proto__":1,"__proto__":2');
    }
  });
});

test('the members of a user come back as often and in the order in which they were sent', async () => {
  const user = '{"role":"a","role":"b","name":"jane","9":"x","1":"y","domain":{"id":"d1","z":1.0,"z":2}}';
  for (const value of [user, JSON.stringify(user)]) {
    const item = textWith(`"user":${value}`, { user: undefined, trace_name: 'deleteServer' });
    const id = JSON.parse(item).trace_id as string;
    receiver.received.length = 0;
    expect((await post(bodyOf(item))).body).toMatchObject({ accepted: 1 });
    const message = (await until(() => receiver.of('Notification')[0])).body.message as string;
    for (const [where, text] of Object.entries({ ...(await answersOf(id)), message })) {
      expect(text, where).toContain(`"user":${user}`);
    }
    const old = await textOf(`/v1.0/${admin.projectId}/system/trace?trace_id=${id}`);
    expect(old).toContain(`"user":${JSON.stringify(user)}`);
    const { file, view, found } = await archiveOf(id);
    expect(file).toContain(`"user":${JSON.stringify(user)}`);
    for (const text of [view, found]) expect(text).toContain(`"user":${user}`);
    const { body } = await v3('GET', `/traces?user=jane&limit=200`);
    expect(body.traces.map((one: { trace_id: string }) => one.trace_id)).toContain(id);
  }
});

test.each(['"traces":[],', '"traces":null,', '"traces":1,"a":[1],'])(
  'a body that names traces twice is refused whole (%s)',
  async (before) => {
    const { status, body } = await post(`{${before}"traces":[${textWith('')}]}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_msg: expect.stringMatching(/traces is named twice/) });
    expect(body).not.toHaveProperty('accepted');
  },
);

test('bytes that are no UTF-8 cost the trace in which they stand, and the place is told', async () => {
  const broken = Buffer.from(textWith('', { resource_name: 'caf?' }));
  const at = broken.indexOf('caf?') + 3;
  broken[at] = 0xe9;
  const good = Buffer.from(textWith(''));
  const json = Buffer.concat([Buffer.from('{"traces":['), good, Buffer.from(','), broken, Buffer.from(']}')]);
  const lines = Buffer.concat([good, Buffer.from('\n'), broken]);
  for (const [body, headers] of [
    [json, JSON_TYPE],
    [lines, NDJSON_TYPE],
  ] as const) {
    const { status, body: told } = await post(body, headers);
    expect(status).toBe(201);
    expect(told.accepted + told.duplicates).toBe(1);
    expect(told.rejected).toEqual([
      expect.objectContaining({
        index: 1,
        field: 'resource_name',
        error_msg: expect.stringContaining(`is not valid UTF-8 at byte ${at}`),
      }),
    ]);
  }
});

describe('a number that JavaScript rounds is kept as it was sent or refused, and told as it was sent', () => {
  test.each([
    ['content_length', '9007199254740993', '9007199254740993'],
    ['content_length', '9007199254740991.4', '9007199254740991.4'],
    ['content_length', '1e-400', '1e-400'],
    ['total_time', '12345678901234567890', '12345678901234567890'],
    ['total_time', '1.00000000000000000001', '1.00000000000000000001'],
    ['time', `${Date.now()}.00000000001`, '.00000000001'],
    ['code', '200.00000000000000000001', '200.00000000000000000001'],
    ['code', '12345678901234567890', '12345678901234567890'],
    ['read_only', '12345678901234567890', '12345678901234567890'],
    ['content_length', `1${'0'.repeat(200)}1`, `1${'0'.repeat(20)}`],
  ])('%s %s', async (name, sent, told) => {
    const { body } = await post(bodyOf(textWith(`"${name}":${sent}`, { [name]: undefined })));
    expect(body.rejected, JSON.stringify(body)).toHaveLength(1);
    expect(body.rejected[0]).toMatchObject({ field: name });
    expect(body.rejected[0].error_msg).toContain(told);
    expect(body.rejected[0].error_msg.length).toBeLessThan(250);
  });

  test('what says a whole number in another way is taken as that', async () => {
    const now = Date.now();
    const item = textWith(`"time":${now}.0,"content_length":1.2E3,"total_time":0e0,"code":20.0e1`, {
      time: undefined,
    });
    const { body } = await post(bodyOf(item));
    expect(body).toMatchObject({ accepted: 1 });
    const { single } = await answersOf(body.trace_ids[0]);
    expect(JSON.parse(single as string).traces[0]).toMatchObject({
      time: now,
      content_length: 1200,
      total_time: 0,
      code: '200',
    });
  });

  test('a number where text is asked for is the text of its digits', async () => {
    const item = textWith('"resource_id":12345678901234567890,"request_id":1.50,"request":1e400');
    const { body } = await post(bodyOf(item));
    expect(body).toMatchObject({ accepted: 1 });
    const { single } = await answersOf(body.trace_ids[0]);
    expect(JSON.parse(single as string).traces[0]).toMatchObject({
      resource_id: '12345678901234567890',
      request_id: '1.50',
      request: '1e400',
    });
  });
});

describe('trace_status, the older name of trace_rating, obeys its rule', () => {
  test.each([
    ['"trace_status":"broken"', {}, /one of normal, warning, incident, this is "broken"/],
    ['"trace_status":7', {}, /one of normal, warning, incident, this is 7/],
    ['"trace_status":{}', { trace_rating: 'normal' }, /one of normal, warning, incident, this is an object/],
    [
      '"trace_status":"incident"',
      { trace_rating: 'normal' },
      /trace_status is incident, but trace_rating is normal/,
    ],
  ])('%s beside %j is refused', async (more, change, message) => {
    const { body } = await post(bodyOf(textWith(more, change)));
    expect(body.rejected).toEqual([
      expect.objectContaining({ field: 'trace_status', error_msg: expect.stringMatching(message) }),
    ]);
  });

  test.each([
    ['"trace_status":"incident"', {}, 'incident'],
    ['"trace_status":"warning"', { trace_rating: 'warning' }, 'warning'],
    ['"trace_status":null', { trace_rating: 'warning' }, 'warning'],
    ['"trace_status":null', { code: 404 }, 'warning'],
  ])('%s beside %j is taken', async (more, change, rating) => {
    const { body } = await post(bodyOf(textWith(more, change)));
    expect(body).toMatchObject({ accepted: 1 });
    const { single } = await answersOf(body.trace_ids[0]);
    expect(JSON.parse(single as string).traces[0]).toMatchObject({ trace_rating: rating });
  });
});

test('of NDJSON what came before a line that is too long is taken, and the message says how many', async () => {
  const lines = Array.from({ length: 500 }, () => textWith('', { trace_name: 'before' }));
  const { status, body } = await post(`${lines.join('\n')}\n${'x'.repeat(13 * 1024 * 1024)}`, NDJSON_TYPE);
  expect([status, body.error_msg]).toEqual([413, expect.stringContaining('; 500 traces before that')]);
});

test('texts of control characters are cut until the trace fits, and it says so', async () => {
  const text = '\u0001'.repeat(64 * 1024);
  const item = textWith('', { request: text, response: text, message: text });
  const { body } = await post(bodyOf(item));
  expect(body).toMatchObject({ accepted: 1, rejected_count: 0 });
  const { single } = await answersOf(body.trace_ids[0]);
  const { request, message } = JSON.parse(single as string).traces[0];
  expect(request).toBe(`${text.slice(0, request.length - 1)}…`);
  expect(request.length).toBeGreaterThan(8000);
  expect(message).toMatch(/… \[request was cut from 65536 to \d+ bytes; response .*; message .*\]$/);
});

test('a trace of a small body holds no more values than one of a large body', async () => {
  const item = textWith(`"list":[${'1,'.repeat(60_000)}1]`);
  const { body } = await post(bodyOf(item, textWith('')));
  expect(body).toMatchObject({ accepted: 1 });
  expect(body.rejected[0].error_msg).toContain('holds more than 50000 values');
});

test('a late trace is in trace files and answered to its id, and in no list', async () => {
  const time = Date.now() - 30 * 86_400_000;
  const { body } = await post(bodyOf(textWith('', { time })));
  expect(body).toMatchObject({ accepted: 1, late: 1 });
  const [id] = body.trace_ids;
  const { list, single } = await answersOf(id);
  expect(single).toContain(`"time":${time}`);
  expect(list).not.toContain(id);
  expect((await v3('GET', `/traces?from=${time - 1}&to=${time + 1}`)).body.traces).toEqual([]);
  const { file, found } = await archiveOf(id);
  for (const text of [file, found]) expect(text).toContain(`"time":${time}`);
});

test('what was sent empty is shown empty, and what was not sent is not', async () => {
  const empty = {
    ...{
      request: '',
      response: '',
      message: '',
      resource_name: '',
      resource_id: '',
      source_ip: '',
      code: '',
    },
    ...{
      api_version: '',
      request_id: '',
      operation_id: '',
      location_info: '',
      endpoint: '',
      resource_url: '',
    },
    ...{ user_agent: '', resource_account_id: '', enterprise_project_id: '', note: '' },
  };
  for (const [change, more] of [
    [empty, ''],
    // As one that is looked at token by token.
    [empty, '"ratio":1.0'],
    [{ request: {}, response: [], message: '' }, ''],
    [{ trace_type: 'SystemAction', user: undefined, source_ip: '', response: '' }, ''],
    [{}, ''],
  ] as const) {
    const item = textWith(more, change);
    const sent = JSON.parse(item) as Record<string, unknown>;
    expect((await post(bodyOf(item))).body).toMatchObject({ accepted: 1 });
    const id = sent.trace_id as string;
    await house.searchable(admin.token);
    const shown = (await v3('GET', `/traces?trace_id=${id}`)).body.traces[0];
    const listed = (await v3('GET', '/traces?limit=200')).body.traces.find(
      (one: { trace_id: string }) => one.trace_id === id,
    );
    const lines = JSON.parse((await fileOf(`"trace_id":"${id}"`)).text) as Record<string, unknown>[];
    const kept = lines.find(({ trace_id }) => trace_id === id) as Record<string, unknown>;
    for (const name of Object.keys(empty)) {
      const value = sent[name];
      const text = typeof value === 'object' ? JSON.stringify(value) : value;
      for (const [where, one] of Object.entries({ shown, listed, kept })) {
        expect([where, more, name, one[name]]).toEqual([where, more, name, text]);
      }
    }
    expect(Object.hasOwn(kept, 'extra')).toBe(false);
  }
});
