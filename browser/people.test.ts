import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../server/attack/harness.ts';
import { barriers, CHROMIUM, focused, launch, openPage, signIn } from './harness.ts';

const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
if (skip) console.warn(`skipped: ${skip}`);

const READER = { name: 'reader', password: 'reads-traces-only-1' };

describe.skipIf(skip !== undefined)('users and groups in the browser', () => {
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
    await signIn(page, server.url, PASSWORD, '/console/groups');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  const dialog = () => page.getByRole('dialog');
  const closed = () => dialog().waitFor({ state: 'detached' });

  test('a group is created and may read traces', async () => {
    await page.getByRole('button', { name: 'Create group' }).click();
    await expect.poll(() => focused(page)).toBe('Name');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.type('auditors');
    await page.keyboard.press('Enter');
    await closed();
    await expect.poll(() => focused(page)).toBe('Create group');
    await page.getByRole('button', { name: 'Actions: auditors' }).click();
    await page.getByRole('menuitem', { name: 'Roles in this project' }).click();
    await dialog().getByRole('button', { name: 'Roles', exact: false }).first().click();
    await page.getByRole('option', { name: /CTS ReadOnlyAccess/ }).click();
    await page.keyboard.press('Escape');
    await dialog().getByRole('button', { name: 'Remove CTS ReadOnlyAccess' }).waitFor();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await closed();
    await expect.poll(() => focused(page)).toBe('Actions: auditors');
    expect(await barriers(page)).toEqual([]);
  });

  test('a refusal stands once, at the field that it names; what names none stands above', async () => {
    const open = page.getByRole('button', { name: 'Create group' });
    await open.click();
    await dialog().getByLabel('Name').fill('?');
    await page.keyboard.press('Enter');
    const told = dialog().getByText(/"\?": must/);
    await told.waitFor();
    expect(await told.count()).toBe(1);
    expect(await dialog().getByLabel('Name').getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => focused(page)).toBe('Name');
    expect(await barriers(page)).toEqual([]);
    await dialog().getByLabel('Name').fill('auditors');
    await page.keyboard.press('Enter');
    await dialog().getByRole('group').getByText('there is already a group auditors').waitFor();
    expect(await dialog().getByLabel('Name').getAttribute('aria-invalid')).not.toBe('true');
    await page.keyboard.press('Escape');
    await closed();
    await expect.poll(() => focused(page)).toBe('Create group');
  });

  test('a user is created in it', async () => {
    await page.goto(`${server.url}/console/users`);
    await page.getByRole('button', { name: 'Create user' }).click();
    await dialog().getByLabel('Name').fill(READER.name);
    await dialog().getByLabel('Password').fill(READER.password);
    await dialog()
      .getByRole('button', { name: /^Group/ })
      .click();
    await page.getByRole('option', { name: /auditors/ }).click();
    await dialog().getByRole('button', { name: 'Create user' }).click();
    await closed();
    await page.getByRole('button', { name: `Actions: ${READER.name}` }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('nobody can delete themselves', async () => {
    await page
      .getByRole('row', { name: /\(you\)/ })
      .getByRole('button', { name: /^Actions/ })
      .click();
    const remove = page.getByRole('menuitem', { name: 'Delete' });
    expect(await remove.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
  });

  test('the user signs in, is told what users take, and changes the own password', async () => {
    const refused: string[] = [];
    const other = await openPage(browser, refused, { viewport: { width: 390, height: 844 } });
    await other.goto(`${server.url}/console/users`);
    await other.fill('input[name=user]', READER.name);
    await other.fill('input[name=password]', READER.password);
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.getByText('You need the role Security Administrator').waitFor();
    expect(await other.getByRole('button', { name: 'Create user' }).count()).toBe(0);
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await barriers(other)).toEqual([]);
    await other.getByRole('button', { name: READER.name }).click();
    await other.getByRole('menuitem', { name: 'Change my password' }).click();
    await other.getByLabel('Current password').fill('not-the-password');
    await other.getByLabel('New password').fill(`${READER.password}2`);
    await other.keyboard.press('Enter');
    await other.getByText('The current password is wrong').waitFor();
    expect(await other.getByLabel('Current password').getAttribute('aria-invalid')).toBe('true');
    expect(await other.getByRole('dialog', { name: 'Sign in again' }).count()).toBe(0);
    expect(await barriers(other)).toEqual([]);
    await other.getByLabel('Current password').fill(READER.password);
    await other.getByLabel('New password').fill(`${READER.password}2`);
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByText('The password has been changed').waitFor();
    // Other sessions have ended; this one goes on.
    await other.reload();
    await other.getByText('You need the role Security Administrator').waitFor();
    expect(await other.getByRole('dialog', { name: 'Sign in again' }).count()).toBe(0);
    expect(refused.filter((one) => !/40[13]/.test(one))).toEqual([]);
    await other.context().close();
  });

  test('the groups of the user are shown and taken away', async () => {
    await page.getByRole('button', { name: `Actions: ${READER.name}` }).click();
    await page.getByRole('menuitem', { name: 'Groups' }).click();
    await dialog().getByRole('button', { name: 'Remove auditors' }).click();
    await dialog().getByRole('button', { name: 'Save' }).click();
    await closed();
    await page.getByRole('button', { name: `Actions: ${READER.name}` }).click();
    await page.getByRole('menuitem', { name: 'Groups' }).click();
    await dialog().getByText('Choose', { exact: true }).waitFor();
    expect(await dialog().getByRole('button', { name: 'Remove auditors' }).count()).toBe(0);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await closed();
  });

  test('of many users one is found; they are turned by page and sorted by name', async () => {
    for (let number = 1; number <= 60; number++) {
      const response = await fetch(`${server.url}/v3/users`, {
        method: 'POST',
        headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
        body: JSON.stringify({ user: { name: `person-${number}`, description: `seat ${100 + number}` } }),
      });
      expect(response.status).toBe(201);
    }
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('heading', { name: 'Users (62)' }).waitFor();
    const names = page.getByRole('rowheader');
    expect(await names.count()).toBe(50);
    await page.getByRole('button', { name: 'Next page' }).click();
    await expect.poll(() => names.count()).toBe(12);
    await page.getByRole('button', { name: 'Name' }).click();
    await page.getByRole('button', { name: 'Name' }).click();
    await expect.poll(() => names.first().textContent()).toBe('reader');
    expect(await names.nth(1).textContent()).toBe('person-60');
    await page.getByLabel('Find in this list').fill('SEAT 142');
    await page.getByText('1 match', { exact: true }).first().waitFor();
    expect(await names.allTextContents()).toEqual(['person-42']);
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Find in this list').fill('nobody');
    await page.getByText('Nothing matches').first().waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).last().click();
    await expect.poll(() => names.count()).toBe(50);
  });

  test('on a phone nothing overflows', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const route of ['users', 'groups']) {
      await page.goto(`${server.url}/console/${route}`);
      await page
        .getByRole('button', { name: /^Actions: / })
        .first()
        .waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });

  test('no error was written to the browser’s console', () => {
    expect(problems.filter((text) => !/^Failed to load resource: .* status of 4/.test(text))).toEqual([]);
  });
});
