import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { ask, barriers, importRecords, launch, openPage, sideways, signIn, whyNoBrowser } from './harness.ts';

const PAGES = [
  'overview',
  '',
  '?range=7d&source=EC2&status=warning',
  'resource?name=volume&type=volume&source=EC2',
  'operator?name=bert-jan',
  'archive',
  'search',
  'trackers',
  'trackers/edit',
  'trackers/edit?name=system',
  'notifications',
  'notifications/edit',
  'topics',
  'keys',
  'users',
  'groups',
  'roles',
  'access-keys',
  'ingest-keys',
  'quarantine',
  'guide',
];
/** Those whose every stop of the Tab key is looked at. */
const WALKED = ['', 'overview', 'trackers/edit?name=system', 'notifications/edit', 'users', 'guide'];
const MOST_STOPS = 60;

const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('every page', () => {
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  const problems: string[] = [];
  const address = (page: string) => `${server.url}/console/${page}`;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, {}, { enabled: false });
    await importRecords(server, '--enable');
    await ask(server, 'PUT', `/v3/${server.projectId}/tracker`, {
      ...{ tracker_type: 'system', tracker_name: 'system', is_support_validate: true },
      obs_info: { bucket_name: 'audit-archive', is_obs_created: true, file_prefix_name: 'prod' },
    });
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  async function open(page: Page, route: string): Promise<void> {
    await page.goto(address(route));
    await page.waitForSelector('h1');
    await page.waitForLoadState('networkidle');
  }

  test.each([
    ['light', { viewport: { width: 1400, height: 900 } }],
    ['dark, in German', { viewport: { width: 1400, height: 900 }, colorScheme: 'dark', locale: 'de-DE' }],
    ['on a phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
    ['on a phone, in German', { viewport: { width: 390, height: 844 }, locale: 'de-DE' }],
    ['at 400 % zoom', { viewport: { width: 320, height: 256 } }],
  ] as const)('%s: fits, has a title, and axe finds nothing against WCAG 2.2 AA', async (_, options) => {
    const page = await openPage(browser, problems, options);
    await signIn(page, server.url, PASSWORD, '/console/overview');
    const found: Record<string, unknown> = {};
    for (const route of PAGES) {
      await open(page, route);
      const pushed = await sideways(page);
      const headings = await page.locator('h1').count();
      const wrong = await barriers(page);
      if (pushed.length > 0 || headings === 0 || wrong.length > 0) found[route] = { pushed, headings, wrong };
    }
    await page.context().close();
    expect(found).toEqual({});
  });

  test.each(WALKED)('/%s: the Tab key reaches everything, and shows where it is', async (route) => {
    const page = await openPage(browser, problems, { reducedMotion: 'reduce' });
    await signIn(page, server.url, PASSWORD, `/console/${route}`);
    await open(page, route);
    const unseen: string[] = [];
    const reached = new Set<string>();
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (!at) break;
      reached.add(at.name);
      const clip = { x: at.x - 6, y: at.y - 6, width: at.width + 12, height: at.height + 12 };
      const withFocus = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
      // As a program sees it: nothing but the sign of the focus is taken away.
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      const without = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
      if (withFocus.equals(without)) unseen.push(at.name);
      await page.evaluate(() => {
        const { last } = window as unknown as { last: HTMLElement };
        last.focus({ preventScroll: true });
      });
    }
    await page.context().close();
    expect(unseen).toEqual([]);
    expect(reached.size).toBeGreaterThan(12);
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems, server.log.slice(-20).join('\n')).toEqual([]);
  });
});

/** The element that has the focus, which it can be given back to; undefined: none within the page. */
function focused(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    if (!element || element === document.body) return undefined;
    (window as unknown as { last: HTMLElement }).last = element;
    element.scrollIntoView({ block: 'center' });
    // Of a hidden box the label that stands for it.
    const box = element.matches('input[type=checkbox], input[type=radio]')
      ? (element.closest('label, [class*=control]') ?? element)
      : element;
    const { x, y, width, height } = box.getBoundingClientRect();
    const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)}`;
    return { name, x, y, width, height };
  });
}
