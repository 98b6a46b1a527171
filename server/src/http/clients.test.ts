import { createRequire } from 'node:module';
import { type ClientOptions, OpenCtsClient, reportUntilTaken } from '@opencts/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, trace } from '../testing/house.ts';

// The cloud's own SDK signs and sends: nothing of ours takes part but the server.
const load = createRequire(import.meta.url);
const { BasicCredentials, GlobalCredentials } = load('@huaweicloud/huaweicloud-sdk-core');
const { HcClient } = load('@huaweicloud/huaweicloud-sdk-core/HcClient.js');
const { DefaultHttpClient } = load('@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js');

const nothing = () => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

interface Call {
  method: string;
  url: string;
  query?: Record<string, unknown>;
  data?: unknown;
}
type Send = (call: Call) => Promise<Record<string, unknown> & { httpStatusCode: number }>;

const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
let key: { access: string; secret: string };

function clientWith(credentials: unknown): Send {
  const client = new HcClient(new DefaultHttpClient({ logger }, [house.app.url]))
    .withCredential(credentials)
    .withEndpoints([house.app.url]);
  return ({ method, url, query = {}, data }) =>
    client.sendRequest({
      method,
      url,
      contentType: 'application/json',
      queryParams: query,
      pathParams: {},
      headers: {},
      data,
    });
}

beforeAll(async () => {
  await house.start({ OPENCTS_REGIONS: 'eu-de,eu-nl' });
  admin = await house.signIn({ project: 'eu-de' });
  const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/credentials', {
    token: admin.token,
    body: { credential: { user_id: admin.userId } },
  });
  key = body.credential;
}, 60_000);
afterAll(() => house.stop());

