import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { barriers, importRecords, launch, openPage, signIn, whyNoBrowser } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const HOUR = 3_600_000;
const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('the overview in the browser', () => {
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, {}, { enabled: false });
    browser = await launch();
    await mkdir(SHOTS, { recursive: true });
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/overview');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  async function open(query = ''): Promise<void> {
    await page.goto(`${server.url}/console/overview${query}`);
    await page.locator('.overview .histogram svg').waitFor();
    await page.waitForLoadState('networkidle');
  }

  test('without a trace it leads to the first steps', async () => {
    await page.getByText('No traces in this period').waitFor();
    await page.getByText('CTS is not enabled in this project').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.locator('.overview').getByRole('button', { name: 'First steps' }).click();
    await page.waitForURL('**/console/guide');
  });

  test('a project that is younger than a day calls nothing unusual', async () => {
    await importRecords(server, '--enable');
    await open();
    await page.getByText('There is not enough history yet').waitFor();
  });

  test('what is new within a day is told, and what was seen before is not', async () => {
    const known = { user: { name: 'bert-jan', domain: { id: 'd' } }, service_type: 'S3' };
    await report(server, [
      trace({ ...known, trace_name: 'ListBuckets', time: Date.now() - 50 * HOUR }),
      trace({ trace_name: 'beNew', service_type: 'ODD', source_ip: '203.0.113.9' }),
    ]);
    await indexed(server);
    await open();
    const unusual = (title: string) =>
      page.locator('section').filter({ has: page.getByRole('heading', { name: title }) });
    await unusual('New operators').getByRole('link').first().waitFor();
    expect(await unusual('New operators').getByRole('link').allTextContents()).not.toContain('bert-jan');
    await unusual('New operations').getByRole('link', { name: 'ODD · beNew' }).click();
    await expect.poll(() => page.url()).toContain('source=ODD&value=beNew');
    await page.getByRole('button', { name: 'beNew', exact: true }).waitFor();
    await page.goBack();
    await unusual('New source addresses').getByRole('link', { name: '203.0.113.9' }).click();
    await expect.poll(() => page.url()).toContain('by=source_ip&value=203.0.113.9');
    await page.getByRole('button', { name: 'beNew', exact: true }).waitFor();
  });

  test.each([
    ['.overview-total.all', /\?range=7d$/, '.c-trace_rating', ''],
    ['.overview-total.warning', /status=warning/, '.c-trace_rating', 'Warning'],
    ['.overview-columns a[href*="source="]', /source=/, '.c-trace_name', ''],
    ['.overview-columns a[href*="user=bert-jan"]', /user=bert-jan/, '.c-user', 'bert-jan'],
    ['.overview-columns a[href*="resource_type="]', /resource_type=/, '.c-trace_name', ''],
    ['.overview-columns a[href*="status="]', /status=.*value=/, '.c-trace_name', ''],
  ])('%s leads to exactly those traces', async (link, address, cell, text) => {
    await open();
    await page.locator(link).first().click();
    await expect.poll(() => page.url()).toMatch(address);
    const rows = page.locator(`.trace-row[data-trace] ${cell}`);
    await rows.first().waitFor();
    for (const found of await rows.allTextContents()) expect(found).toContain(text);
  });

  test('the chosen time stands in the address; the numbers are those of the time', async () => {
    await open();
    const all = async () =>
      Number((await page.locator('.overview-total.all b').innerText()).replace(',', ''));
    const week = await all();
    await page.getByRole('button', { name: 'Last day' }).click();
    await expect.poll(() => page.url()).toContain('range=1d');
    await page.getByText('Traces per hour').waitFor();
    await expect.poll(all).toBe(week - 1);
  });

  test('a time chosen in the chart by the keyboard opens its traces', async () => {
    await open('?range=1d');
    await page.locator('.histogram svg').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toMatch(/console\/?\?range=\d{13}-\d{13}/);
  });

  test('trackers and deliveries lead to their pages', async () => {
    await open();
    await page.getByText('There are no subscriptions').waitFor();
    await page.getByRole('link', { name: 'All trackers' }).click();
    await page.waitForURL('**/console/trackers');
    await page.goBack();
    await page.getByRole('link', { name: 'All topics' }).click();
    await page.waitForURL('**/console/topics');
  });

  test('what a caller may not see is left out, and what fails can be tried again', async () => {
    const other = await openPage(browser, []);
    const answer = (status: number) => ({ status, json: { error_code: 'CTS.0002', error_msg: 'refused' } });
    await other.route('**/v3/*/trackers', (route) => route.fulfill(answer(403)));
    await other.route('**/v3/*/traces/firsts', (route) => route.fulfill(answer(500)));
    await signIn(other, server.url, PASSWORD, '/console/overview');
    await other.getByRole('heading', { name: 'Deliveries' }).waitFor();
    expect(await other.getByRole('link', { name: 'All trackers' }).count()).toBe(0);
    await other.unroute('**/v3/*/traces/firsts');
    await other.getByRole('button', { name: 'Try again' }).click();
    await other.getByText('New operators').waitFor();
    await other.context().close();
  });

  test.each([
    ['overview', 1400, 'light'],
    ['overview-dark', 1400, 'dark'],
    ['overview-phone', 390, 'light'],
  ] as const)('%s: nothing overflows, and axe finds nothing serious', async (name, width, colorScheme) => {
    const other = await openPage(browser, problems, { viewport: { width, height: 844 }, colorScheme });
    await signIn(other, server.url, PASSWORD, '/console/overview');
    await other.locator('.overview .histogram svg').waitFor();
    await other.waitForLoadState('networkidle');
    await other.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true });
    expect(await other.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await barriers(other)).toEqual([]);
    await other.context().close();
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems).toEqual([]);
  });
});
