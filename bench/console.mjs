// What the console costs a browser: the script that a page loads, and how a list of 10,000 traces scrolls.
import { chromium } from 'playwright-core';
import { percentile } from './load.mjs';

const ROWS = 10_000;
const FRAMES = 240;
const STEP = 120;

/** @param server with more than {@link ROWS} traces of the last hour */
export async function measureConsole(server, executablePath) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const scripts = new Set();
    let bytes = 0;
    session.on(
      'Network.responseReceived',
      ({ requestId, type }) => type === 'Script' && scripts.add(requestId),
    );
    session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(`${server.url}/console/?range=1h`);
    await page.waitForSelector('input[name=password]');
    await page.waitForLoadState('networkidle');
    const signIn = bytes;
    await page.fill('input[name=password]', server.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForSelector('.trace-row[data-trace]');
    await page.waitForLoadState('networkidle');
    const list = bytes;
    const loaded = await scrollToEnd(page);
    return { signIn, list, ...loaded, frames: await scrollThrough(page), open: await openRow(page) };
  } finally {
    await browser.close();
  }
}

const rowsOf = (page) => page.locator('.trace-row[data-trace]').count();

/** Older traces are loaded on the way. */
async function scrollToEnd(page) {
  const began = performance.now();
  let rows = 0;
  while (rows < ROWS) {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForTimeout(50);
    rows = await rowsOf(page);
    if (performance.now() - began > 300_000) throw new Error(`only ${rows} rows were loaded`);
  }
  return { rows, seconds: (performance.now() - began) / 1000 };
}

/** Times between frames while one scrolls up through rows that were out of sight, ms. */
async function scrollThrough(page) {
  const times = await page.evaluate(
    async ({ frames, step }) => {
      const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
      let at = document.documentElement.scrollHeight / 2;
      window.scrollTo(0, at);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const all = [];
      let before = await next();
      for (let frame = 0; frame < frames; frame++) {
        at -= step;
        window.scrollTo(0, at);
        const now = await next();
        all.push(now - before);
        before = now;
      }
      return all;
    },
    { frames: FRAMES, step: STEP },
  );
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95) };
}

/** From the click on a row in the middle until its details are painted, ms. */
async function openRow(page) {
  await page
    .locator('.trace-row[data-trace]')
    .nth(ROWS / 2)
    .scrollIntoViewIfNeeded();
  return page.evaluate(async (at) => {
    const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const row = document.querySelectorAll('.trace-row[data-trace]')[at];
    await next();
    const began = performance.now();
    row.querySelector('button').click();
    while (!document.querySelector('.fields')) await next();
    await next();
    return performance.now() - began;
  }, ROWS / 2);
}
