import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { ask, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

const LISTED = { state: 'writing', total: 10, written: 1, message: '' };
const SEARCH = {
  id: '1',
  status: 'running',
  create_time: 0,
  total: { files: 2, bytes: 2 },
  done: { files: 1, bytes: 1, traces: 1 },
  found: 0,
  problems: [],
  problem_count: 0,
  limit_reached: false,
};

/** Runs in the page: a headless browser hides no tab. */
function seen(whether: boolean) {
  Object.defineProperties(document, {
    hidden: { value: !whether, configurable: true },
    visibilityState: { value: whether ? 'visible' : 'hidden', configurable: true },
  });
}

describe.skipIf(skip !== undefined)('what a page looks at again by itself', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, {});
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  test('what was typed in a tracker form stays when looking again fails', async () => {
    const page = await openPage(browser, []);
    let looks = 0;
    await page.route(/\/trackers(\?.*)?$/, async (route) => {
      looks++;
      if (looks > 1) return route.fulfill({ status: 503 });
      const response = await route.fetch();
      const answer = await response.json();
      for (const tracker of answer.trackers) tracker.obs_info.listed = LISTED;
      return route.fulfill({ response, json: answer });
    });
    await signIn(page, server.url, PASSWORD, '/console/topics');
    looks = 0;
    await page.goto(`${server.url}/console/trackers/edit?name=system`);
    await page.getByLabel('Write trace files to a bucket').click();
    await page.getByLabel('Bucket', { exact: true }).fill('audit-archive');
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(await page.getByLabel('Bucket', { exact: true }).inputValue()).toBe('audit-archive');
    await page.context().close();
  });

  test('a search is followed to its end, though it could not be asked for once', async () => {
    const page = await openPage(browser, []);
    let looks = 0;
    await page.route('**/archive/searches/1', (route) => {
      looks++;
      if (looks === 2) return route.fulfill({ status: 503 });
      const status = looks < 4 ? 'running' : 'finished';
      return route.fulfill({ json: { ...SEARCH, status, finish_time: 1000 } });
    });
    await signIn(page, server.url, PASSWORD, '/console/search?search=1');
    await page.getByText('Finished').waitFor({ timeout: 10_000 });
    await page.context().close();
  });

  test('a tab that nobody sees asks nothing', async () => {
    const { topic_urn: urn } = await ask(server, 'POST', `/v2/${server.projectId}/notifications/topics`, {
      name: 'unseen',
    });
    const page = await openPage(browser, []);
    await signIn(page, server.url, PASSWORD, `/console/topics/view?urn=${encodeURIComponent(urn)}`);
    let looks = 0;
    page.on('request', (request) => {
      if (request.url().includes('/subscriptions')) looks++;
    });
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(0);
    await page.evaluate(seen, false);
    await page.waitForTimeout(500);
    looks = 0;
    await page.waitForTimeout(7_000);
    expect(looks).toBe(0);
    await page.evaluate(seen, true);
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(0);
    await page.context().close();
  });
});
