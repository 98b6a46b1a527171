import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { barriers, CHROMIUM, launch, openPage, signIn } from './harness.ts';

const MONTH = 30 * 86_400_000;
const PHONE = { viewport: { width: 390, height: 844 }, locale: 'de-DE' };
const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('a clock that has jumped, in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    await server.stop();
    const then = Date.now() - MONTH;
    await writeFile(path.join(directory, 'clock.json'), JSON.stringify({ own: then, wall: then }));
    server = await startServer(directory);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  test('the overview tells an operator in German, on a phone', async () => {
    const page = await openPage(browser, problems, PHONE);
    await signIn(page, server.url, PASSWORD, '/console/overview');
    await page.getByText('Die Uhr der Maschine geht vielleicht falsch').waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('the overview tells an operator what waits, who can say that it is right', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/overview');
    await page.getByText('The clock of the machine may be wrong').waitFor();
    const told = await page.getByText(/counted from when this installation last ran/).innerText();
    const [machine, lived] = [...told.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT.\d\d:\d\d/g)].map(
      ([time]) => Date.parse(time.replace(/ GMT/, '').replace(' ', 'T')),
    );
    expect(Math.abs((machine ?? 0) - (lived ?? 0) - MONTH)).toBeLessThan(2 * 3_600_000);
    await page.getByText(/nothing is removed that has expired only by the later time/).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'The clock is right' }).click();
    await page.getByText(/If the clock is wrong, traces, trace files and keys go too early/).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'The clock is right' }).click();
    await page.getByText('The clock is believed again.').waitFor();
    await page.getByText('The clock of the machine may be wrong').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });
});
