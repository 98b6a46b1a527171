import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  partOf,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { until } from '../server/src/testing/until.ts';
import {
  addUser,
  ask,
  barriers,
  importRecords,
  keyFile,
  launch,
  opencts,
  openPage,
  realRecords,
  saved,
  signIn,
  unpack,
  whyNoBrowser,
} from './harness.ts';
import { pressAll, walk } from './walk.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const BUCKET = 'audit-archive';
const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const ENGLISH = {
  locale: 'en-GB',
  filters: 'Filters',
  filter: 'Operator',
  placeholder: 'delete…',
  end: (count: number) => `${count} traces; nothing older in this range.`,
  export: 'Export',
  newest: 'Newest 5,000',
  accounted: /^([\d,]+) recorded since \d{4}-\d\d-\d\d \d\d:\d\d, all searchable, all archived$/,
  archive: 'Archive',
  check: /^Check /,
  unchanged: 'Unchanged',
  proofs: 'Proofs',
  digests: 'Digests',
  download: 'Download with proofs',
  lacks: 'You need the role SMN ReadOnlyAccess; an administrator of the account grants it under Groups.',
};
const GERMAN: typeof ENGLISH = {
  locale: 'de-DE',
  filters: 'Filter',
  filter: 'Benutzer',
  placeholder: 'delete…',
  end: (count) => `${count} Traces; keine älteren in diesem Zeitraum.`,
  export: 'Exportieren',
  newest: 'Die neuesten 5.000',
  accounted: /^([\d.]+) seit \d{4}-\d\d-\d\d \d\d:\d\d aufgezeichnet, alle auffindbar, alle archiviert$/,
  archive: 'Archiv',
  check: / prüfen$/,
  unchanged: 'Unverändert',
  proofs: 'Nachweise',
  digests: 'Digests',
  download: 'Mit Nachweisen herunterladen',
  lacks:
    'Erforderlich ist die Rolle SMN ReadOnlyAccess; ein Administrator des Kontos weist sie unter „Gruppen“ zu.',
};

/** Of a CSV without commas in its cells. */
const rowsOf = (csv: Buffer) =>
  csv
    .toString('utf8')
    .replace('\uFEFF', '')
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));

