import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { House, PASSWORD } from '../../../testing/house.ts';

const house = new House();
let project: string;

beforeAll(async () => {
  await house.start({});
  ({ projectId: project } = await house.signIn({ project: 'local' }));
});
afterAll(() => house.stop());

const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
  fetch(`${house.app.url}${path}`, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });

/** Signs in as a browser does. @returns what it sends from then on */
async function enter(
  user = 'admin',
): Promise<{ cookie: string; line: string; session: Record<string, unknown> }> {
  const response = await call('POST', '/session', {}, { account: 'default', user, password: PASSWORD });
  expect(response.status).toBe(201);
  const [line = ''] = response.headers.getSetCookie();
  return {
    line,
    cookie: line.split(';')[0] ?? '',
    session: (await response.json()) as Record<string, unknown>,
  };
}
const CONSOLE = { 'x-opencts-client': 'console' };

describe('sessions of the console', () => {
  test('the token is in a cookie that no script and no other site can use, and nowhere else', async () => {
    const { line, cookie, session } = await enter();
    expect(line).toContain('HttpOnly');
    expect(line).toContain('SameSite=Strict');
    expect(session).toMatchObject({ user: { name: 'admin' }, projects: [{ id: project, name: 'local' }] });
    expect(JSON.stringify(session)).not.toContain(cookie.split('=')[1]);
  });

  test('a session is not ended in the name of whoever brings other credentials as well', async () => {
    const { cookie } = await enter();
    const other = await house.signIn({});
    const refused = await call('DELETE', '/session', { cookie, ...CONSOLE, 'x-auth-token': other.token });
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('cookie alone')]);
    expect((await call('GET', '/v3/groups', { cookie, ...CONSOLE })).status).toBe(200);
    expect((await call('DELETE', '/session', { cookie, ...CONSOLE })).status).toBe(204);
    expect((await call('GET', '/v3/groups', { cookie, ...CONSOLE })).status).toBe(401);
  });

  test('the path of a request says which project is meant; without one, a header', async () => {
    const { cookie } = await enter();
    const headers = { cookie, ...CONSOLE };
    expect((await call('GET', `/v3/${project}/traces`, headers)).status).toBe(200);
    expect((await call('GET', '/v3/groups', { ...headers, 'x-project-id': project })).status).toBe(200);
    expect((await call('GET', `/v3/${'0'.repeat(32)}/traces`, headers)).status).toBe(403);
  });

  test('the cookie counts nothing without the header that only the console sends', async () => {
    const { cookie } = await enter();
    const refused = await call('GET', `/v3/${project}/traces`, { cookie });
    expect([refused.status, await refused.text()]).toEqual([
      401,
      expect.stringContaining('only with the header x-opencts-client'),
    ]);
    const enabling = { tracker_type: 'system', tracker_name: 'system' };
    expect((await call('POST', `/v3/${project}/tracker`, { cookie }, enabling)).status).toBe(401);
    expect(await (await call('GET', '/session', { cookie })).json()).toEqual({});
  });

  test('what is signed out stays out, in every project', async () => {
    const { cookie } = await enter();
    const headers = { cookie, ...CONSOLE };
    expect((await call('GET', `/v3/${project}/traces`, headers)).status).toBe(200);
    expect(await (await call('GET', '/session', headers)).json()).toMatchObject({
      session: { user: { name: 'admin' } },
    });
    const left = await call('DELETE', '/session', headers);
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie()[0]).toMatch(/^opencts_session=;/);
    expect((await call('GET', `/v3/${project}/traces`, headers)).status).toBe(401);
    expect(await (await call('GET', '/session', headers)).json()).toEqual({});
  });

  test('it tells whether the quarantine of the installation is any matter of the user', async () => {
    expect((await enter()).session.operator).toBe(true);
    await house.addUser(await house.signIn({}), 'manager', [
      { role: 'Security Administrator', scope: 'domain' },
      { role: 'Tenant Administrator', scope: 'projects' },
    ]);
    expect((await enter('manager')).session.operator).toBe(false);
  });

  test('a wrong password, an unknown account and a cookie that was changed are refused', async () => {
    const wrong = { account: 'default', user: 'admin', password: 'not the password' };
    for (const body of [wrong, { ...wrong, account: 'nobody', password: PASSWORD }]) {
      const response = await call('POST', '/session', {}, body);
      expect(response.status).toBe(401);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    const { cookie } = await enter();
    const changed = { cookie: `${cookie.slice(0, -2)}xx`, ...CONSOLE };
    expect((await call('GET', `/v3/${project}/traces`, changed)).status).toBe(401);
  });
});
