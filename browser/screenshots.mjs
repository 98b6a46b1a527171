// Makes the pictures of docs/images from a running service with some traces and a tracker that transfers:
//   node browser/screenshots.mjs URL PASSWORD
import path from 'node:path';
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8780', password = ''] = process.argv.slice(2);
const images = path.resolve(import.meta.dirname, '../docs/images');
const desk = { width: 1360, height: 860 };
const phone = { width: 390, height: 844 };

/** Goes down to the trace sources of the first day. */
async function openDay(page) {
  for (let level = 0; level < 6; level++) {
    await page.locator('tbody a').first().click();
    await page.waitForLoadState('networkidle');
  }
}
async function search(page) {
  await page.getByLabel('Trace source').fill('EC2');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByText(/^Finished/).waitFor();
  await page.waitForSelector('.trace-row[data-trace]');
}

async function chooseDeletions(page) {
  for (const [member, value] of Object.entries({
    service_type: 'EC2',
    resource_type: 'volume',
    trace_name: 'DeleteVolume',
  })) {
    await page.getByPlaceholder(member).fill(value);
  }
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('2 traces:').waitFor();
}

const shots = [
  ['console.png', { viewport: desk, colorScheme: 'light' }, ''],
  ['console-dark.png', { viewport: desk, colorScheme: 'dark' }, ''],
  ['console-phone.png', { viewport: phone, colorScheme: 'light' }, ''],
  ['archive.png', { viewport: desk, colorScheme: 'light' }, 'archive', openDay],
  ['archive-search.png', { viewport: desk, colorScheme: 'light' }, 'search', search],
  [
    'notification.png',
    { viewport: { ...desk, height: 1400 }, colorScheme: 'light' },
    'notifications/edit',
    chooseDeletions,
  ],
  ['tracker.png', { viewport: { ...desk, height: 1000 }, colorScheme: 'light' }, 'trackers/edit?name=system'],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const [file, options, address, steps] of shots) {
  const context = await browser.newContext({ ...options, timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await page.fill('input[name=password]', password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForSelector('.histogram svg');
  if (address !== '') await page.goto(`${url}/console/${address}`);
  await page.waitForLoadState('networkidle');
  await steps?.(page);
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(images, file) });
  await context.close();
}
await browser.close();