describe.skipIf(skip !== undefined)('an auditor, who may only read', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await mkdir(SHOTS, { recursive: true });
    server = await startServer(path.join(directory, 'data'), { OPENCTS_TRANSFER_CYCLE: '1' });
    await ask(server, 'PUT', `/v3/${server.projectId}/tracker`, {
      tracker_type: 'system',
      tracker_name: 'system',
      is_support_validate: true,
      obs_info: { bucket_name: BUCKET, is_obs_created: true },
    });
    await importRecords(server);
    const { topic_urn } = await ask(server, 'POST', `/v2/${server.projectId}/notifications/topics`, {
      name: 'alerts',
    });
    await ask(server, 'POST', `/v3/${server.projectId}/notifications`, {
      notification_name: 'deletions',
      operation_type: 'customized',
      topic_id: topic_urn,
      operations: [{ service_type: 'EC2', resource_type: 'instance', trace_names: ['TerminateInstances'] }],
    });
    await addUser(server, 'auditor', ['CTS ReadOnlyAccess']);
    await until(async () => {
      const { digests } = await ask(server, 'GET', `/v3/${server.projectId}/archive/digests`);
      return digests.some(({ source }: { source: string }) => source === 'EC2') || undefined;
    }, 90_000);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  /** Signed in as the auditor. @returns the page, and what it was refused */
  async function enter(options: object) {
    const page = await openPage(browser, problems, options);
    await signIn(page, server.url, PASSWORD, '/console/', 'auditor');
    const refused: string[] = [];
    page.on('response', (answer) => {
      if ([401, 403].includes(answer.status())) {
        refused.push(`${page.url()}: ${answer.status()} ${answer.request().method()} ${answer.url()}`);
      }
    });
    return { page, refused };
  }

  describe.each(
    partOf(
      [
        ['on a desk, in English', DESK, ENGLISH],
        ['on a phone, in English', PHONE, ENGLISH],
        ['on a desk, in German', DESK, GERMAN],
        ['on a phone, in German', PHONE, GERMAN],
      ] as const,
      2,
    ),
  )('%s', (name, device, words) => {
    const small = device === PHONE;
    const file = name.replaceAll(/\W+/g, '-');
    let page: Page;
    let refused: string[];
    const shot = (what: string) =>
      page.screenshot({ path: path.join(SHOTS, `auditor-${file}-${what}.png`), fullPage: true });
    const fits = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    /** Tables whose columns are cut by their frame, or that have to be pushed to be read. */
    const cut = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('table')]
          .filter(
            (table) => (table.parentElement?.scrollWidth ?? 0) > (table.parentElement?.clientWidth ?? 0) + 1,
          )
          .map((table) => table.textContent?.slice(0, 60)),
      );

    beforeAll(async () => {
      ({ page, refused } = await enter({ ...device, locale: words.locale }));
    });
    afterAll(() => page.context().close());

    test('finds who deleted servers, exports it, and the rows are those of the list', async () => {
      const deletions = await realRecords(({ eventName }) => eventName === 'TerminateInstances');
      expect(deletions.length).toBe(2);
      if (small) await page.getByRole('button', { name: words.filters, exact: true }).click();
      await page.getByPlaceholder(words.placeholder).fill('TerminateInstances');
      await page.keyboard.press('Enter');
      await page.getByText(words.end(deletions.length)).waitFor();
      const rows = page.locator('.trace-row[data-trace]');
      const shown = await rows.evaluateAll((all) =>
        all.map((row) => ({ id: (row as HTMLElement).dataset.trace, text: row.textContent ?? '' })),
      );
      await page.getByRole('button', { name: words.export }).click();
      const { name, bytes } = await saved(page, () =>
        page.getByRole('menuitem', { name: words.newest }).click(),
      );
      expect(name).toMatch(/^traces-.*\.csv$/);
      const [head = [], ...lines] = rowsOf(bytes);
      const told = lines.map((cells) => Object.fromEntries(cells.map((cell, at) => [head[at], cell])));
      // The newest first, here and there.
      const newest = deletions.sort((one, other) => other.eventTime.localeCompare(one.eventTime));
      expect(told).toMatchObject(
        newest.map(({ sourceIPAddress, userIdentity, requestParameters }, at) => ({
          'Trace ID': shown[at]?.id,
          'Trace Name': 'TerminateInstances',
          'Trace Source': 'EC2',
          'Resource ID': requestParameters.instancesSet.items[0].instanceId,
          Operator: userIdentity.userName,
          'Source IP': sourceIPAddress,
        })),
      );
      for (const [at, { text }] of shown.entries()) {
        for (const column of ['Trace Name', 'Operator', 'Operation Time']) {
          expect(text).toContain(told[at]?.[column]);
        }
      }
      await shot('found');
      expect(await fits()).toBeLessThanOrEqual(0);
    });

    test('sees that all was recorded, can be found and is archived, by the count of the service', async () => {
      await page.goto(`${server.url}/console/?range=1d`);
      const line = page.locator('.histogram-notes').getByText(words.accounted);
      await line.waitFor({ timeout: 30_000 });
      const [, count = ''] = words.accounted.exec((await line.innerText()).trim()) ?? [];
      const records = await realRecords(() => true);
      // Every record, and what was done here since.
      expect(Number(count.replaceAll(/\D/g, ''))).toBeGreaterThan(records.length);
      const { hours } = await ask(server, 'GET', `/v3/${server.projectId}/accounting`);
      const journalled = hours.reduce(
        (sum: number, hour: { journalled: number }) => sum + hour.journalled,
        0,
      );
      expect(Math.abs(journalled - Number(count.replaceAll(/\D/g, '')))).toBeLessThan(20);
      await shot('list');
    });

    test('opens a trace file, checks it, and takes the proofs along, which prove it elsewhere', async () => {
      await page.goto(`${server.url}/console/archive`);
      await page.getByRole('heading', { name: words.archive, exact: true, level: 1 }).waitFor();
      for (let level = 0; level < 6; level++) {
        const before = page.url();
        await page.locator('#content a[href*="/archive?path="]:not(nav a)').first().click();
        await page.waitForURL((url) => url.href !== before);
        await page.waitForLoadState('networkidle');
      }
      await page.getByRole('link', { name: 'EC2', exact: true }).first().click();
      await page.getByRole('button', { name: words.check }).first().click();
      await page.getByText(words.unchanged, { exact: true }).first().waitFor();
      await shot('files');
      expect([await fits(), await cut()]).toEqual([0, []]);
      expect(await barriers(page)).toEqual([]);
      await page.goto(`${server.url}/console/archive`);
      await page.getByRole('button', { name: words.proofs, exact: true }).click();
      await page.getByRole('heading', { name: words.digests }).waitFor();
      await page.getByText('EC2', { exact: true }).first().waitFor();
      await shot('proofs');
      expect([await fits(), await cut()]).toEqual([0, []]);
      expect(await barriers(page)).toEqual([]);
      const { bytes } = await saved(page, () => page.getByRole('button', { name: words.download }).click());
      const folder = path.join(directory, `package-${file}`);
      await unpack(bytes, folder);
      // The key comes from another way than the package.
      const key = await keyFile(server, path.join(directory, 'public-key'));
      const { code, out } = await opencts(['verify', folder, '--public-key', key], {});
      expect([code, out]).toEqual([0, expect.stringMatching(/^PROVED/)]);
      expect(out).toContain('0 changed, 0 missing');
    });

    test('reads why a part is missing that other roles see', async () => {
      await page.goto(`${server.url}/console/overview`);
      await page.getByText(words.lacks).waitFor();
      await page.goto(`${server.url}/console/topics`);
      await page.getByText(words.lacks).waitFor();
      await shot('lacks');
      expect(await barriers(page)).toEqual([]);
    });

    test('is refused nothing on all ways that the menu and the pages offer', async () => {
      await page.goto(`${server.url}/console/`);
      const visited = (await walk(page, server.url)).map((one) => one.replace(/\?.*/, ''));
      expect(visited).toEqual(
        expect.arrayContaining(
          ['overview', '', 'archive', 'search', 'notifications', 'trackers', 'access-keys', 'guide'].map(
            (one) => `/console/${one}`,
          ),
        ),
      );
      expect(visited.filter((one) => /topics|users|groups|roles|quarantine|\/keys/.test(one))).toEqual([]);
      expect(refused).toEqual([]);
    });
  });

  test('no button that can be pressed is refused, nor what it opens', async () => {
    const { page, refused } = await enter(DESK);
    await page.goto(`${server.url}/console/`);
    // Where tests are shortened, of some pages, others each time.
    const addresses = partOf(await walk(page, server.url), 4);
    let pressed = 0;
    for (const address of addresses) pressed += await pressAll(page, server.url + address);
    expect(pressed, addresses.join(' ')).toBeGreaterThan(addresses.length);
    expect(refused).toEqual([]);
    await page.context().close();
  }, 600_000);

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems).toEqual([]);
  });
});
