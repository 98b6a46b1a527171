import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
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
import { barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'de-DE' };
const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('a transfer that brings the trace list along, in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, { OPENCTS_TRANSFER_CYCLE: '1' });
    const traces = Array.from({ length: 500 }, () => trace());
    for (let i = 0; i < 10; i++) await report(server, traces);
    await indexed(server);
    browser = await launch();
    await mkdir(SHOTS, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  test('the form says, in German and on a phone, what would not be in the bucket', async () => {
    const page = await openPage(browser, problems, PHONE);
    await signIn(page, server.url, PASSWORD, '/console/trackers/edit?name=system');
    await page.getByLabel('Trace-Dateien in einen Bucket schreiben').click();
    await page.getByText(/In der Trace-Liste stehen 5\.\d{3} Traces dieses Trackers\. Ohne/).waitFor();
    const choice = page.getByLabel('Auch den Inhalt der Trace-Liste schreiben');
    await choice.scrollIntoViewIfNeeded();
    await page.screenshot({ path: path.join(SHOTS, 'also-listed-phone.png') });
    expect(await choice.isChecked()).toBe(false);
    expect(await barriers(page)).toEqual([]);
  });

  test('what was chosen shows its progress, and that it is done', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/trackers/edit?name=system');
    await page.getByLabel('Write trace files to a bucket').click();
    await page.getByLabel('Bucket', { exact: true }).fill('audit-archive');
    await page.getByText(/This tracker has 5,\d{3} traces in the trace list\. Without/).waitFor();
    await page.getByLabel('Also write what is in the trace list').click();
    await page.screenshot({ path: path.join(SHOTS, 'also-listed-form.png'), fullPage: true });
    // Else it would be done before anybody has seen it.
    const engine = server.enginePid();
    process.kill(engine, 'SIGSTOP');
    await page.getByRole('button', { name: 'Save' }).click();
    const waiting = page.getByText(
      /Waiting for the trace list|The trace list is being written to the bucket/,
    );
    await waiting.first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.screenshot({ path: path.join(SHOTS, 'also-listed-waiting.png') });
    process.kill(engine, 'SIGCONT');
    await expect.poll(() => waiting.count(), { timeout: 60_000 }).toBe(0);
    await page.getByRole('link', { name: 'system', exact: true }).click();
    await page.getByText(/5,\d{3} traces of the list were written to the bucket/).waitFor();
    expect(await page.getByLabel('Also write what is in the trace list').count()).toBe(0);
    await page.screenshot({ path: path.join(SHOTS, 'also-listed-done.png') });
    expect(await barriers(page)).toEqual([]);
  });

  test('what is refused stands at the choice, without a word of the API', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/trackers/edit?name=system');
    const transfers = page.getByLabel('Write trace files to a bucket');
    await transfers.click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'system', exact: true }).click();
    await transfers.click();
    await page.getByLabel('Existing bucket').click();
    await page.getByText('Choose a bucket', { exact: true }).click();
    await page.getByRole('option', { name: /audit-archive/ }).click();
    await page.getByLabel('Also write what is in the trace list').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Cannot be done: trace files of the tracker system/).waitFor();
    await page.screenshot({ path: path.join(SHOTS, 'also-listed-refused.png'), fullPage: true });
    expect(await page.getByText('obs_info').count()).toBe(0);
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([]);
  });
});
