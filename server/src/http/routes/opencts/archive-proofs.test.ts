import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryStore } from '../../../objects/index.ts';
import { House, PASSWORD, trace } from '../../../testing/house.ts';
import { logged } from '../../../testing/logged.ts';
import { until } from '../../../testing/until.ts';

const BUCKET = 'shared-archive';
const FOREIGN = 'foreign-archive';
const HOUR = 3_600_000;
const TEAM = 'local_team';
/** Its digests look like those of the main project, but for its project. */
const ALIKE = 'local_x_CloudTrace-Digest_local';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let owner: Caller;
let team: Caller;
let alike: Caller;
let thief: Caller;
let objects: DirectoryStore;

const as = (caller: Caller, route: string) =>
  house.call('GET', `/v3/${caller.projectId}/archive${route}`, { token: caller.token });
const query = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;
const keysIn = async (bucket: string) => (await objects.list(bucket)).objects.map(({ key }) => key);
const ofProject = (keys: string[], place: string) =>
  keys.filter((key) => key.includes(`CloudTrace-Digest_${place}_`) || key.includes(`CloudTrace_${place}_`));

/** Everything that a caller is given to see of a bucket. */
async function seen(caller: Caller, bucket = BUCKET): Promise<{ key: string; kind: string }[]> {
  const { places } = (await as(caller, '/objects')).body;
  const all: { key: string; kind: string }[] = [];
  for (const place of places as { bucket: string; prefix: string }[]) {
    if (place.bucket !== bucket) continue;
    for (let marker: string | null = ''; marker !== null; ) {
      const page: Awaited<ReturnType<typeof as>> = await as(
        caller,
        `/objects${query({ bucket, prefix: place.prefix, marker, limit: '7' })}`,
      );
      expect(page.status).toBe(200);
      all.push(...page.body.objects);
      marker = page.body.marker;
    }
  }
  return all;
}

async function transfer(caller: Caller, bucket: string, create: boolean): Promise<void> {
  const tracker = { tracker_type: 'system', tracker_name: 'system' };
  const call = (method: string, route: string, body: object) =>
    house.call(method, `/v3/${caller.projectId}${route}`, { token: caller.token, body });
  await call('POST', '/tracker', tracker);
  const obs_info = { bucket_name: bucket, is_obs_created: create };
  const put = await call('PUT', '/tracker', { ...tracker, obs_info, is_support_validate: true });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  await call('POST', '/traces', { traces: [trace()] });
}

beforeAll(async () => {
  await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
  objects = new DirectoryStore(path.join(house.directory, 'objects'));
  const account = await house.signIn({});
  for (const name of [TEAM, ALIKE]) {
    await house.call('POST', '/v3/projects', { token: account.token, body: { project: { name } } });
  }
  const domain = { name: 'thieves', admin: { name: 'root', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: account.token, body: { domain } });
  const enter = async () => {
    owner = await house.signIn({ project: 'local' });
    team = await house.signIn({ project: TEAM });
    alike = await house.signIn({ project: ALIKE });
    thief = await house.signIn({ account: 'thieves', name: 'root', project: 'local' });
  };
  await enter();
  await transfer(owner, BUCKET, true);
  for (const caller of [team, alike]) await transfer(caller, BUCKET, false);
  await transfer(thief, FOREIGN, true);
  const files = async (bucket: string) =>
    (await keysIn(bucket)).filter((key) => key.includes('/ECS/')).length;
  await until(async () => ((await files(BUCKET)) >= 3 && (await files(FOREIGN)) >= 1) || undefined);
  house.skew = HOUR;
  await enter();
  await until(
    async () =>
      ((await keysIn(BUCKET)).filter((key) => key.includes('/Digest/ECS/')).length >= 3 &&
        (await logged(objects, BUCKET)) > 0 &&
        (await logged(objects, FOREIGN)) > 0) ||
      undefined,
  );
  const stray = { bucket: BUCKET, contentType: 'text/plain', body: Buffer.from('private') };
  for (const key of [
    'CloudTraces/local/notes.txt',
    'CloudTraces/Log/notes.txt',
    'CloudTraces/notes',
    'notes',
  ]) {
    await objects.put({ ...stray, key });
  }
  await objects.put({ ...stray, key: `CloudTraces/Log/${owner.domainId}/notes.txt` });
}, 120_000);
afterAll(() => house.stop());

