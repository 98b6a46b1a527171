// Makes the pictures of docs/images from a running service:
//   node browser/screenshots.mjs URL PASSWORD
import path from 'node:path';
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8780', password = ''] = process.argv.slice(2);
const images = path.resolve(import.meta.dirname, '../docs/images');
const shots = [
  ['console.png', { viewport: { width: 1360, height: 860 }, colorScheme: 'light' }, ''],
  ['console-dark.png', { viewport: { width: 1360, height: 860 }, colorScheme: 'dark' }, ''],
  ['console-phone.png', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }, ''],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const [file, options, query] of shots) {
  const context = await browser.newContext({ ...options, timezoneId: 'Europe/Berlin' });
  const page = await context.newPage();
  await page.goto(`${url}/console/${query}`);
  await page.fill('input[name=password]', password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForSelector('.histogram svg');
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(images, file) });
  await context.close();
}
await browser.close();
