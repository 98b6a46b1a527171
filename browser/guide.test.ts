import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('first steps in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, {}, { enabled: false });
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/guide');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  const switchOff = async () => {
    await page.goto(`${server.url}/console/trackers`);
    await page.getByRole('button', { name: 'Actions: system' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
  };

  test('CTS is enabled; the command of the page, run as it stands, sends a trace that appears by itself', async () => {
    await page.getByText('Enable CTS first').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enable CTS' }).click();
    await page.getByText('Enable CTS first').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Create an ingest key' }).click();
    const command = (await page.locator('pre.command-text').textContent()) ?? '';
    await page.getByText('Waiting for the first trace').waitFor();
    expect(JSON.parse(execFileSync('sh', ['-c', command]).toString())).toMatchObject({
      accepted: 1,
    });
    await page.getByText('It has arrived').waitFor();
    await page.getByRole('button', { name: 'createServer', exact: true }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('the next steps lead where they are done', async () => {
    await page.getByRole('button', { name: 'Set up the transfer' }).click();
    await page.getByRole('heading', { name: 'Tracker system' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Create a notification' }).click();
    await page.getByRole('heading', { name: 'Create notification' }).first().waitFor();
    await page.goBack();
    await page.getByText('Send the first trace').waitFor();
  });

  test('a tracker that is switched off is switched on again; only notifications that tell somebody count', async () => {
    await page.goto(`${server.url}/console/notifications/edit`);
    await page.getByRole('radio', { name: 'All operations' }).click();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('quiet');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The notification quiet is saved.').waitFor();
    await switchOff();
    await page.goto(`${server.url}/console/guide`);
    await page.getByText('To do: 1 notification reaches no one').waitFor();
    await page.getByText('To do: Recording is switched off.').waitFor();
    await page.getByText('Done', { exact: true }).waitFor();
    expect(await page.getByText('first: until then nothing is recorded').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Switch recording on' }).click();
    await page.getByText('To do: Recording is switched off.').waitFor({ state: 'detached' });
    await switchOff();
    await page.goto(`${server.url}/console/`);
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Switch recording on' }).click();
    await page.getByText('Recording is switched off in this project').waitFor({ state: 'detached' });
  });

  test('in German and on a phone nothing overflows', async () => {
    const phone = await openPage(browser, problems, {
      viewport: { width: 390, height: 844 },
      locale: 'de-DE',
    });
    await phone.goto(`${server.url}/console/guide`);
    await phone.fill('input[name=password]', PASSWORD);
    await phone.locator('form button[type=submit]').click();
    await phone.getByRole('heading', { name: 'Erste Schritte' }).waitFor();
    expect(await barriers(phone)).toEqual([]);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await phone.context().close();
  });

  test('no error was written to the browser’s console', () => {
    expect(problems).toEqual([]);
  });
});
