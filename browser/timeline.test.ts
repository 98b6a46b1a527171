import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import { barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('one resource and one operator in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const of = (minutesAgo: number, change: Record<string, unknown>) =>
    trace({
      resource_id: 'srv-1',
      resource_name: 'web-1',
      source_ip: '192.0.2.17',
      time: Date.now() - minutesAgo * 60_000,
      ...change,
    });

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    const paul = { id: '22bb', name: 'paul', domain: { id: 'a1b2', name: 'acme' } };
    await report(server, [
      of(40, { trace_name: 'createServer', request: '{"server":{"name":"web-1","flavor":"s3.large"}}' }),
      of(30, { trace_name: 'updateServer', request: '{"server":{"name":"web-2","flavor":"s3.large"}}' }),
      of(20, {
        trace_name: 'resizeServer',
        trace_rating: 'warning',
        code: '403',
        request: '{"server":{"flavor":"s3.huge"}}',
        user: paul,
      }),
      of(10, { trace_name: 'deleteServer', request: '' }),
    ]);
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  test('the details of a trace lead to the timeline of its resource: what changed, by whom, and what failed', async () => {
    await page.locator('.trace-row', { hasText: 'deleteServer' }).locator('.toggle').click();
    await page.getByRole('link', { name: 'Timeline of this resource' }).click();
    const operations = page.locator('ol.timeline > li');
    await operations.first().waitFor();
    expect(await operations.locator('b').allTextContents()).toEqual([
      'deleteServer',
      'resizeServer',
      'updateServer',
      'createServer',
    ]);
    expect(await operations.nth(2).locator('dl').textContent()).toBe('server.nameweb-1 → web-2');
    expect(await operations.nth(1).getAttribute('class')).toBe('warning');
    expect(await operations.nth(1).locator('dl').count()).toBe(0);
    await page.getByText('It did not succeed').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Oldest first' }).click();
    expect(await operations.first().locator('b').textContent()).toBe('createServer');
  });

  test('an operator: what it did, from where, and its failures', async () => {
    await page.getByRole('link', { name: 'paul', exact: true }).click();
    await page.getByRole('heading', { name: 'Operator paul' }).waitFor();
    await page.getByText('192.0.2.17').waitFor();
    expect(await page.locator('.overview-total.warning b').textContent()).toBe('1');
    expect(await page.locator('.overview-total.incident b').textContent()).toBe('0');
    await page.locator('.trace-row[data-trace]').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Incident', exact: true }).click();
    await page.locator('.trace-row[data-trace]').waitFor({ state: 'detached' });
  });

  test.each(['resource?id=srv-1', 'operator?name=jane'])(
    '%s on a phone: nothing overflows',
    async (address) => {
      const phone = await openPage(browser, problems, {
        viewport: { width: 390, height: 844 },
        colorScheme: 'dark',
      });
      await signIn(phone, server.url, PASSWORD, `/console/${address}`);
      await phone.waitForLoadState('networkidle');
      expect(await barriers(phone)).toEqual([]);
      expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await phone.context().close();
    },
  );

  test('no error was written to the browser’s console', () => {
    expect(problems).toEqual([]);
  });
});
