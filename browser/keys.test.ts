import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import { barriers, CHROMIUM, focused, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('keys and roles in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    browser = await launch();
    page = await openPage(browser, []);
    await signIn(page, server.url, PASSWORD, '/console/ingest-keys');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  const dialog = () => page.getByRole('dialog');
  async function create(path: string, body: object): Promise<Record<string, Record<string, string>>> {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, Record<string, string>>;
  }

  test('an ingest key is shown once; a trace that is sent with it appears', async () => {
    await page.getByRole('button', { name: 'Create ingest key' }).click();
    await dialog().getByLabel('Name').fill('billing');
    await page.keyboard.press('Enter');
    await page.locator('pre.command-text').first().waitFor();
    // Nothing closes it but the word that the secret is kept.
    expect(await dialog().getByRole('button', { name: 'Close' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 500);
    const secret = (await page.locator('pre.command-text').first().textContent()) ?? '';
    expect(await page.locator('pre.command-text').last().textContent()).toContain(`Bearer ${secret}`);
    const sent = await fetch(`${server.url}/v3/${server.projectId}/traces`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ traces: [trace({ trace_name: 'sentWithKey' })] }),
    });
    expect(await sent.json()).toMatchObject({ accepted: 1 });
    await dialog().getByRole('button', { name: 'I have kept it' }).click();
    await expect.poll(() => focused(page)).toBe('Create ingest key');
    await page.getByRole('button', { name: 'Revoke: billing' }).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await barriers(page)).toEqual([]);
    await page.goto(`${server.url}/console/`);
    await page.getByRole('button', { name: 'sentWithKey', exact: true }).first().waitFor();
  });

  test('an access key is made', async () => {
    await page.goto(`${server.url}/console/access-keys`);
    await page.getByRole('button', { name: 'Create access key' }).click();
    await dialog().getByRole('button', { name: 'Create access key' }).click();
    const access = (await page.locator('pre.command-text').first().textContent()) ?? '';
    await dialog().getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('rowheader', { name: access }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('an administrator disables and deletes an access key of another user', async () => {
    const { user } = await create('/v3/users', { user: { name: 'ravi' } });
    const { credential } = await create('/v3.0/OS-CREDENTIAL/credentials', {
      credential: { user_id: user?.id, description: 'Nightly job' },
    });
    await page.goto(`${server.url}/console/access-keys`);
    await page.getByRole('button', { name: /^User/ }).click();
    await page.getByRole('option', { name: 'ravi' }).click();
    const key = page.getByRole('row', { name: credential?.access });
    await key.getByText('Enabled').waitFor();
    expect(await page.getByRole('button', { name: 'Create access key' }).count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    for (const act of ['Disable', 'Delete']) {
      await key.getByRole('button', { name: /^Actions/ }).click();
      await page.getByRole('menuitem', { name: act }).click();
      await dialog().getByRole('button', { name: act }).click();
      await dialog().waitFor({ state: 'detached' });
      if (act === 'Disable') await key.getByText('Disabled').waitFor();
    }
    await page.getByText('ravi has no access key').waitFor();
  });

  test('a policy that is not valid is refused with the reason, then made', async () => {
    await page.goto(`${server.url}/console/roles`);
    await page.getByRole('button', { name: 'Create custom policy' }).click();
    await dialog().getByLabel('Name').fill('Auditors');
    const policy = dialog().getByLabel('Policy (JSON)');
    const template = await policy.inputValue();
    const create = dialog().getByRole('button', { name: 'Create custom policy' });
    await policy.fill('{');
    await create.click();
    await dialog().getByText('The policy is not valid JSON').waitFor();
    expect(await policy.getAttribute('aria-invalid')).toBe('true');
    await policy.fill(template.replace('cts:*:list*', 'everything'));
    await create.click();
    await dialog().getByText('role.policy.Statement.0.Action.0 is "everything"; it must match').waitFor();
    await policy.fill(template);
    await create.click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Auditors', exact: true }).click();
    await dialog().getByText('cts:*:list*').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    expect(await barriers(page)).toEqual([]);
  });

  test('on a phone nothing overflows', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const route of ['ingest-keys', 'access-keys', 'roles']) {
      await page.goto(`${server.url}/console/${route}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });
});
