import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import {
  addUser,
  ask,
  barriers,
  importRecords,
  launch,
  openPage,
  realRecords,
  signIn,
  whyNoBrowser,
} from './harness.ts';

const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('an incident in the browser', () => {
  let server: RunningServer;
  let directory: string;
  let browser: Browser;
  let page: Page;
  let other: string;
  const problems: string[] = [];

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startServer(directory);
    await importRecords(server, '--data-as-management');
    const { project } = await ask(server, 'POST', '/v3/projects', { project: { name: 'local_two' } });
    other = project.id;
    browser = await launch();
    page = await openPage(browser, problems, { permissions: ['clipboard-read', 'clipboard-write'] });
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDirectory(directory);
  });

  const asked = (name: string) => new URL(page.url()).searchParams.get(name);
  const rows = (of = page) => of.locator('.trace-row[data-trace]');
  const ids = (of = page) => rows(of).evaluateAll((all) => all.map((one) => one.getAttribute('data-trace')));
  const told = (text: RegExp, of = page) => of.getByText(text).first().waitFor();
  /** As the head of the chart tells it. */
  const counted = (traces: number) => page.locator('.histogram-head').getByText(`(${traces})`).waitFor();
  async function go(query: string): Promise<void> {
    await page.goto(`${server.url}/console/?range=1d&project=${server.projectId}&${query}`);
    await rows().first().waitFor();
  }
  async function showValues(): Promise<void> {
    const show = page.getByRole('button', { name: 'Show values' });
    if (await show.isVisible()) await show.click();
    await page.getByRole('region', { name: 'Values' }).waitFor();
  }
  const value = (field: string, named: string, of = page) =>
    of.getByRole('list', { name: field }).getByRole('button', { name: new RegExp(`^${named} [\\d,]+$`) });
  /** Values of a field, with their counts. */
  const valuesOf = (field: string) =>
    page
      .getByRole('list', { name: field, exact: true })
      .locator('.value')
      .evaluateAll((all) => all.map((one) => [...one.children].map((part) => part.textContent)));

  test('who was refused for lack of rights, and how often each', async () => {
    await go(`q=${encodeURIComponent('AccessDenied OR Client.UnauthorizedOperation')}`);
    await showValues();
    await expect
      .poll(async () => (await valuesOf('Operator')).map(([, count]) => count))
      .toEqual(['29', '15', '15', '1']);
    expect(await barriers(page)).toEqual([]);
  });

  test('values are asked for and left out, and the others of their field stay to choose from', async () => {
    const counts = new Map<string, number>();
    for (const { eventName } of await realRecords(
      ({ sourceIPAddress, readOnly }) => sourceIPAddress === '192.168.10.20' && !readOnly,
    )) {
      counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
    }
    const most = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const [[first, x] = ['', 0], [second, y] = ['', 0]] = most;
    await go('q=ip%3A192.168.10.20+write');
    await showValues();
    const few = most.slice(0, 7).map(([name, count]) => [name, String(count)]);
    await expect.poll(() => valuesOf('Operation')).toEqual(few);
    await value('Operation', first).click();
    await counted(x);
    expect(asked('q')).toBe(`ip:192.168.10.20 write name:${first}`);
    await expect.poll(() => valuesOf('Operation')).toEqual(few);
    await value('Operation', second).click();
    await counted(x + y);
    await page.getByRole('button', { name: `Without Operation ${first}` }).click();
    await counted(y);
    expect(asked('q')).toBe(`ip:192.168.10.20 write name:${second} -name:${first}`);
    await page.goBack();
    await counted(x + y);
  });

  test('what a filter asks for goes into the query with the first value beside it', async () => {
    await go('source=KMS&status=normal');
    await showValues();
    await value('Trace source', 'S3').click();
    await expect.poll(() => asked('q')).toBe('source:KMS,S3');
    expect([asked('source'), asked('status'), asked('type')]).toEqual([null, 'normal', 'system']);
    const sources = rows().locator('.c-service_type');
    await expect
      .poll(async () => [...new Set(await sources.allTextContents())].sort())
      .toEqual(['KMS', 'S3']);
  });

  test('the oldest come first when the time is turned round', async () => {
    await go('q=AdministratorAccess+source%3AIAM');
    await told(/^4 traces; nothing older/);
    const newest = await ids();
    await page
      .getByRole('columnheader', { name: /^Operation Time/ })
      .getByRole('button')
      .first()
      .click();
    await told(/^4 traces; nothing newer/);
    await expect.poll(() => ids()).toEqual([...newest].reverse());
    expect(asked('order')).toBe('oldest');
    await page.goBack();
    await told(/^4 traces; nothing older/);
  });

  test('columns are chosen and drawn, and a link shows them to others, with the same traces', async () => {
    await go('q=AdministratorAccess+source%3AIAM');
    const heads = (of = page) => of.getByRole('columnheader').locator('visible=true').allInnerTexts();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Resource Type' }).click();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Code' }).click();
    await expect.poll(async () => (await heads()).join(' ')).toMatch(/^(?!.*Resource Type).*Code/s);
    const code = page.getByRole('columnheader', { name: 'Code' });
    const width = async () => Math.round((await code.boundingBox())?.width ?? 0);
    const before = await width();
    await code.getByRole('button').press('ArrowRight');
    await code.getByRole('button').press('ArrowRight');
    await expect.poll(width).toBe(before + 32);
    await page.reload();
    await rows().first().waitFor();
    await expect.poll(width).toBe(before + 32);

    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('menuitem', { name: 'To these traces, with absolute times' }).click();
    await page.getByText('The link is copied').waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(link.searchParams.get('range')).toMatch(/^\d{13}-\d{13}$/);
    expect(link.searchParams.get('project')).toBe(server.projectId);
    const colleague = await openPage(browser, problems);
    await signIn(colleague, server.url, PASSWORD, link.pathname + link.search);
    await told(/^4 traces; nothing older/, colleague);
    expect(await ids(colleague)).toEqual(await ids());
    expect(await heads(colleague)).toEqual(await heads());
    await colleague.context().close();

    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('menuitem', { name: /^To this question/ }).click();
    const relative = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(relative.searchParams.get('range')).toBe('1d');
    await page.evaluate(() => localStorage.removeItem('opencts-settings'));
  });

  test('one goes from trace to trace, and back to the list in one step', async () => {
    await go('q=AdministratorAccess+source%3AIAM');
    const [first, second, third] = await ids();
    await page.locator('.trace-link').first().click();
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => asked('trace')).toBe(second);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => asked('trace')).toBe(third);
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByRole('button', { name: 'Newer' }).click();
    await expect.poll(() => asked('trace')).toBe(first);
    await expect.poll(() => page.getByRole('button', { name: 'Newer' }).isDisabled()).toBe(true);
    await page.goBack();
    await expect.poll(() => asked('trace')).toBe(null);
    expect(asked('q')).toBe('AdministratorAccess source:IAM');
  });

  test('a trace leads to all others of its session, and only where there is one', async () => {
    const user = (principal_id: string, created_at?: string) => ({
      ...{ id: 'd1', name: 'deploy', domain: { id: 'a1', name: 'acme' } },
      principal_id,
      ...(created_at ? { session_context: { attributes: { created_at, mfa_authenticated: 'true' } } } : {}),
    });
    const traces = [
      ...[1, 2].map((at) =>
        trace({ trace_name: `sessionFirst${at}`, user: user('AGENCY1:deploy', '1715940000000') }),
      ),
      trace({ trace_name: 'sessionLater', user: user('AGENCY1:deploy', '1715950000000') }),
      trace({ trace_name: 'sessionUndated', user: user('AGENCY1:night') }),
      trace({ trace_name: 'sessionNone', user: user('0123456789abcdef') }),
    ];
    await ask(server, 'POST', `/v3/${server.projectId}/traces`, { traces });
    const link = page.getByRole('link', { name: 'All of this session' });
    await go('q=name:sessionNone');
    await page.locator('.toggle').first().click();
    await page.getByRole('link', { name: 'Five minutes before and after' }).waitFor();
    expect(await link.count()).toBe(0);
    await go('q=name:sessionUndated');
    await page.locator('.toggle').first().click();
    await link.click();
    await counted(1);
    await go('q=name:sessionFirst1');
    await page.locator('.toggle').first().click();
    await link.waitFor();
    await link.click();
    await counted(2);
    for (const name of ['sessionFirst1', 'sessionFirst2']) await rows().filter({ hasText: name }).waitFor();
  });

  test('whoever comes back finds the same place, rows and folds', async () => {
    await go('q=write');
    await expect
      .poll(async () => {
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        return rows().count();
      })
      .toBeGreaterThan(250);
    const row = rows().nth(220);
    await row.scrollIntoViewIfNeeded();
    await row.locator('.toggle').click();
    const id = await row.getAttribute('data-trace');
    const place = async () => Math.round((await page.locator(`[data-trace="${id}"]`).boundingBox())?.y ?? -1);
    await page.locator('.trace-ways').getByRole('link', { name: 'Five minutes before and after' }).waitFor();
    const [before, count] = [await place(), await rows().count()];
    await page.locator('.trace-ways a').first().click();
    await expect.poll(() => page.url()).not.toContain('q=write');
    await page.goBack();
    await expect.poll(() => rows().count()).toBe(count);
    await expect.poll(async () => Math.abs((await place()) - before)).toBeLessThan(60);
    await page.locator('.trace-fields').waitFor();
  });

  test('another project is asked the same; a link leads to its own', async () => {
    await page.goto(`${server.url}/console/?range=1d&q=name%3AListProjects&status=normal`);
    await page.getByRole('button', { name: /^Project: local/ }).click();
    await page.getByRole('menuitemcheckbox', { name: 'local_two' }).click();
    await expect.poll(() => asked('project')).toBe(other);
    expect([asked('q'), asked('status'), asked('range')]).toEqual(['name:ListProjects', 'normal', '1d']);
    await page.goto(`${server.url}/console/overview?project=${server.projectId}`);
    await page.getByRole('button', { name: 'Project: local', exact: true }).waitFor();
    await page.goto(`${server.url}/console/?project=${'0'.repeat(32)}`);
    await page.getByText('This link belongs to a project that is none of yours').waitFor();
    await page.getByRole('link', { name: 'Trace list' }).last().click();
    await page.getByRole('heading', { name: 'Trace list' }).waitFor();
  });

  test('all projects are asked at once, and links lead into that of a trace', async () => {
    const user = { name: 'admin', password: PASSWORD, domain: { name: 'default' } };
    const identity = { methods: ['password'], password: { user } };
    const entered = await fetch(`${server.url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope: { project: { id: other } } } }),
    });
    const there = {
      ...server,
      token: entered.headers.get('x-subject-token') ?? '',
      projectId: other,
    };
    await ask(there, 'POST', `/v3/${other}/tracker`, { tracker_type: 'system', tracker_name: 'system' });
    const traces = [trace({ trace_name: 'SomethingElsewhere' })];
    await ask(there, 'POST', `/v3/${other}/traces`, { traces });
    await page.goto(`${server.url}/console/?range=1d&q=name%3ASomething*`);
    await page.getByText('All my projects').click();
    await rows().first().waitFor();
    expect(await page.locator('.c-project_id').allTextContents()).toEqual(['Project', 'local_two']);
    await page.locator('.toggle').first().click();
    await page.getByRole('link', { name: 'Five minutes before and after' }).click();
    await expect.poll(() => asked('project')).toBe(other);
  });

  test('a search is kept, shared with colleagues, asked again and removed', async () => {
    await go('q=AdministratorAccess+source%3AIAM&status=normal');
    const open = (of = page) => of.getByRole('button', { name: 'Saved searches' }).click();
    await open();
    await page.getByLabel('Name of the present search').fill('who became an administrator');
    await page.getByLabel('For everybody who reads the traces of this project').check();
    await page.getByRole('button', { name: 'Save this search' }).click();
    await page.getByText('The search who became an administrator is saved').waitFor();
    await addUser(server, 'nina', ['CTS ReadOnlyAccess']);
    const colleague = await openPage(browser, problems);
    await signIn(colleague, server.url, PASSWORD, '/console/', 'nina');
    await open(colleague);
    await colleague.getByText('shared by admin').waitFor();
    expect(await barriers(colleague)).toEqual([]);
    await colleague.getByRole('button', { name: 'who became an administrator', exact: true }).click();
    await told(/^4 traces; nothing older/, colleague);
    const shown = new URL(colleague.url()).searchParams;
    expect([shown.get('q'), shown.get('status'), shown.get('range')]).toEqual([
      'AdministratorAccess source:IAM',
      'normal',
      '1d',
    ]);
    await colleague.context().close();
    await open();
    await page.getByRole('button', { name: 'Remove who became an administrator' }).click();
    await expect.poll(() => page.locator('.saved li').count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  test('a trace that is no longer kept is looked for in the archive', async () => {
    await page.goto(`${server.url}/console/?range=1d&trace=00000000-0000-4000-8000-000000000000`);
    await page.getByRole('link', { name: 'Look for it in the archive' }).click();
    await page.getByRole('heading', { name: 'Search the archive' }).waitFor();
    await expect
      .poll(() => page.locator('.search-pair input').last().inputValue())
      .toBe('00000000-0000-4000-8000-000000000000');
  });

  test('whole traces are exported, a line each', async () => {
    await go('q=AdministratorAccess+source%3AIAM');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /NDJSON/ }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.ndjson$/);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).trace_id)).toEqual(await ids());
    for (const line of lines) expect(line).toContain('AdministratorAccess');
  });

  test('on a phone the values stand above the list, and nothing overflows', async () => {
    const phone = await openPage(browser, problems, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    await signIn(phone, server.url, PASSWORD, '/console/?range=1d&q=AdministratorAccess+source%3AIAM');
    await phone.getByRole('button', { name: 'Show values' }).click();
    await phone.getByRole('button', { name: 'Operator', exact: true }).click();
    await value('Operator', '.*', phone).first().waitFor();
    expect(await barriers(phone)).toEqual([]);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await phone.context().close();
  });

  test('nothing broke the Content-Security-Policy', () => {
    expect(problems).toEqual([]);
  });
});
