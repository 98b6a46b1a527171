import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  indexed,
  PASSWORD,
  type RunningServer,
  removeDirectory,
  report,
  send,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import { barriers, focused, importRecords, launch, openPage, signIn, whyNoBrowser } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('the trace list in the browser', () => {
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const rows = () => page.locator('.trace-row[data-trace]');

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    await importRecords(server);
    browser = await launch();
    await mkdir(SHOTS, { recursive: true });
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
    await rows().first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  async function go(query: string): Promise<void> {
    await page.goto(`${server.url}/console/${query}`);
    await page.waitForSelector('.histogram svg');
    await page.waitForLoadState('networkidle');
  }

  test('a wrong password is told in words', async () => {
    const other = await openPage(browser, []);
    await other.goto(`${server.url}/console/`);
    await other.fill('input[name=password]', 'wrong');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('Account, user or password is wrong').waitFor();
    await other.context().close();
  });

  test('who deleted what: typing "delete" offers the operations, choosing one shows who did it', async () => {
    await go('?range=1d');
    await page.getByPlaceholder('delete…').fill('delete');
    const offers = page.getByRole('option', { name: /DeleteBucket/ });
    await offers.first().waitFor();
    await offers.first().click();
    await expect.poll(() => page.url()).toContain('value=DeleteBucket');
    await expect
      .poll(async () =>
        (await page.locator('.trace-link').allTextContents()).every((name) =>
          name.startsWith('DeleteBucket'),
        ),
      )
      .toBe(true);
    expect(await page.locator('.trace-row[data-trace] .c-user').first().textContent()).toMatch(
      /bert-jan|benjamin/,
    );
  });

  test('a suggestion is taken by keys alone, and text without one as it is', async () => {
    await go('?range=1d');
    const field = page.getByPlaceholder('delete…');
    await field.pressSequentially('deletebuck');
    await page.getByRole('option', { name: /^DeleteBucket\b/ }).waitFor();
    for (let presses = 0; presses < 8; presses++) {
      await field.press('ArrowDown');
      if (await page.locator('[class*=highlighted]', { hasText: /^DeleteBucket\d/ }).count()) break;
    }
    await field.press('Enter');
    await expect.poll(() => page.url()).toMatch(/value=DeleteBucket(&|$)/);
    await field.fill('noSuchName');
    await field.press('Enter');
    await expect.poll(() => page.url()).toContain('value=noSuchName');
  });

  test.each([
    ['?range=1d&source=EC2&resource_type=volume', '.c-resource_type', 'volume'],
    ['?range=1d&status=warning', '.c-trace_rating', 'Warning'],
    ['?range=1d&user=bert-jan', '.c-user', 'bert-jan'],
    ['?range=1d&by=resource_name&value=nothing-is-called-so', '', ''],
  ])('the address %s shows exactly that', async (query, cell, text) => {
    await go(query);
    if (cell === '') {
      await page.getByText('No traces match').waitFor();
      return;
    }
    await rows().first().waitFor();
    const cells = await page.locator(`.trace-row[data-trace] ${cell}`).allTextContents();
    expect(cells.length).toBeGreaterThan(0);
    for (const found of cells) expect(found).toContain(text);
  });

  test('filters are chosen by hand: source, then type, status; reset brings everything back', async () => {
    await go('?range=1d');
    await page.getByRole('button', { name: /Trace source/ }).click();
    await page.getByRole('option', { name: /^S3/ }).click();
    await expect.poll(() => page.url()).toContain('source=S3');
    await page.getByRole('button', { name: /Resource type/ }).click();
    await page.getByRole('option', { name: /^bucket/ }).click();
    await page.getByRole('button', { name: /Trace status/ }).click();
    await page.getByRole('option', { name: 'Warning' }).click();
    await expect.poll(() => page.url()).toMatch(/resource_type=bucket.*status=warning/);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => page.url()).not.toContain('source');
  });

  test('a resource type that came without its source can be taken away by itself', async () => {
    await go('?range=1d&resource_type=volume&status=normal');
    await page.getByRole('button', { name: /Resource type/ }).click();
    await page.getByRole('option', { name: 'All', exact: true }).click();
    await expect.poll(() => page.url()).not.toContain('resource_type');
    expect(page.url()).toContain('status=normal');
  });

  test('an address that no page has says so, and leads on', async () => {
    await page.goto(`${server.url}/console/nonsense`);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Trace list' }).last().click();
    await rows().first().waitFor();
  });

  test('presets, and a range dragged on the histogram; the browser goes back', async () => {
    await go('');
    await page.getByRole('button', { name: 'Last day' }).click();
    await expect.poll(() => page.url()).toContain('range=1d');
    await page.getByRole('button', { name: 'Last hour' }).click();
    await page.waitForLoadState('networkidle');
    const chart = page.locator('.histogram svg');
    const box = (await chart.boundingBox()) as { x: number; y: number; width: number };
    await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/range=\d{13}-\d{13}/);
    await page.goBack();
    await expect.poll(() => page.url()).not.toMatch(/range=\d/);
    await chart.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toMatch(/range=\d{13}-\d{13}/);
  });

  test('a custom range without a day is refused; one in the address that is none means the default', async () => {
    await go('?range=1d');
    const open = page.getByRole('button', { name: 'Custom range' });
    await open.click();
    const picker = page.getByRole('dialog');
    const apply = picker.getByRole('button', { name: 'Apply' });
    const incomplete = picker.getByText('Both ends need a day').first();
    await apply.click();
    await incomplete.waitFor();
    const from = picker.getByRole('textbox', { name: 'From', exact: true });
    await from.fill('2026/01/03');
    await apply.click();
    await incomplete.waitFor();
    await picker.getByRole('textbox', { name: 'To', exact: true }).fill('2026/01/02');
    await picker.getByText('The end must lie behind the beginning').first().waitFor();
    await apply.click();
    expect(page.url()).toContain('range=1d');
    await from.fill('2026/01/01');
    await apply.click();
    await expect.poll(() => page.url()).toMatch(/range=\d{13}-\d{13}/);
    for (const range of ['NaN-NaN', '9e99', '2-1', 'toString']) {
      await go(`?range=${range}`);
      const chosen = page.getByRole('button', { name: 'Last hour' });
      expect(await chosen.getAttribute('aria-pressed')).toBe('true');
    }
  });

  test('on a phone the whole picker can be reached', async () => {
    const phone = await openPage(browser, problems, { viewport: { width: 390, height: 844 } });
    await signIn(phone, server.url, PASSWORD);
    await phone.getByRole('button', { name: 'Custom range' }).click();
    const apply = phone.getByRole('dialog').getByRole('button', { name: 'Apply' });
    await apply.waitFor();
    await phone.screenshot({ path: path.join(SHOTS, 'range-phone.png') });
    // Its end is there, and nothing cuts it off.
    const whole = await apply.evaluate((button) => {
      const { right, top, height } = button.getBoundingClientRect();
      return button.contains(document.elementFromPoint(right - 3, top + height / 2));
    });
    expect(whole).toBe(true);
    await phone.context().close();
  });

  test('a page that fails says so within the frame; another page works, and reloading helps', async () => {
    const other = await openPage(browser, []);
    await signIn(other, server.url, PASSWORD);
    await other.locator('.trace-row[data-trace]').first().waitFor();
    await other.route('**/*.js', (route) => route.abort());
    await other.getByRole('link', { name: 'Trackers', exact: true }).click();
    await other.getByText('This page failed').waitFor();
    expect(await barriers(other)).toEqual([]);
    await other.getByRole('link', { name: 'Trace list', exact: true }).click();
    await other.locator('.trace-row[data-trace]').first().waitFor();
    await other.getByRole('link', { name: 'Trackers', exact: true }).click();
    await other.unroute('**/*.js');
    await other.getByRole('button', { name: 'Reload' }).click();
    await other.getByRole('heading', { name: 'Trackers' }).waitFor();
    await other.context().close();
  });

  test('a row unfolds; a value becomes a filter', async () => {
    await go('?range=1d');
    await rows()
      .first()
      .getByRole('button', { name: /Show details/ })
      .click();
    await page.locator('.fields').waitFor();
    await expect.poll(() => page.url()).toContain('open=');
    await page.screenshot({ path: path.join(SHOTS, 'expanded.png') });
    await page.getByRole('button', { name: 'Only this value: user' }).click();
    await expect.poll(() => page.url()).toContain('user=');
  });

  test('View Trace shows the whole JSON, which can be downloaded', async () => {
    await go('?range=1d');
    await page.locator('.trace-link').first().click();
    const shown = JSON.parse((await page.locator('.json').first().textContent()) ?? '');
    expect(shown).toMatchObject({ trace_id: expect.any(String), user_agent: expect.any(String) });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(shown);
    await page.screenshot({ path: path.join(SHOTS, 'view-trace.png') });
    await page.reload();
    await page.locator('.json').first().waitFor();
  });

  test('what JavaScript does not hold is shown, copied and downloaded to the last digit', async () => {
    const odd =
      '{"order_id":9223372036854775807,"price":0.1234567890123456789,"ratio":1.0,"big":1e400,"dup":1,"dup":2}';
    const id = randomUUID();
    const sent = JSON.stringify(
      trace({ trace_id: id, trace_name: 'placeOrder', request: 'REQUEST', details: 'D' }),
    );
    const body = `{"traces":[${sent.replace('"REQUEST"', odd).replace('"D"', odd)}]}`;
    await send(server, body, { 'content-type': 'application/json' });
    await indexed(server);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await go(`?range=1d&by=trace_name&value=placeOrder&open=${id}`);
    const shown = async (place: string) =>
      ((await page.locator(place).textContent()) ?? '').replaceAll(/\s/g, '');
    // Of the request, and of the unknown member.
    expect((await shown('.fields')).split(odd)).toHaveLength(3);

    await page.locator('.trace-link').first().click();
    const json = page.locator('.json:visible');
    await json.waitFor();
    const text = (await json.textContent()) ?? '';
    expect(text).toContain('\n    "ratio": 1.0,\n');
    expect(await shown('.json:visible')).toContain(`"details":${odd}`);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(text);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toBe(text);
    await page.getByRole('tab', { name: 'Readable' }).click();
    await expect.poll(() => shown('.json:visible')).toContain(`"request":${odd}`);
    expect(await shown('.json:visible')).toContain(`"details":${odd}`);
    await page.screenshot({ path: path.join(SHOTS, 'view-trace-exact.png') });
  });

  test('the export is CSV of what the list shows', async () => {
    await go('?range=1d&value=DeleteBucket');
    const count = await rows().count();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /Newest/ }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.trimEnd().split('\r\n')).toHaveLength(count + 1);
  });

  test('scrolling reaches the last of all traces, each once', async () => {
    await go('?range=1d');
    await expect
      .poll(
        async () => {
          await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
          return page.getByText(/nothing older in this range/).isVisible();
        },
        { timeout: 90_000, interval: 150 },
      )
      .toBe(true);
    const ids = await rows().evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset.trace));
    expect(ids.length).toBeGreaterThanOrEqual(2900);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('live: a trace that is reported appears by itself', async () => {
    await go('?range=1h&live=1');
    await report(server, [trace({ trace_name: 'appearsByItself' })]);
    await page.getByRole('button', { name: 'appearsByItself', exact: true }).waitFor({ timeout: 15_000 });
  });

  test('what was recorded is told as found only while that is known, and that nothing more is recorded', async () => {
    const hung: string[] = [];
    const other = await openPage(browser, hung);
    await signIn(other, server.url, PASSWORD);
    const found = other.getByText('all searchable');
    await found.waitFor();
    await other.getByText('none archived: the tracker has no bucket').waitFor();
    await expect.poll(() => other.locator('.histogram-notes').textContent()).not.toContain('Nothing new');
    const engine = server.enginePid();
    process.kill(engine, 'SIGSTOP');
    try {
      await expect.poll(() => found.count(), { timeout: 20_000 }).toBe(0);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    await found.waitFor();
    const switched = async (status: string) => {
      const { status: answer } = await fetch(`${server.url}/v3/${server.projectId}/tracker`, {
        method: 'PUT',
        headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
        body: JSON.stringify({ tracker_type: 'system', tracker_name: 'system', status }),
      });
      expect(answer).toBeLessThan(300);
    };
    await switched('disabled');
    await other.reload();
    await other.getByText('Nothing new is recorded now').waitFor();
    await other.screenshot({ path: path.join(SHOTS, 'recording-off.png') });
    await switched('enabled');
    await other.context().close();
  });

  test('by keyboard: the first stop skips the navigation, and / leads to the search', async () => {
    await go('?range=1d');
    await page.locator('body').press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('#content')?.id)).toBe('content');
    await page.locator('body').press('/');
    const field = page.getByPlaceholder('delete…');
    expect(await page.evaluate(() => document.activeElement?.outerHTML)).toContain('placeholder="delete…"');
    await page.keyboard.type('a/b');
    expect(await field.inputValue()).toBe('a/b');
    for (const [address, label] of [
      ['search', 'Query'],
      ['roles', 'Find in this list'],
      ['notifications/edit', 'Find operations'],
    ]) {
      await page.goto(`${server.url}/console/${address}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.locator('#content input').first().waitFor();
      await page.waitForLoadState('networkidle');
      await page.locator('body').press('/');
      expect([address, await focused(page)]).toEqual([address, label]);
    }
  });

  test('rows that are copied are lines with tabs', async () => {
    await go('?range=1d&status=warning');
    await rows().nth(1).waitFor();
    const copied = await page.evaluate(() => {
      const [first, second] = document.querySelectorAll('.trace-row[data-trace]');
      const range = document.createRange();
      range.setStartBefore(first as Element);
      range.setEndAfter(second as Element);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      const data = new DataTransfer();
      first?.dispatchEvent(
        new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
      );
      return data.getData('text/plain');
    });
    const lines = copied.split('\n').map((line) => line.split('\t'));
    expect(lines.map(({ length }) => length)).toEqual([9, 9]);
    const name = await page.locator('.trace-link').first().textContent();
    expect([lines[0]?.[0], lines[0]?.[7]]).toEqual([name, 'Warning']);
  });

  test('when the session is over, signing in leads back to the same view', async () => {
    await go('?range=1d&value=DeleteBucket');
    await page.context().clearCookies();
    await page.reload();
    await page.fill('input[name=password]', PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await rows().first().waitFor();
    expect(page.url()).toContain('value=DeleteBucket');
  });

  test.each([
    ['light', 1400, 'light'],
    ['dark', 1400, 'dark'],
    ['phone', 390, 'light'],
  ] as const)('%s: nothing overflows, and axe finds nothing serious', async (name, width, colorScheme) => {
    const other = await openPage(browser, problems, { viewport: { width, height: 844 }, colorScheme });
    await signIn(other, server.url, PASSWORD);
    await other.waitForLoadState('networkidle');
    await other.screenshot({ path: path.join(SHOTS, `${name}.png`) });
    expect(await other.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await barriers(other)).toEqual([]);
    await other.context().close();
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems).toEqual([]);
  });
});
