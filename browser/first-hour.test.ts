import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  indexed,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import { addUser, ask, barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('the first hour with the console', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(path.join(directory, 'data'));
    const own = { service_type: 'SHOP', resource_type: 'order', trace_name: 'refundOrder' };
    const long = `arn:of:${'a-very-long-name-'.repeat(8)}end`;
    await report(server, [trace(own), trace(own), trace({ resource_name: long })]);
    await indexed(server);
    browser = await launch();
  });
  afterEach(async () => {
    await page.context().close();
    expect(problems.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });
  const open = async (route: string, options = {}) => {
    page = await openPage(browser, problems, options);
    await signIn(page, server.url, PASSWORD, route);
  };

  test('operations that were traced can be chosen, also those that no catalogue knows', async () => {
    await open('/console/notifications/edit');
    await page.getByRole('button', { name: 'Seen here' }).click();
    await page.getByRole('checkbox', { name: 'SHOP/order/refundOrder', exact: true }).click();
    await page.getByText('2 traces in the last 7 days').waitFor();
    await page.getByText('2 traces:').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('documentation and API are a click away, and lie on the service itself', async () => {
    await open('/console/guide');
    for (const [name, path, heading] of [
      ['Documentation', '/console/manual/index.html', 'Documentation'],
      ['API', '/docs/', 'OpenCTS'],
    ] as const) {
      const link = page.getByRole('link', { name: new RegExp(`^${name}`) });
      const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
      await tab.waitForLoadState();
      expect(new URL(tab.url()).pathname).toMatch(new RegExp(`^${path}?`));
      await tab.getByRole('heading', { name: heading }).first().waitFor();
      await tab.close();
    }
    await page.goto(`${server.url}/console/manual/index.html`);
    await page.getByRole('link', { name: /^operate/ }).click();
    await page.getByRole('heading', { name: 'Running OpenCTS' }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('to a reader nothing is offered that would be refused, and why stands there', async () => {
    await ask(server, 'POST', `/v2/${server.projectId}/notifications/topics`, { name: 'alerts' });
    await addUser(server, 'auditor', ['CTS ReadOnlyAccess', 'SMN ReadOnlyAccess']);
    page = await openPage(browser, problems);
    await page.goto(`${server.url}/console/`);
    await page.fill('input[name=user]', 'auditor');
    await page.fill('input[name=password]', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#top');
    for (const [route, name, role] of [
      ['trackers', 'Create data tracker', 'CTS FullAccess'],
      ['notifications', 'Create notification', 'CTS FullAccess'],
      ['topics', 'Create topic', 'SMN FullAccess'],
      ['guide', 'Create an ingest key', 'CTS FullAccess'],
      ['guide', 'Set up the transfer', 'CTS FullAccess'],
      ['archive', 'Set up a transfer', 'CTS FullAccess'],
    ] as const) {
      await page.goto(`${server.url}/console/${route}`);
      const button = page.getByRole('button', { name, exact: true });
      await expect.poll(() => button.getAttribute('aria-disabled'), { timeout: 15_000 }).toBe('true');
      await button.hover();
      await page.getByText(`You need the role ${role}`).locator('visible=true').waitFor();
    }
    await page.goto(`${server.url}/console/trackers`);
    await page.getByRole('button', { name: 'Actions: system' }).click();
    for (const name of ['Edit', 'Disable', 'Delete']) {
      const item = page.getByRole('menuitem', { name: new RegExp(`^${name}`) });
      expect([name, await item.getAttribute('aria-disabled')]).toEqual([name, 'true']);
    }
    expect(await barriers(page)).toEqual([]);
  });

  test('a half-filled tracker is not left without a question', async () => {
    await open('/console/trackers');
    await page.getByRole('button', { name: 'Actions: system' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByLabel('Write trace files to a bucket').click();
    await page.getByRole('link', { name: 'Trace list' }).click();
    await page.getByText('What you have entered here is lost.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).last().click();
    expect(page.url()).toContain('/trackers/edit');
    await page.goBack();
    await page.getByText('What you have entered here is lost.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).last().click();
    expect(page.url()).toContain('/trackers/edit');
    expect(await page.getByLabel('Write trace files to a bucket').isChecked()).toBe(true);
    await page.getByRole('link', { name: 'Trace list' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Trace list' }).waitFor();
  });

  test('what is refused is told in German, with the words of the service behind it', async () => {
    await open('/console/trackers/edit?name=system', { locale: 'de-DE' });
    await page.getByLabel('Trace-Dateien in einen Bucket schreiben').click();
    await page.getByLabel('Bucket', { exact: true }).fill('UPPER case!');
    await page.getByRole('button', { name: 'Speichern' }).click();
    await page
      .getByText(/Der Name des Buckets stimmt nicht\. Der Dienst meldet: „"UPPER case!": .*“/)
      .waitFor();
    expect(await barriers(page)).toEqual([]);
    problems.length = 0;
  });

  test('what the service makes itself is described in German', async () => {
    await open('/console/roles', { locale: 'de-DE' });
    await page.getByText('Alles außer IAM lesen').waitFor();
    const rows = await page.getByRole('row').filter({ hasText: 'System' }).allInnerTexts();
    expect(rows.length, rows.join()).toBe(13);
    // Words that every English description has, one or the other.
    expect(rows.filter((row) => /everything|reads|reports|users,|its metrics/i.test(row))).toEqual([]);
    await open('/console/groups', { locale: 'de-DE' });
    await page.getByText('Administratoren').waitFor();
    expect(await page.getByText('Administrators').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
  });

  test('on paper stands the whole list, and nothing of the navigation', async () => {
    await open('/console/');
    await page.getByText('refundOrder').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#top').isVisible()).toBe(false);
    expect(await page.getByRole('link', { name: 'Key event notifications' }).isVisible()).toBe(false);
    await page.getByText(/account default, project local · printed by admin at \d{4}-/).waitFor();
    const cell = page.locator('.trace-row .c-resource_name', { hasText: 'a-very-long-name' });
    const [wide, shown] = await cell.evaluate((one) => [one.scrollWidth, one.clientWidth] as const);
    expect(wide).toBeLessThanOrEqual(shown);
    await writeFile(path.join(directory, 'list.pdf'), await page.pdf({ format: 'A4' }));
  });

  test('over a slow line it tells within two seconds that something comes', async () => {
    page = await openPage(browser, problems);
    const network: CDPSession = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const slow = { offline: false, latency: 100, downloadThroughput: 50_000, uploadThroughput: 50_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    const began = Date.now();
    await page.goto(`${server.url}/console/`, { waitUntil: 'commit' });
    await page.locator('#coming').waitFor();
    expect(Date.now() - began).toBeLessThan(2_000);
    await page.waitForSelector('input[name=password]', { timeout: 60_000 });
    expect(await page.locator('#coming').count()).toBe(0);
  }, 90_000);
});
