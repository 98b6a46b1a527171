import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { Receiver } from '../server/src/testing/receiver.ts';
import { barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
if (!CHROMIUM) console.warn('skipped: no Chromium was found; install it or set CHROMIUM');

describe.skipIf(!CHROMIUM)('receivers that cannot confirm, in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let receiver: Receiver;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const dialog = () => page.getByRole('dialog');
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `receivers-${name}.png`) });

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await mkdir(SHOTS, { recursive: true });
    receiver = await new Receiver().start();
    server = await startServer(path.join(directory, 'data'), { OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' });
    const response = await fetch(`${server.url}/v2/${server.projectId}/notifications/topics`, {
      method: 'POST',
      headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'alerts' }),
    });
    expect(response.status).toBe(201);
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await receiver?.stop();
    await removeDirectory(directory);
  });

  test('a channel of Slack is subscribed in its form, confirmed by hand, and gets messages that it shows', async () => {
    await page.getByRole('link', { name: 'Topics', exact: true }).first().click();
    await page.getByRole('link', { name: 'alerts' }).click();
    await page.getByRole('button', { name: 'Add subscription' }).click();
    await dialog().getByText('No mail server is configured').waitFor();
    await dialog()
      .getByRole('button', { name: /^Protocol/ })
      .click();
    await page.getByRole('option', { name: /(^| )HTTP$/ }).click();
    expect(await dialog().getByText('No mail server is configured').count()).toBe(0);
    expect(await dialog().getByText('In batches').count()).toBe(1);
    await dialog().getByRole('button', { name: /^Form/ }).click();
    await page.getByRole('option', { name: /^Slack/ }).click();
    await dialog().getByText('cannot confirm by itself').waitFor();
    expect(await dialog().getByText('In batches').count()).toBe(0);
    await dialog().getByLabel('Endpoint').fill(`${receiver.url}/services/T0/B0/x`);
    await shot('subscribe');
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Add subscription' }).click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('HTTP, Slack').waitFor();
    await expect.poll(() => receiver.received.length).toBe(1);
    expect(receiver.received[0]?.body.text).toContain('Confirm your subscription');
    const actions = () => page.getByRole('button', { name: /^Actions: / }).click();
    await actions();
    await page.getByRole('menuitem', { name: 'Confirm by hand' }).click();
    await dialog().getByText('without the receiver having agreed').waitFor();
    await shot('confirm');
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Confirm by hand' }).click();
    await page.getByText('Confirmed', { exact: true }).waitFor();
    await actions();
    expect(await page.getByRole('menuitem', { name: 'Confirm by hand' }).count()).toBe(0);
    await page.getByRole('menuitem', { name: 'Send a test message' }).click();
    await expect.poll(() => receiver.received.length).toBe(2);
    expect(Object.keys(receiver.received[1]?.body)).toEqual(['text']);
    await shot('topic');
  });

  test('in German', async () => {
    const visitor = await openPage(browser, problems, {
      locale: 'de-DE',
      viewport: { width: 390, height: 844 },
      storageState: await page.context().storageState(),
    });
    await visitor.goto(page.url());
    await visitor.getByRole('button', { name: 'Abonnement hinzufügen' }).click();
    const german = visitor.getByRole('dialog');
    await german.getByRole('button', { name: /^Protokoll/ }).click();
    await visitor.getByRole('option', { name: /(^| )HTTPS$/ }).click();
    await german.getByRole('button', { name: /^Form/ }).click();
    await visitor.getByRole('option', { name: /^Microsoft Teams/ }).click();
    await german.getByText('kann nicht selbst bestätigen').waitFor();
    expect(await barriers(visitor)).toEqual([]);
    await visitor.screenshot({ path: path.join(SHOTS, 'receivers-german.png') });
    await visitor.context().close();
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems).toEqual([]);
  });
});