describe('what proves the archive of a project', () => {
  test('is listed page by page: its trace files, its digests and the log of its account', async () => {
    const all = await seen(owner);
    const keys = await keysIn(BUCKET);
    const mine = ofProject(keys, 'local').filter((key) => !key.includes(ALIKE));
    const log = keys.filter((key) => key.startsWith(`CloudTraces/Log/${owner.domainId}/`));
    const expected = [...mine, ...log.filter((key) => !key.endsWith('notes.txt'))];
    expect(all.map(({ key }) => key).sort()).toEqual(expected.sort());
    const kinds = new Set(all.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['checkpoint', 'digest', 'tile', 'trace-file']);
  });

  test('is downloaded as it lies in the bucket, digests with their metadata', async () => {
    const all = await seen(owner);
    for (const { key, kind } of all.filter((one) => one.kind !== 'trace-file')) {
      const answer = await fetch(
        `${house.app.url}/v3/${owner.projectId}/archive/object${query({ bucket: BUCKET, key })}`,
        { headers: { 'x-auth-token': owner.token } },
      );
      expect([key, answer.status]).toEqual([key, 200]);
      const { head, body } = await objects.get(BUCKET, key);
      expect(Buffer.from(await answer.arrayBuffer()).equals(await buffer(body))).toBe(true);
      if (kind !== 'digest') continue;
      expect(head.metadata['meta-signature']).toMatch(/^[0-9a-f]{512}$/);
      for (const [name, value] of Object.entries(head.metadata)) {
        expect(answer.headers.get(`x-object-meta-${name}`)).toBe(value);
      }
    }
    const { key } = all.find(({ kind }) => kind === 'trace-file') as { key: string };
    expect((await as(owner, `/object${query({ bucket: BUCKET, key })}`)).status).toBe(404);
    const stored = await as(owner, `/file${query({ bucket: BUCKET, key, stored: 'true' })}`);
    expect(stored.status).toBe(200);
  });

  test('digests are told by their time, newest first, page by page', async () => {
    const digests: { key: string; signature: string; end_time: number }[] = [];
    for (let marker = ''; ; ) {
      const { body } = await as(owner, `/digests?limit=1${marker && `&marker=${marker}`}`);
      digests.push(...body.digests);
      if (body.marker === null) break;
      marker = body.marker;
    }
    const there = (await seen(owner)).filter(({ kind }) => kind === 'digest').map(({ key }) => key);
    expect(digests.map(({ key }) => key).sort()).toEqual(there.sort());
    for (const { key, signature } of digests) {
      expect(signature).toBe((await objects.head(BUCKET, key)).metadata['meta-signature']);
    }
    const end = digests[0]?.end_time ?? 0;
    expect((await as(owner, `/digests?from=${end + 1}`)).body.digests).toEqual([]);
    expect((await as(owner, `/digests?to=${end - HOUR - 1}`)).body.digests).toEqual([]);
    expect((await as(owner, '/digests?marker=1')).status).toBe(400);
  });

  test("is no other project's: not in its bucket, not in its account, not by a name that looks like its own", async () => {
    const keys = await keysIn(BUCKET);
    const foreign = await keysIn(FOREIGN);
    const log = (one: string) => one.startsWith('CloudTraces/Log/');
    const files = (all: string[], place: string) =>
      ofProject(all, place).filter((key) => !key.includes(ALIKE));
    const ofAlike = keys.filter((key) => key.includes(ALIKE));
    expect(ofAlike.some((key) => key.includes('/Digest/'))).toBe(true);
    const refused: [Caller, string, string[]][] = [
      [owner, BUCKET, [...files(keys, 'local-local_team'), ...ofAlike]],
      [team, BUCKET, [...files(keys, 'local'), ...ofAlike]],
      [alike, BUCKET, files(keys, 'local')],
      [owner, FOREIGN, foreign],
      [thief, BUCKET, keys],
      [thief, FOREIGN, keys.filter(log)],
    ];
    for (const [caller, bucket, all] of refused) {
      expect(all.length).toBeGreaterThan(0);
      const visible = new Set((await seen(caller, bucket)).map(({ key }) => key));
      for (const key of all) {
        expect(visible.has(key)).toBe(false);
        const answers = [
          await as(caller, `/object${query({ bucket, key })}`),
          await as(caller, `/file${query({ bucket, key, stored: 'true' })}`),
        ];
        expect([key, answers.map(({ status }) => status)]).toEqual([key, [404, 404]]);
      }
    }
    expect((await as(team, '/digests')).body.digests.map(({ key }: { key: string }) => key).sort()).toEqual(
      ofProject(keys, 'local-local_team')
        .filter((key) => key.includes('/Digest/'))
        .sort(),
    );
    // The log of the account holds nothing but hashes.
    expect((await seen(team)).some(({ kind }) => kind === 'checkpoint')).toBe(true);
  });

  test('a project of another account is none of the caller', async () => {
    for (const route of ['/objects', '/digests', `/object${query({ bucket: BUCKET, key: 'x' })}`]) {
      const path = `/v3/${owner.projectId}/archive${route}`;
      const { status } = await house.call('GET', path, { token: thief.token });
      expect([route, status]).toEqual([route, 403]);
      expect((await house.call('GET', path)).status).toBe(401);
    }
  });

  test('no prefix and no key leads out of its places', async () => {
    const log = `CloudTraces/Log/${owner.domainId}`;
    const prefixes = [
      ...['', '/', 'C', 'CloudTraces', 'CloudTraces/', 'CloudTraces/Log/', 'CloudTraces/local', 'notes', '.'],
      ...[
        '..',
        '../',
        `CloudTraces/Log/${thief.domainId}/`,
        log,
        'cloudtraces/local/',
        ' CloudTraces/local/',
      ],
    ];
    for (const prefix of prefixes) {
      const answer = await as(owner, `/objects${query({ bucket: BUCKET, prefix })}`);
      expect([prefix, answer.status]).toEqual([prefix, 404]);
    }
    for (const way of ['../', '../../', '%2e%2e/', './', '/', `../Log/${thief.domainId}/`, '..\\']) {
      for (const prefix of [`CloudTraces/local/${way}`, `${log}/${way}`]) {
        const answer = await as(owner, `/objects${query({ bucket: BUCKET, prefix })}`);
        expect([prefix, answer.status, answer.body.objects]).toEqual([prefix, 200, []]);
      }
    }
    const digest = (await seen(owner)).find(({ kind }) => kind === 'digest')?.key ?? '';
    const keys = [
      ...[
        'notes',
        'CloudTraces/notes',
        'CloudTraces/local/notes.txt',
        `${log}/notes.txt`,
        log,
        `${log}/`,
        '',
      ],
      ...[`${log}/../${owner.domainId}/checkpoint`, `${log}/./checkpoint`, `${log}//checkpoint`],
      ...['../.metadata', `../${FOREIGN}/${digest}`, `CloudTraces/local/../../../${FOREIGN}/${digest}`],
      ...[
        `${digest}/`,
        `/${digest}`,
        `${digest}\0`,
        `${digest}.json`,
        digest.replace('/Digest/', '/../Digest/'),
      ],
    ];
    for (const key of keys) {
      const answer = await as(owner, `/object${query({ bucket: BUCKET, key })}`);
      expect([key, answer.status]).toEqual([key, 404]);
    }
    for (const bucket of ['', '.', '..', '.metadata', 'no-such-bucket']) {
      const answer = await as(owner, `/object${query({ bucket, key: digest })}`);
      expect([bucket, answer.status]).toEqual([bucket, 404]);
    }
  });

  test("a digest that somebody laid in its place and that says it is another project's is not given", async () => {
    const theirs = ofProject(await keysIn(BUCKET), 'local-local_team').find((key) =>
      key.includes('/Digest/'),
    );
    const bytes = await buffer((await objects.get(BUCKET, theirs ?? '')).body);
    const key = (theirs ?? '')
      .replace('_local-local_team_', '_local_')
      .replace(/T\d\d-\d\d-\d\dZ/, 'T00-00-01Z');
    await objects.put({ bucket: BUCKET, key, body: bytes, contentType: 'application/gzip' });
    expect((await as(owner, `/object${query({ bucket: BUCKET, key })}`)).status).toBe(404);
    await objects.put({ bucket: BUCKET, key, body: Buffer.from('broken'), contentType: 'application/gzip' });
    expect((await as(owner, `/object${query({ bucket: BUCKET, key })}`)).body).toBe('broken');
    await objects.remove(BUCKET, key);
  });
});

test('the verifier key of the evidence log is told to everybody', async () => {
  const { body } = await house.call('GET', '/v3/public-keys');
  expect(body.log_verifier_key).toMatch(
    new RegExp(`^opencts/[^/+]+/${owner.domainId}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]+$`),
  );
  const theirs = await house.call('GET', `/v3/public-keys?domain_id=${thief.domainId}`);
  expect(theirs.body.log_verifier_key).toContain(`/${thief.domainId}+`);
  expect((await house.call('GET', '/v3/public-keys?domain_id=..')).status).toBe(400);
});
