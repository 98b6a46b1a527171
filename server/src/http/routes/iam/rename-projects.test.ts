import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';

const CYCLE_SECONDS = 3600;
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;
beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: String(CYCLE_SECONDS), OPENCTS_REGIONS: 'local,eu-de' });
  admin = await house.signIn({});
}, 60_000);
afterAll(() => house.stop());

const call = (method: string, route: string, body?: unknown) =>
  house.call(method, route, { token: admin.token, body });
const add = async (name: string): Promise<string> => {
  const { status, body } = await call('POST', '/v3/projects', { project: { name } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.project.id;
};
const change = (id: string, project: object) => call('PATCH', `/v3/projects/${id}`, { project });
const nameOf = async (id: string) => (await call('GET', `/v3/projects/${id}`)).body.project.name;
const idsOf = async (name: string) =>
  (await call('GET', `/v3/projects?name=${name}`)).body.projects.map((one: { id: string }) => one.id);

test('a project gets another name, and is found by it alone', async () => {
  const id = await add('local_before');
  const entered = await house.signIn({ project: 'local_before' });
  const { status, body } = await change(id, { name: 'local_after', description: 'renamed' });
  expect([status, body.project]).toEqual([
    200,
    expect.objectContaining({ id, name: 'local_after', description: 'renamed' }),
  ]);
  expect([await idsOf('local_before'), await idsOf('local_after')]).toEqual([[], [id]]);
  expect((await house.signIn({ project: 'local_after' })).projectId).toBe(id);
  await expect(house.signIn({ project: 'local_before' })).rejects.toThrow();
  // Who is in it stays in it.
  const { token } = entered;
  const seen = await house.call('GET', '/v3/auth/tokens', { token, headers: { 'x-subject-token': token } });
  expect([seen.status, seen.body.token.project]).toEqual([
    200,
    expect.objectContaining({ id, name: 'local_after' }),
  ]);
  expect((await house.call('GET', `/v3/${id}/trackers`, { token })).status).toBe(200);
});

describe('a name is refused', () => {
  let id: string;
  beforeAll(async () => {
    id = await add('local_kept');
    await add('local_taken');
  });
  test.each<[string, unknown, number]>([
    ['that another project has', 'local_taken', 409],
    ['of another region', 'eu-de_kept', 400],
    ['of no region', 'kept', 400],
    ['that is a region', 'local', 400],
    ['that is a region and nothing behind it', 'local_', 400],
    ['that only begins with the letters of its region', 'localkept', 400],
    ['that is too long', `local_${'x'.repeat(59)}`, 400],
    ['with other characters', 'local_kept/../x', 400],
    ['that is empty', '', 400],
    ['that is no text', { $ne: '' }, 400],
  ])('%s', async (_what, name, status) => {
    const answer = await change(id, { name, description: 'not this either' });
    expect([answer.status, answer.body.error.code], JSON.stringify(answer.body)).toEqual([status, status]);
    expect(await nameOf(id)).toBe('local_kept');
    expect((await call('GET', `/v3/projects/${id}`)).body.project.description).toBe('');
  });

  test('for the main project of a region, which SDKs look for, except its own', async () => {
    const [main] = await idsOf('local');
    expect((await change(main, { name: 'local_main' })).status).toBe(403);
    expect(await change(main, { name: 'local', description: 'main' })).toMatchObject({
      status: 200,
      body: { project: { name: 'local', description: 'main' } },
    });
  });

  test('for a project of another account', async () => {
    const domain = { name: 'strangers', admin: { name: 'admin', password: PASSWORD } };
    await call('POST', '/v3/domains', { domain });
    const stranger = await house.signIn({ account: 'strangers' });
    const body = { project: { name: 'local_stolen' } };
    const { status } = await house.call('PATCH', `/v3/projects/${id}`, { token: stranger.token, body });
    expect([status, await nameOf(id)]).toEqual([404, 'local_kept']);
  });
});

test('of projects that are given one name at the same moment, one gets it', async () => {
  const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => add(`local_race-${name}`)));
  const answers = await Promise.all([
    ...ids.map((id) => change(id, { name: 'local_race' })),
    call('POST', '/v3/projects', { project: { name: 'local_race' } }),
  ]);
  const statuses = answers.map(({ status }) => status).sort();
  expect([200, 201]).toContain(statuses[0]);
  expect(statuses.slice(1)).toEqual([409, 409, 409, 409]);
  expect(await idsOf('local_race')).toHaveLength(1);
});

test('trace files keep the name that their project was made with, and no other project gets it', async () => {
  const id = await add('local_filed');
  const { token } = await house.signIn({ project: 'local_filed' });
  const v3 = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${id}${route}`, { token, body });
  const obs_info = { bucket_name: 'filed', is_obs_created: true };
  const tracker = { tracker_type: 'system', tracker_name: 'system', is_support_validate: true, obs_info };
  expect((await v3('POST', '/tracker', tracker)).status).toBe(201);
  const objects = new DirectoryStore(path.join(house.directory, 'objects'));
  const files = async () =>
    (await objects.list('filed')).objects.map(({ key }) => key).filter((key) => /\/CloudTrace_/.test(key));
  const cycle = async () => {
    const before = (await files()).length;
    expect((await v3('POST', '/traces', { traces: [trace()] })).status).toBeLessThan(300);
    house.skew += CYCLE_SECONDS * 1000;
    for (let i = 0; i < 400 && (await files()).length === before; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return (await files()).at(-1);
  };
  expect(await cycle()).toContain('/CloudTrace_local-local_filed_');
  expect((await change(id, { name: 'local_other' })).status).toBe(200);
  expect((await change(await add('local_free'), { name: 'local_filed' })).body.error).toMatchObject({
    code: 409,
    message: expect.stringContaining('local_other'),
  });
  expect((await call('POST', '/v3/projects', { project: { name: 'local_filed' } })).status).toBe(409);
  // A tracker that is changed, and a service that starts anew, go on in the same chain.
  expect(
    (await v3('PUT', '/tracker', { ...tracker, obs_info: { ...obs_info, is_obs_created: false } })).status,
  ).toBe(200);
  await house.restart({ OPENCTS_TRANSFER_CYCLE: String(CYCLE_SECONDS), OPENCTS_REGIONS: 'local,eu-de' });
  await cycle();
  const places = (await files()).map((key) => /\/CloudTrace_(.*)_\d{4}-/.exec(key)?.[1]);
  expect(places.length).toBeGreaterThan(1);
  expect(new Set(places)).toEqual(new Set(['local-local_filed']));
  expect((await v3('GET', '/archive')).body).toBeTruthy();
  expect((await change(id, { name: 'local_filed' })).status).toBe(200);
});