describe('the SDK, with an access key and a project', () => {
  let send: Send;
  const p = (path: string) => `/v3/${admin.projectId}${path}`;
  beforeAll(() => {
    send = clientWith(
      new BasicCredentials().withAk(key.access).withSk(key.secret).withProjectId(admin.projectId),
    );
  });

  test('drives every endpoint of v3', async () => {
    const system = { tracker_type: 'system', tracker_name: 'system' };
    const tracker = await send({ method: 'POST', url: p('/tracker'), data: system });
    expect(tracker).toMatchObject({ httpStatusCode: 201, project_id: admin.projectId, status: 'enabled' });
    const obs_info = { bucket_name: 'audit archive'.replace(' ', '-'), is_obs_created: true };
    await send({ method: 'PUT', url: p('/tracker'), data: { ...system, obs_info } });
    expect(
      await send({ method: 'GET', url: p('/trackers'), query: { tracker_name: 'system' } }),
    ).toMatchObject({
      trackers: [{ obs_info: { bucket_name: 'audit-archive', is_authorized_bucket: true } }],
    });

    const odd = "a b*c'(d)!~+/=ü";
    await send({
      method: 'POST',
      url: p('/traces'),
      data: { traces: [trace({ resource_name: odd, user: { name: 'jane doe', domain: { id: 'd' } } })] },
    });
    await house.searchable(admin.token);
    const found = await send({
      method: 'GET',
      url: p('/traces'),
      query: { trace_type: 'system', limit: 2, user: 'jane doe', resource_name: odd },
    });
    expect(found).toMatchObject({ traces: [{ resource_name: odd }], meta_data: { count: 1 } });

    const made = await send({
      method: 'POST',
      url: p('/notifications'),
      data: { notification_name: 'all', operation_type: 'complete' },
    });
    expect(made.httpStatusCode).toBe(201);
    const { notification_id } = made;
    const change = {
      notification_id,
      notification_name: 'all2',
      operation_type: 'complete',
      status: 'disabled',
    };
    expect(await send({ method: 'PUT', url: p('/notifications'), data: change })).toMatchObject({
      notification_name: 'all2',
    });
    expect(await send({ method: 'GET', url: p('/notifications/smn') })).toMatchObject({
      notifications: [{ notification_id }],
    });
    await send({ method: 'DELETE', url: p('/notifications'), query: { notification_id } });

    expect(await send({ method: 'GET', url: p('/quotas') })).toHaveProperty('resources');
    const operations = await send({
      method: 'GET',
      url: p('/operations'),
      query: { service_type: 'CTS', resource_type: 'tracker' },
    });
    expect(operations).toMatchObject({
      operations: [{ operation_list: expect.arrayContaining(['createTracker']) }],
    });
    expect(await send({ method: 'GET', url: `/v3/${admin.domainId}/resources` })).toMatchObject({
      resources: expect.arrayContaining([{ service_type: 'ECS', resource: ['ecs'] }]),
    });
    expect(await send({ method: 'GET', url: p('/user-resources') })).toMatchObject({
      users: expect.arrayContaining([{ name: 'jane doe' }]),
    });
    const buckets = [{ bucket_name: 'audit-archive', bucket_location: 'eu-de' }];
    expect(
      await send({ method: 'POST', url: `/v3/${admin.domainId}/checkbucket`, data: { buckets } }),
    ).toMatchObject({
      buckets: [{ check_bucket_response: { success: true, response_code: 200 } }],
    });

    const tagged = p(`/cts-tracker/${tracker.id}/tags`);
    await send({ method: 'POST', url: `${tagged}/create`, data: { tags: [{ key: 'a b', value: '1' }] } });
    await send({ method: 'POST', url: tagged, data: { tag: { key: 'c', value: '2' } } });
    expect(await send({ method: 'GET', url: tagged })).toMatchObject({
      tags: [{ key: 'a b' }, { key: 'c' }],
    });
    expect(await send({ method: 'GET', url: p('/cts-tracker/tags') })).toHaveProperty('page_info');
    const search = { tags: [{ key: 'c', values: ['2'] }] };
    expect(
      await send({ method: 'POST', url: p('/cts-tracker/resource-instances/filter'), data: search }),
    ).toMatchObject({ total_count: 1 });
    expect(
      await send({ method: 'POST', url: p('/cts-tracker/resource-instances/count'), data: search }),
    ).toMatchObject({ total_count: 1 });
    await send({ method: 'DELETE', url: `${tagged}/c` });
    const gone = await send({ method: 'DELETE', url: `${tagged}/delete`, data: { tags: [{ key: 'a b' }] } });
    expect(gone.httpStatusCode).toBe(204);

    const settings = { is_sync_global_trace: true, is_support_read_only: true };
    const put = await send({ method: 'PUT', url: p('/configuration'), data: settings });
    expect(put.httpStatusCode).toBe(204);
    expect(await send({ method: 'GET', url: p('/configuration') })).toMatchObject(settings);
    await send({
      method: 'DELETE',
      url: p('/trackers'),
      query: { tracker_name: 'system', tracker_type: 'system' },
    });
    await expect(
      send({ method: 'GET', url: p('/trackers'), query: { tracker_name: 'system' } }),
    ).rejects.toMatchObject({
      httpStatusCode: 404,
      errorCode: 'CTS.0214',
    });
  });

  test('may leave the place of the account unfilled, where the Python SDK does', async () => {
    const url = '/v3/{domain_id}';
    expect(await send({ method: 'GET', url: `${url}/resources` })).toHaveProperty('resources');
    const buckets = [
      { bucket_name: 'b-1', bucket_location: 'eu-de', kms_id: '', is_support_trace_files_encryption: false },
    ];
    const checked = await send({ method: 'POST', url: `${url}/checkbucket`, data: { buckets } });
    expect(checked).toMatchObject({ buckets: [{ bucket_name: 'b-1' }] });
    await expect(send({ method: 'GET', url: `${url}/trackers` })).rejects.toMatchObject({
      errorCode: 'CTS.0012',
    });
  });

  test('is told a wrong secret, and with which request', async () => {
    const wrong = new BasicCredentials().withAk(key.access).withSk('wrong').withProjectId(admin.projectId);
    await expect(clientWith(wrong)({ method: 'GET', url: p('/trackers') })).rejects.toMatchObject({
      httpStatusCode: 401,
      errorCode: 'APIGW.0301',
      requestId: expect.stringMatching(/.+/),
    });
  });
});

test('the SDK finds the project of a region by itself, and the account', async () => {
  const basic = new BasicCredentials().withAk(key.access).withSk(key.secret).withIamEndpoint(house.app.url);
  const global = new GlobalCredentials().withAk(key.access).withSk(key.secret).withIamEndpoint(house.app.url);
  const client = (credentials: unknown) =>
    new HcClient(new DefaultHttpClient({ logger }, [house.app.url])).withCredential(credentials);
  await basic.processAuthParams(client(basic), 'eu-nl');
  expect(basic.projectId).toBe((await house.signIn({ project: 'eu-nl' })).projectId);
  await global.processAuthParams(client(global));
  expect(global.domainId).toBe(admin.domainId);
});

