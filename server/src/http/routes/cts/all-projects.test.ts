import { afterAll, beforeAll, expect, test } from 'vitest';
import { House, PASSWORD, trace } from '../../../testing/house.ts';

const house = new House();
type Caller = Awaited<ReturnType<House['signIn']>>;
let account: Caller;
let main: Caller;
let second: Caller;
let stranger: Caller;

/** Enables CTS, and reports a trace of this name. */
async function report(caller: Caller, name: string): Promise<void> {
  const call = (route: string, body: unknown) =>
    house.call('POST', `/v3/${caller.projectId}${route}`, { token: caller.token, body });
  await call('/tracker', { tracker_type: 'system', tracker_name: 'system' });
  const { body } = await call('/traces', { traces: [trace({ resource_name: name })] });
  expect(body.rejected ?? []).toEqual([]);
}

beforeAll(async () => {
  await house.start();
  account = await house.signIn({});
  for (const name of ['local_two', 'local_three']) {
    await house.call('POST', '/v3/projects', { token: account.token, body: { project: { name } } });
  }
  main = await house.signIn({ project: 'local' });
  second = await house.signIn({ project: 'local_two' });
  const domain = { name: 'others', admin: { name: 'admin', password: PASSWORD } };
  await house.call('POST', '/v3/domains', { token: account.token, body: { domain } });
  stranger = await house.signIn({ account: 'others', project: 'local' });
  await report(main, 'of the first');
  await report(second, 'of the second');
  await report(await house.signIn({ project: 'local_three' }), 'of the third');
  await report(stranger, 'of a stranger');
  await house.searchable(account.token);
}, 60_000);
afterAll(() => house.stop());

const ask = (caller: Caller, route = '/traces', more: Record<string, string> = {}) =>
  house.call(
    'GET',
    `/v3/${caller.projectId}${route}?${new URLSearchParams({ service_type: 'ECS', projects: 'all', ...more })}`,
    { token: caller.token },
  );
const names = (traces: { resource_name: string }[]) => traces.map((one) => one.resource_name).sort();

test('one question goes to all projects of the account, page by page', async () => {
  const { body } = await ask(main);
  expect(names(body.traces)).toEqual(['of the first', 'of the second', 'of the third']);
  expect(new Set(body.traces.map((one: { project_id: string }) => one.project_id)).size).toBe(3);
  const found: { resource_name: string }[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page = await ask(main, '/traces', { limit: '1', ...(next ? { next } : {}) });
    found.push(...page.body.traces);
    next = page.body.meta_data.marker;
  }
  expect(names(found)).toEqual(['of the first', 'of the second', 'of the third']);
  const bars = (await ask(main, '/traces/histogram')).body.buckets as { normal: number }[];
  expect(bars.reduce((sum, { normal }) => sum + normal, 0)).toBe(3);
  const { body: values } = await ask(main, '/traces/facets', { field: 'resource_name' });
  expect(names(values.values.map(({ value }: { value: string }) => ({ resource_name: value })))).toEqual([
    'of the first',
    'of the second',
    'of the third',
  ]);
  const { body: operations } = await ask(main, '/traces/operations');
  expect(operations.operations[0].count).toBe(3);
  const file = await ask(main, '/traces/export');
  expect(String(file.body)).toContain('of the third');
});

test('nobody sees more than the projects whose traces they may read', async () => {
  await house.addUser(account, 'jane', [
    { role: 'CTS ReadOnlyAccess', scope: main.projectId },
    { role: 'SMN ReadOnlyAccess', scope: second.projectId },
  ]);
  const jane = await house.signIn({ name: 'jane', project: 'local' });
  expect(names((await ask(jane)).body.traces)).toEqual(['of the first']);
  expect(names((await ask(stranger)).body.traces)).toEqual(['of a stranger']);
  const elsewhere = { ...stranger, projectId: main.projectId };
  expect((await ask(elsewhere)).status).toBe(403);
});

test('a project that is disabled is left out, and another choice is refused', async () => {
  const { status } = await house.call('PATCH', `/v3/projects/${second.projectId}`, {
    token: account.token,
    body: { project: { enabled: false } },
  });
  expect(status).toBe(200);
  expect(names((await ask(main)).body.traces)).toEqual(['of the first', 'of the third']);
  const wrong = await ask(main, '/traces', { projects: 'some' });
  expect([wrong.status, wrong.body.error_code]).toEqual([400, 'CTS.0300']);
});
