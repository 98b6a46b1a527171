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
import { launch, openPage, whyNoBrowser } from './harness.ts';

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
    server = await startServer(directory, { OPENCTS_OIDC_ISSUER: issuer }, { enabled: false });
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
    expect(new URL(page.url()).search).toBe('?range=1d');
    await page.getByRole('button', { name: 'chief' }).waitFor();
    await page.context().close();
  });

  test('one without any role is told so', async () => {
    const page = await throughProvider('newcomer');
    await page.getByText('nobody has granted you a role yet').waitFor();
    await page.context().close();
  });

  test('nothing was refused by the policies of the pages', () => {
    // The provider's own page looks for fonts elsewhere.
    expect(problems.filter((one) => /Content Security Policy|Refused/.test(one))).toEqual([]);
  });
});