test('a temporary key works with its token, until it expires', async () => {
  const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/securitytokens', {
    token: admin.token,
    body: { auth: { identity: { methods: ['token'], token: { duration_seconds: 900 } } } },
  });
  const { access, secret, securitytoken } = body.credential;
  const credentials = new BasicCredentials()
    .withAk(access)
    .withSk(secret)
    .withSecurityToken(securitytoken)
    .withProjectId(admin.projectId);
  const list = { method: 'GET', url: `/v3/${admin.projectId}/trackers` };
  expect(await clientWith(credentials)(list)).toHaveProperty('trackers');
  const more = {
    method: 'POST',
    url: '/v3.0/OS-CREDENTIAL/credentials',
    data: { credential: { user_id: admin.userId } },
  };
  await expect(clientWith(credentials)(more)).rejects.toMatchObject({ httpStatusCode: 403 });
  house.skew = 901_000;
  await expect(clientWith(credentials)(list)).rejects.toMatchObject({ httpStatusCode: 401 });
  house.skew = 0;
});

describe('our own client', () => {
  const client = (credentials: ClientOptions['credentials'], project?: string) =>
    new OpenCtsClient({ url: `${house.app.url}/`, credentials, project });
  const odd = "a b*c'(d)!~+/=ü&?";

  test('signs with an access key, whatever stands in paths, queries and bodies', async () => {
    const signing = client({ accessKey: key.access, secretKey: key.secret }, 'eu-de');
    expect([await signing.projectId(), await signing.projectName()]).toEqual([admin.projectId, 'eu-de']);
    await signing.enable();
    expect(await reportUntilTaken(signing, [trace({ resource_name: odd })])).toMatchObject({ accepted: 1 });
    await house.searchable(admin.token);
    const { traces } = await signing.listTraces({ resource_name: odd, limit: 5 });
    expect(traces.map(({ resource_name }) => resource_name)).toEqual([odd]);
    const path = { project_id: admin.projectId, resource_id: 'none', key: odd };
    const params = { path: { ...path, resource_type: 'cts-tracker' as const } };
    const call = signing.api.DELETE('/v3/{project_id}/{resource_type}/{resource_id}/tags/{key}', { params });
    await expect(call).rejects.toMatchObject({ status: 404 });
  });

  test('signs with a temporary key', async () => {
    const identity = { methods: ['token'], token: { duration_seconds: 900 } };
    const { body } = await house.call('POST', '/v3.0/OS-CREDENTIAL/securitytokens', {
      token: admin.token,
      body: { auth: { identity } },
    });
    const { access: accessKey, secret: secretKey, securitytoken: securityToken } = body.credential;
    const temporary = client({ accessKey, secretKey, securityToken }, admin.projectId);
    expect(await temporary.listTraces({ limit: 1 })).toHaveProperty('traces');
  });

  test('a wrong secret is told, and not tried again', async () => {
    let calls = 0;
    const counting: typeof fetch = (...call) => {
      calls++;
      return fetch(...call);
    };
    const credentials = { accessKey: key.access, secretKey: 'wrong' };
    const wrong = new OpenCtsClient({ url: house.app.url, credentials, fetch: counting });
    await expect(wrong.listTraces()).rejects.toMatchObject({ status: 401 });
    expect(calls).toBe(1);
  });

  test('reports with an ingest key into the project whose id it is given', async () => {
    const { body } = await house.call('POST', `/v3/${admin.projectId}/ingest-keys`, {
      token: admin.token,
      body: { name: 'shop' },
    });
    const credentials = { ingestKey: body.secret as string };
    const verdict = await reportUntilTaken(client(credentials, admin.projectId), [trace()]);
    expect(verdict).toMatchObject({ accepted: 1 });
    await expect(client(credentials, admin.projectId).listTraces()).rejects.toMatchObject({ status: 403 });
    await expect(client(credentials).reportTraces([trace()])).rejects.toThrow('project must be an id');
  });
});
