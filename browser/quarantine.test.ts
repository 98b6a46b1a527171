import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  makeAccount,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { broken, spoil } from '../server/src/testing/spoil.ts';
import { barriers, CHROMIUM, focused, launch, openPage, signIn } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
/** Set aside by the indexer, and as many by the archiver. */
const ENTRIES = 60;
const SETTINGS = { OPENCTS_TRANSFER_CYCLE: '1' };
const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('the quarantine in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, SETTINGS);
    await transfer(server);
    await makeAccount(server, 'tenant');
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

  const open = async (route: string) => {
    await page.goto(`${server.url}/console/${route}`);
    await page.waitForSelector('h1');
    await page.waitForLoadState('networkidle');
  };
  const dialog = () => page.getByRole('dialog');
  const entries = () => page.locator('tbody').getByRole('rowheader');
  const warning = /in quarantine/;

  test('an operator finds it in the navigation; as a rule it is empty, and nothing is told of it', async () => {
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.getByText(warning).count()).toBe(0);
    await page.getByRole('link', { name: 'Quarantine' }).click();
    await page.getByText('Nothing is in quarantine').waitFor();
    expect(await page.getByRole('button', { name: 'Replay all' }).count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
  });

  test('what cannot be processed is told on the overview and in the trace list', async () => {
    const { projectId } = server;
    const now = Date.now();
    await server.stop();
    await spoil(
      directory,
      Array.from({ length: ENTRIES }, (_, at) => broken(projectId, now, at + 1)),
    );
    server = await startServer(directory, SETTINGS);
    await expect.poll(() => total(server), { timeout: 20_000 }).toBe(2 * ENTRIES);
    // The session is one of the former address.
    await page.context().close();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
    await page.getByText(`${ENTRIES} in the trace list, ${ENTRIES} in trace files`).waitFor();
    expect(await page.getByText('all searchable').count()).toBe(0);
    await open('overview');
    await page.getByText(`${2 * ENTRIES} entries in quarantine`).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show the quarantine' }).click();
    await page.waitForURL('**/console/quarantine');
  });

  test('it is listed by pages, and by what is missing', async () => {
    await expect.poll(() => entries().count()).toBe(100);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => entries().count()).toBe(2 * ENTRIES);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Trace files', exact: true }).click();
    await expect.poll(() => page.url()).toContain('follower=archiver');
    await expect.poll(() => entries().count()).toBe(ENTRIES);
    await page.getByRole('button', { name: 'Key events', exact: true }).click();
    await page.getByText('Nothing is missing in key events').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await expect.poll(() => entries().count()).toBe(100);
  });

  test('one is opened at its address: why, and the line as it stands', async () => {
    await entries().first().getByRole('button').click();
    await dialog().getByText('{"broken":1, "password', { exact: true }).waitFor();
    await dialog()
      .getByText(/^InsertRefused: /)
      .waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.reload();
    await dialog().getByText('{"broken":1, "password', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await open('quarantine?id=indexer-1-999999');
    await dialog().getByText('no longer in quarantine').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('id=');
  });

  test('one is replayed, or all; what fails again stays', async () => {
    await open('quarantine');
    const sinceOf = () => entries().first().locator('xpath=..').locator('td').nth(1).textContent();
    await entries().first().getByRole('button').click();
    await dialog().getByRole('button', { name: 'Replay' }).click();
    const question = () => dialog().filter({ hasText: 'Process this trace once more?' });
    await question().getByRole('button', { name: 'Cancel' }).click();
    await question().waitFor({ state: 'detached' });
    await dialog().getByRole('button', { name: 'Replay' }).click();
    await question().getByRole('button', { name: 'Replay' }).click();
    await page.getByText('1 on their way; what fails again stays.').waitFor();
    await dialog().first().waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('id=');

    await page.getByRole('button', { name: 'Trace files', exact: true }).click();
    await expect.poll(() => entries().count()).toBe(ENTRIES);
    const before = await sinceOf();
    await page.getByRole('button', { name: 'Replay all' }).click();
    await dialog().getByText('Process all that is missing in trace files once more?').waitFor();
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Replay' }).click();
    await page.getByText(`${ENTRIES} on their way`).waitFor();
    await expect.poll(() => focused(page)).toBe('Replay all');
    // The list is looked at again by itself.
    await expect.poll(sinceOf, { timeout: 15_000 }).not.toBe(before);
    expect(await entries().count()).toBe(ENTRIES);
  });

  test('whoever is no operator is not bothered with it, and told what it takes', async () => {
    const refused: string[] = [];
    const other = await openPage(browser, refused);
    await other.goto(`${server.url}/console/overview`);
    await other.fill('input[name=account]', 'tenant');
    await other.fill('input[name=user]', 'root');
    await other.fill('input[name=password]', PASSWORD);
    await other.keyboard.press('Enter');
    await other.getByRole('heading', { name: 'Deliveries' }).waitFor();
    await other.waitForLoadState('networkidle');
    expect(await other.getByRole('link', { name: 'Quarantine' }).count()).toBe(0);
    expect(await other.getByText(warning).count()).toBe(0);
    // Not even asked for.
    expect(refused).toEqual([]);
    await other.goto(`${server.url}/console/quarantine`);
    await other.getByText('You need the role OpenCTS Operator').waitFor();
    expect(await barriers(other)).toEqual([]);
    await other.context().close();
  });

  const dark: BrowserContextOptions = { colorScheme: 'dark' };
  const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } };
  test.each([
    ['wide', {}],
    ['dark', dark],
    ['phone', phone],
    ['wide-german', { locale: 'de-DE' }],
    ['phone-german', { ...phone, ...dark, locale: 'de-DE' }],
  ] as const)('%s: nothing overflows, and axe finds nothing', async (name, options) => {
    const other = await openPage(browser, problems, { viewport: { width: 1280, height: 844 }, ...options });
    const look = async (what: string) => {
      await other.waitForLoadState('networkidle');
      expect(await other.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(await barriers(other)).toEqual([]);
      await other.screenshot({ path: path.join(SHOTS, `quarantine-${what}-${name}.png`) });
    };
    await signIn(other, server.url, PASSWORD, '/console/quarantine');
    // Of a row, or on a phone of a card.
    const entry = other.getByRole('button', { name: /[\da-f]{8}-[\da-f]{4}-/ }).first();
    await entry.waitFor();
    await look('list');
    await entry.click();
    await other.locator('pre.json').waitFor();
    await look('view');
    await other.goto(`${server.url}/console/overview`);
    await other.locator('.overview').waitFor();
    await look('overview');
    await other.goto(`${server.url}/console/`);
    await other.locator('.histogram-notes').getByText(String(ENTRIES)).first().waitFor();
    await look('traces');
    await other.context().close();
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems.filter((text) => !text.includes('404'))).toEqual([]);
  });
});

/** Lets the management tracker write trace files. */
async function transfer({ url, projectId, token }: RunningServer): Promise<void> {
  const answer = await fetch(`${url}/v3/${projectId}/tracker`, {
    method: 'PUT',
    headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({
      tracker_type: 'system',
      tracker_name: 'system',
      obs_info: { bucket_name: 'evidence', is_obs_created: true },
    }),
  });
  expect(answer.status).toBe(200);
}

/** How much is set aside. */
async function total({ url, token }: RunningServer): Promise<number> {
  const answer = await fetch(`${url}/v3/quarantine?limit=1`, { headers: { 'x-auth-token': token } });
  return ((await answer.json()) as { total: number }).total;
}
