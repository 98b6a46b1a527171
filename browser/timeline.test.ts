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

const HOUR = 60;
const person = (name: string) => ({ id: '22bb', name, domain: { id: 'a1b2', name: 'acme' } });

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
  const refused = { trace_rating: 'warning', code: '403', user: person('paul') };
  const object = (minutesAgo: number, change: Record<string, unknown>) =>
    of(minutesAgo, {
      service_type: 'OBS',
      resource_type: 'object',
      trace_type: 'ObsSDK',
      event_type: 'data',
      resource_id: 'reports',
      resource_name: '2026/q1.csv',
      ...change,
    });

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    await trackObjects();
    await report(server, [
      of(50, { trace_name: 'createServer', request: '{"server":{"name":"web-1","tags":["a","b"]}}' }),
      of(40, {
        trace_name: 'updateServer',
        request: JSON.stringify({
          server: { name: 'web-2', tags: ['a'], adminPass: 'secret', description: 'x'.repeat(900) },
        }),
      }),
      of(30, { trace_name: 'resizeServer', request: '{"server":{"name":"huge"}}', ...refused }),
      of(20, { trace_name: 'deleteServer', request: '', ...refused }),
    ]);
    await report(server, [
      of(60, { resource_id: 'srv-2', resource_name: 'web-9', trace_name: 'createServer' }),
      of(5, { resource_id: 'srv-2', resource_name: 'web-9', trace_name: 'deleteServer' }),
      of(15, {
        resource_id: 'srv-3',
        resource_name: 'web-3',
        trace_name: 'startServer',
        user: person('paul'),
      }),
    ]);
    await report(server, [object(4, { trace_name: 'PUT.OBJECT' }), object(3, { trace_name: 'GET.OBJECT' })]);
    await report(server, [object(2, { trace_name: 'GET.OBJECT', resource_name: 'another.csv' })]);
    await report(server, [
      of(40 * HOUR, { trace_name: 'startServer', user: person('mia'), source_ip: '198.51.100.1' }),
      of(2 * HOUR, { trace_name: 'startServer', user: person('mia'), source_ip: '203.0.113.9' }),
      of(1 * HOUR, { trace_name: 'stopServer', user: person('mia'), source_ip: '203.0.113.9' }),
    ]);
    const many = Array.from({ length: 240 }, (_, index) =>
      of(3 * HOUR, {
        resource_id: 'busy',
        trace_name: `step${index}`,
        time: Date.now() - 3_600_000 + index,
        user: person('robot'),
      }),
    );
    await report(server, many.slice(0, 120));
    await report(server, many.slice(120));
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  async function trackObjects() {
    const { status } = await fetch(`${server.url}/v3/${server.projectId}/tracker`, {
      method: 'POST',
      headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
      body: JSON.stringify({
        tracker_type: 'data',
        tracker_name: 'objects',
        data_bucket: { data_bucket_name: 'reports', data_event: ['READ', 'WRITE'] },
      }),
    });
    expect(status).toBe(201);
  }

  const operations = () => page.locator('ol.timeline > li');
  /** What the head of the page says under a label. */
  const fact = (label: string) =>
    page
      .locator('dt', { hasText: new RegExp(`^${label}$`) })
      .locator('xpath=following-sibling::dd')
      .first();
  async function open(address: string) {
    await page.goto(`${server.url}/console/${address}`);
    await operations().or(page.locator('.trace-row[data-trace]')).first().waitFor();
  }

  test('the details of a trace lead to the timeline of its resource: what changed, by whom, and what failed', async () => {
    await page.goto(`${server.url}/console/?range=1d&by=resource_id&value=srv-1&user=jane`);
    await page.locator('.trace-row', { hasText: 'updateServer' }).locator('.toggle').click();
    await page.getByRole('link', { name: 'Timeline of this resource' }).click();
    await operations().first().waitFor();
    expect((await operations().locator('b').allTextContents()).slice(0, 4)).toEqual([
      'deleteServer',
      'resizeServer',
      'updateServer',
      'createServer',
    ]);
    const changes = operations().nth(2).locator('dl');
    expect(await changes.locator('> div.changed').innerText()).toMatch(/server\.name\s*web-1 → web-2/);
    expect(await changes.locator('> div.removed').innerText()).toMatch(/server\.tags\[1\]\s*b → removed/);
    expect(await changes.locator('> div.masked').innerText()).toMatch(
      /server\.adminPass\s*masked, not recorded/,
    );
    const long = changes.locator('> div.named', { hasText: 'server.description' });
    expect((await long.innerText()).length).toBeLessThan(300);
    await long.getByRole('button', { name: 'Show all 900 characters' }).click();
    expect(await long.locator('ins').innerText()).toHaveLength(900);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Oldest first' }).click();
    expect(await operations().last().locator('b').textContent()).toBe('deleteServer');
  });

  test('a deletion that failed is marked as failed, not as deleted; the head says who created it and what failed', async () => {
    await open('resource?id=srv-1');
    const deletion = operations().filter({ hasText: 'deleteServer' });
    expect(await deletion.getAttribute('class')).toBe('warning');
    await deletion.getByText('It did not succeed').waitFor();
    expect(await deletion.locator('dl').count()).toBe(0);
    await page.getByText('7, 2 failed').waitFor();
    expect(await fact('Created').innerText()).toMatch(/^createServer\s+by jane/);
    expect(await fact('First in the last 7 days').innerText()).toMatch(/^startServer\s+by mia/);
    expect(await fact('Last').innerText()).toMatch(/^deleteServer\s+by paul/);
    expect(await page.getByText('Deleted', { exact: true }).count()).toBe(0);

    await open('resource?id=srv-2');
    await page.getByText('2, none failed').waitFor();
    expect(await operations().first().innerText()).toMatch(/deleteServer[\s\S]*Deleted/);
    expect(await operations().last().innerText()).toMatch(/createServer[\s\S]*Created/);
  });

  test('a data trace leads to the timeline of its object, and from there to the traces of its type', async () => {
    await page.goto(`${server.url}/console/?range=1d&type=data`);
    await page.locator('.trace-row', { hasText: 'PUT.OBJECT' }).locator('.toggle').click();
    await page.getByRole('link', { name: 'Timeline of this resource' }).click();
    await page.getByRole('heading', { name: '2026/q1.csv' }).waitFor();
    await expect
      .poll(() => operations().locator('b').allTextContents())
      .toEqual(['GET.OBJECT', 'PUT.OBJECT']);
    await page.getByRole('link', { name: 'Show in the trace list' }).click();
    await expect
      .poll(() => page.url())
      .toMatch(/type=data.*value=2026%2Fq1.csv&source=OBS&resource_type=object/);
    await expect.poll(() => page.locator('.trace-row[data-trace]').count()).toBe(2);
    await page.goBack();
    await page.getByRole('button', { name: 'Management', exact: true }).click();
    await page.getByText('No management operation on this resource').waitFor();
    await page.getByRole('button', { name: 'Data', exact: true }).click();
    await page.getByRole('link', { name: 'jane' }).first().click();
    await expect.poll(() => page.url()).toMatch(/operator\?type=data&name=jane/);
    await expect.poll(() => page.locator('.overview-total.all b').textContent()).toBe('3');
  });

  test('older operations are added to those that are shown, which stay', async () => {
    await open('resource?id=busy');
    expect(await operations().count()).toBe(100);
    const top = await operations().first().elementHandle();
    await page.getByRole('button', { name: 'Load older operations' }).click();
    await expect.poll(() => operations().count()).toBe(200);
    await page.getByRole('button', { name: 'Load older operations' }).click();
    await expect.poll(() => operations().count()).toBe(240);
    expect(await top?.evaluate((element) => element.isConnected)).toBe(true);
    expect(await page.getByRole('button', { name: 'Load older operations' }).count()).toBe(0);
    expect(await operations().last().locator('b').textContent()).toBe('step0');
  });

  test('older operations that do not come are told of and can be asked for again; what is shown stays', async () => {
    const other = await openPage(browser, []);
    await signIn(other, server.url, PASSWORD, '/console/resource?id=busy');
    const older = /\/traces\?.*next=/;
    await other.route(older, (route) => route.fulfill({ status: 500, json: { error_msg: 'away' } }));
    await other.getByRole('button', { name: 'Load older operations' }).click();
    await other.getByText('This could not be loaded').waitFor();
    expect(await other.locator('ol.timeline > li').count()).toBe(100);
    await other.unroute(older);
    await other.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => other.locator('ol.timeline > li').count()).toBe(200);
    expect(await other.getByText('This could not be loaded').count()).toBe(0);
    await other.context().close();
  });

  test('an operator: what it did, from where, and its failures', async () => {
    await open('operator?name=paul');
    await page.getByRole('heading', { name: 'Operator paul' }).waitFor();
    await page.getByRole('link', { name: '192.0.2.17' }).waitFor();
    await page.getByText('what is new cannot be determined').waitFor();
    expect(await page.locator('.overview-total.warning b').textContent()).toBe('2');
    expect(await page.locator('.overview-total.incident b').textContent()).toBe('0');
    expect(await barriers(page)).toEqual([]);
    const ratings = page.locator('.trace-row[data-trace] .c-trace_rating');
    await expect.poll(() => ratings.count()).toBe(3);
    await page.getByRole('checkbox', { name: 'Failures only' }).click({ force: true });
    await expect.poll(() => ratings.count()).toBe(2);
    expect((await ratings.allTextContents()).join()).not.toContain('Normal');
  });

  test('an address that is new to an operator is told, and leads to what was done from there', async () => {
    await open('operator?name=mia');
    const addresses = page.locator('.overview-rank', { has: page.locator('.address') });
    await addresses.first().waitFor();
    expect(await addresses.first().innerText()).toMatch(/203\.0\.113\.9\s+New within 24 h/);
    expect(await addresses.last().innerText()).toMatch(/^198\.51\.100\.1\s+1\s/);
    await page.getByRole('link', { name: '203.0.113.9' }).click();
    await expect.poll(() => page.url()).toContain('user=mia&by=source_ip&value=203.0.113.9');
    await expect
      .poll(() => page.locator('.trace-row[data-trace] .c-trace_name').allTextContents())
      .toEqual(['stopServer', 'startServer']);
  });

  test('all traces of an operator can be reached', async () => {
    await open('operator?name=robot');
    expect(await page.locator('.trace-row[data-trace]').count()).toBe(100);
    await page.getByRole('button', { name: 'Load older traces' }).click();
    await expect.poll(() => page.locator('.trace-row[data-trace]').count()).toBe(200);
    await page.getByRole('button', { name: 'Load older traces' }).click();
    await expect.poll(() => page.locator('.trace-row[data-trace]').count()).toBe(240);
  });

  test.each(['resource?id=srv-1', 'operator?name=jane', 'resource?type=data&id=reports'])(
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
