import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { barriers, importRecords, launch, openPage, realRecords, signIn, whyNoBrowser } from './harness.ts';

const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('queries in the browser', () => {
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const bar = (of = page) => of.getByLabel('Query', { exact: true });
  const names = (of = page) => of.locator('.trace-row[data-trace] .c-trace_name').allTextContents();

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    await importRecords(server, '--data-as-management');
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  async function go(query = ''): Promise<void> {
    await page.goto(`${server.url}/console/?range=1d${query}`);
    await page.waitForSelector('.histogram svg');
  }
  async function ask(query: string): Promise<void> {
    await bar().fill(query);
    await bar().press('Enter');
  }
  const told = (text: RegExp, of = page) => of.getByText(text).first().waitFor();

  test.each([
    ['name:DeleteSecret,DeleteParameter', /^95 traces; nothing older/],
    ['name:DeleteSecret,DeleteParameter -user:bert-jan', /No traces match/],
    ['stratus-red-team-bdbp-lhfzvgcamn', /^30 traces; nothing older/],
    ['AccessDenied OR Client.UnauthorizedOperation', /^60 traces; nothing older/],
    ['key:ASIATFQR7NSCS5BLNV76 -ip:10.8.8.10', /No traces match/],
    ['AdministratorAccess', /^4 traces; nothing older/],
    ['name:*login -source:IAM', /^2 traces; nothing older/],
  ])('a question of an incident is one line: %s', async (query, answer) => {
    await go();
    await ask(query);
    await told(answer);
    expect(new URL(page.url()).searchParams.get('q')).toBe(query);
  });

  test('what was changed from an address in ten minutes: the bars are dragged over, the link is absolute', async () => {
    const [newest] = (await realRecords(() => true))
      .map((one) => Date.parse(one.eventTime))
      .sort((a, b) => b - a);
    await go('&q=-source%3AIAM');
    const [first] = await page.locator('.trace-row[data-trace] .c-time').allTextContents();
    const moved = Date.parse((first ?? '').replace(/ GMT([+-]\d\d:\d\d)$/, '$1')) - (newest ?? 0);
    const at = (minute: number) => Date.UTC(2023, 6, 10, 12, minute) + moved;
    await page.goto(
      `${server.url}/console/?range=${at(20)}-${at(30)}&q=${encodeURIComponent('ip:192.168.10.20 write')}`,
    );
    await told(/^(79|80|81) traces; nothing older/);
    const other = await openPage(browser, []);
    await signIn(other, server.url, PASSWORD, `/console/${new URL(page.url()).search}`);
    await told(/^(79|80|81) traces; nothing older/, other);
    expect(await names(other)).toEqual(await names());
    await other.context().close();
  });

  test('fields and values are offered, and taken by keys', async () => {
    await go();
    await bar().fill('-source:IAM us');
    await page.getByRole('option', { name: /user:/ }).first().waitFor();
    await bar().fill('-source:IAM user:ben');
    await page
      .getByRole('option', { name: /benjamin/ })
      .first()
      .waitFor();
    await bar().press('ArrowDown');
    await bar().press('ArrowDown');
    await bar().press('Enter');
    await expect.poll(() => bar().inputValue()).toBe('-source:IAM user:benjamin ');
    await bar().press('Enter');
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('-source:IAM user:benjamin');
    await expect
      .poll(async () => new Set(await page.locator('.trace-row[data-trace] .c-user').allTextContents()))
      .toEqual(new Set(['benjamin']));
    await bar().fill('');
    await page.getByRole('option', { name: '-source:IAM user:benjamin' }).waitFor();
  });

  test('a query that is none says where and what, at the line', async () => {
    await go();
    await ask('nme:DeleteBucket');
    await page.getByText('there is no field nme; did you mean name?').waitFor();
    await ask('name:DeleteBucket');
    await expect.poll(async () => new Set(await names())).toEqual(new Set(['DeleteBucket']));
  });

  test('a value of a trace is left out; links ask for what belongs to it', async () => {
    await go('&q=AdministratorAccess');
    await told(/^4 traces/);
    await page.locator('.toggle').first().click();
    const [name = ''] = await names();
    await page.getByRole('button', { name: 'Without this value: trace_name' }).click();
    await told(/^3 traces/);
    expect(new URL(page.url()).searchParams.get('q')).toBe(`AdministratorAccess -name:${name}`);
    await page.locator('.toggle').first().click();
    await page.getByRole('link', { name: 'All of this request' }).click();
    await told(/^1 trace;/);
    await page.goBack();
    await page.getByRole('link', { name: 'All with this access key' }).click();
    await expect.poll(() => page.url()).toMatch(/q=key%3A/);
    await page.goBack();
    await page.getByRole('link', { name: 'Five minutes before and after' }).click();
    await expect.poll(() => page.url()).toMatch(/range=\d{13}-\d{13}(&|$)/);
    await expect.poll(async () => (await names()).length).toBeGreaterThan(10);
  });

  test('on a phone, and for everybody: nothing overflows, axe finds nothing serious', async () => {
    const phone = await openPage(browser, problems, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    await signIn(phone, server.url, PASSWORD, '/console/?range=1d&q=AdministratorAccess');
    await told(/^4 traces/, phone);
    expect(await barriers(phone)).toEqual([]);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await phone.context().close();
  });

  test('nothing broke the Content-Security-Policy', () => {
    expect(problems.filter((one) => !one.includes('400 (Bad Request)'))).toEqual([]);
  });
});
