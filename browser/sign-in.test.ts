import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { barriers, focused, launch, openPage, signIn, whyNoBrowser } from './harness.ts';

const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('signing in and enabling CTS in the browser', () => {
  let provider: Server;
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    provider = createServer();
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    directory = await temporaryDirectory();
    server = await startServer(
      directory,
      { OPENCTS_OIDC_ISSUER: issuer, OPENCTS_REGIONS: 'eu-de,eu-nl' },
      { enabled: false },
    );
    const oidc = new Provider(issuer, {
      clients: [
        {
          client_id: 'opencts',
          redirect_uris: [`${server.url}/oidc/callback`],
          token_endpoint_auth_method: 'none',
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, preferred_username: sub, groups: sub === 'chief' ? ['admin'] : [] }),
      }),
      cookies: { keys: ['a key of the tests'] },
    });
    provider.on('request', oidc.callback());
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    provider?.close();
    await removeDirectory(directory);
  });

  async function throughProvider(login: string) {
    const page = await openPage(browser, problems);
    await page.goto(`${server.url}/console/?range=1d`);
    await page.getByRole('button', { name: 'Sign in with your organization' }).click();
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', 'any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    return page;
  }

  test('an administrator enables CTS with a click, and the first trace appears', async () => {
    const page = await openPage(browser, problems);
    await page.goto(`${server.url}/console/`);
    await page.fill('input[name=password]', PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Enable CTS' }).click();
    await page.getByText('createTracker').first().waitFor();
    expect(await page.getByText('CTS is not enabled').count()).toBe(0);
    await page.context().close();
  });

  test('a person comes in through the provider, back to the view it came from', async () => {
    const page = await throughProvider('chief');
    await page.waitForSelector('.histogram svg');
    expect(new URL(page.url()).searchParams.get('range')).toBe('1d');
    await page.getByRole('button', { name: 'chief' }).waitFor();
    await page.context().close();
  });

  test('one without any role is told so', async () => {
    const page = await throughProvider('newcomer');
    await page.getByText('you have not been granted a role yet').waitFor();
    await page.context().close();
  });

  test('an expired session asks for the password, and what was typed is still there', async () => {
    const page = await openPage(browser, []);
    await signIn(page, server.url, PASSWORD, '/console/topics');
    await page.getByRole('button', { name: 'Create topic' }).first().click();
    const typing = page.getByRole('dialog').filter({ hasText: 'Display name' });
    await typing.getByLabel('Name', { exact: true }).fill('alerts');
    await page.context().clearCookies();
    await typing.getByRole('button', { name: 'Create topic' }).click();
    const again = page.getByRole('dialog').filter({ hasText: 'Sign in again' });
    await again.getByText('Your session has expired').waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(await again.locator('input[name=user]').inputValue()).toBe('admin');
    await again.locator('input[name=password]').fill(PASSWORD);
    await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    await again.waitFor({ state: 'detached' });
    expect(await typing.getByLabel('Name', { exact: true }).inputValue()).toBe('alerts');
    await typing.getByRole('button', { name: 'Create topic' }).click();
    await page.getByRole('link', { name: 'alerts' }).waitFor();
    await page.context().close();
  });

  test('a tracker form keeps what was typed when the session expires', async () => {
    const page = await openPage(browser, []);
    await signIn(page, server.url, PASSWORD, '/console/trackers/edit?name=system');
    await page.getByLabel('Write trace files to a bucket').click();
    await page.getByLabel('Bucket', { exact: true }).fill('audit-archive');
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Sign in again' });
    await again.locator('input[name=password]').waitFor();
    // It cannot be passed by.
    expect(await again.getByRole('button', { name: 'Close' }).count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('Password');
    const loaded = page.waitForResponse(/\/trackers/);
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    await loaded;
    await page.waitForLoadState('networkidle');
    expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe('audit-archive');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The tracker system is saved.').waitFor();
    await page.context().close();
  });

  test('the project of another region is chosen, and remembered', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
    await page.getByRole('button', { name: 'Project: eu-de' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'eu-nl' }).click();
    await page.getByText('CTS is not enabled in this project').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Project: eu-nl' }).waitFor();
    await page.goto(`${server.url}/console/?project=eu-de`);
    await page.getByRole('button', { name: 'Project: eu-de' }).waitFor();
    await page.context().close();
  });

  test('the token is out of reach for scripts, and signing out ends it', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
    const stored = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage, ...sessionStorage }]),
    );
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'opencts_session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(stored).not.toContain(cookie?.value);
    await page.getByRole('button', { name: /^admin/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForSelector('input[name=password]');
    const answer = await fetch(`${server.url}/session`, {
      headers: { cookie: `opencts_session=${cookie?.value}`, 'x-opencts-client': 'console' },
    });
    expect(await answer.json()).toEqual({});
    await page.context().close();
  });

  test('nothing was refused by the policies of the pages', () => {
    // The provider's own page looks for fonts elsewhere.
    expect(problems.filter((one) => /Content Security Policy|Refused/.test(one))).toEqual([]);
  });
});
