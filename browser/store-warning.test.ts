import { rm } from 'node:fs/promises';
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

const SETTINGS = { OPENCTS_JOURNAL_SEGMENT: '1MB', OPENCTS_TRANSFER_CYCLE: '1' };
const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('a trace list that has lost traces, in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory, SETTINGS);
    for (let i = 0; i < 8; i++)
      await report(
        server,
        Array.from({ length: 100 }, () => trace({ request: 'x'.repeat(4_000) })),
      );
    await indexed(server);
    // Segments that the archiver has passed go.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await server.stop();
    await rm(path.join(directory, 'engine'), { recursive: true });
    server = await startServer(directory, SETTINGS);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  test('the overview tells an operator how much is missing', async () => {
    const page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD, '/console/overview');
    await page.getByText('The trace list is not whole').waitFor();
    await page.getByText(/traces that were recorded are missing/).waitFor();
    await page.getByText(/cannot be brought back/).waitFor();
    expect(await barriers(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
