import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { opencts as run } from '../server/attack/backing-up.ts';
import { indexed, PASSWORD, type RunningServer } from '../server/attack/harness.ts';
import { findChromium } from './chromium.mjs';

export const CHROMIUM = findChromium();
export const RECORDS = path.resolve(import.meta.dirname, '../../shared/data/cloudtrail');

/** Why the browser tests cannot run here; undefined when they can. */
export function whyNoBrowser(): string | undefined {
  if (!CHROMIUM) return 'no Chromium was found; install it or set CHROMIUM';
  return existsSync(RECORDS) ? undefined : `the CloudTrail records are not at ${RECORDS}`;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** A page whose console errors and broken policies are gathered in `problems`. */
export async function openPage(
  browser: Browser,
  problems: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => problems.push(error.message));
  return page;
}

export async function signIn(
  page: Page,
  url: string,
  password: string,
  route = '/console/',
  user = 'admin',
): Promise<void> {
  await page.goto(`${url}${route}`);
  await page.fill('input[name=user]', user);
  await page.fill('input[name=password]', password);
  // The button is called otherwise in other languages.
  await page.keyboard.press('Enter');
  await page.waitForSelector('#top');
  await page.waitForSelector('h1');
}

/** Asks the service as its administrator. @throws Error what it refused */
// biome-ignore lint/suspicious/noExplicitAny: answers of several routes
export async function ask(server: RunningServer, method: string, route: string, body?: object): Promise<any> {
  const response = await fetch(server.url + route, {
    method,
    headers: { 'x-auth-token': server.token, ...(body && { 'content-type': 'application/json' }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? {} : response.json();
}

/** A user who holds roles in the project, by the names that people see. */
export async function addUser(server: RunningServer, name: string, roles: readonly string[]): Promise<void> {
  const { user } = await ask(server, 'POST', '/v3/users', { user: { name, password: PASSWORD } });
  const { group } = await ask(server, 'POST', '/v3/groups', { group: { name: `group of ${name}` } });
  await ask(server, 'PUT', `/v3/groups/${group.id}/users/${user.id}`);
  const { roles: known } = await ask(server, 'GET', '/v3/roles');
  for (const role of roles) {
    const { id } = known.find((one: { display_name: string }) => one.display_name === role);
    await ask(server, 'PUT', `/v3/projects/${server.projectId}/groups/${group.id}/roles/${id}`);
  }
}

/** Runs a command of the command line to its end. @returns all that it said */
export async function opencts(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, out, err } = await run([...args], env);
  return { code, out: out + err };
}

/** Imports the records of CloudTrail, moved to now; then they can be found. @returns what the command printed */
export async function importRecords(server: RunningServer, ...options: string[]): Promise<string> {
  const args = ['import', 'cloudtrail', RECORDS, '--shift-to-now', '--url', server.url, ...options];
  const { code, out } = await opencts(args, { OPENCTS_PASSWORD: PASSWORD });
  if (code !== 0) throw new Error(out);
  await indexed(server);
  return out;
}

/** A record of CloudTrail, as far as tests look at it. */
export interface RealRecord {
  eventID: string;
  eventName: string;
  eventSource: string;
  eventTime: string;
  sourceIPAddress: string;
  readOnly: boolean;
  userIdentity: { userName?: string };
  // biome-ignore lint/suspicious/noExplicitAny: another shape for every operation
  requestParameters: any;
}

/** The records that were imported, read without any code of the importer. */
export async function realRecords(wanted: (record: RealRecord) => boolean): Promise<RealRecord[]> {
  const files = (await readdir(RECORDS)).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(files.map((name) => readFile(path.join(RECORDS, name), 'utf8')));
  return texts.flatMap((text) => (JSON.parse(text).Records as RealRecord[]).filter(wanted));
}

/** Writes the key that digests are signed with into a file, for whoever verifies. */
export async function keyFile(server: RunningServer, file: string): Promise<string> {
  const { public_keys } = await ask(server, 'GET', '/v3/public-keys');
  await writeFile(file, public_keys[0].public_key);
  return file;
}

/** What a button saves. */
export async function saved(page: Page, press: () => Promise<unknown>) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Unpacks a tar into a new folder. */
export async function unpack(bytes: Buffer, folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(`${folder}.tar`, bytes);
  await new Promise<void>((resolve, reject) => {
    execFile('tar', ['-xf', `${folder}.tar`, '-C', folder], (error) => (error ? reject(error) : resolve()));
  });
}

/** What the keyboard is at: the label of a field, or the name of a button. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement as HTMLInputElement | null;
    return at?.getAttribute('aria-label') ?? (at?.labels?.[0] ?? at)?.textContent ?? '';
  });

/** What of a page, or of a dialog before it, must be pushed sideways to be seen. */
export const sideways = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const inner = [...document.querySelectorAll('#content *, [role=dialog] *')].filter(
      (one) =>
        /auto|scroll/.test(getComputedStyle(one).overflowX) &&
        one.clientWidth > 0 &&
        one.scrollWidth > one.clientWidth + 1,
    );
    const wide = document.documentElement.scrollWidth - innerWidth;
    return [
      ...(wide > 0 ? [`page: ${wide} px`] : []),
      ...inner.map((one) => `${one.className}: ${one.scrollWidth} px in ${one.clientWidth}`),
    ];
  });

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  tags: string[];
  nodes: { html: string }[];
}

/** What axe finds against WCAG 2.2 AA, and what else of its findings is serious. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  // Colours are measured when they have come to rest; what was pointed at may begin to show a moment later.
  for (let look = 0; look < 2; look++) {
    await page.waitForTimeout(200);
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .every(
          ({ playState, effect }) =>
            playState !== 'running' || effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY,
        ),
    );
  }
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: Violation[] }> };
    };
    // The size of targets (2.5.8) is looked at only when it is asked for.
    return (await axe.run({ rules: { 'target-size': { enabled: true } } })).violations
      .filter(
        ({ impact, tags }) =>
          /serious|critical/.test(impact) || tags.some((tag) => /^wcag2\d?(a|aa)$/.test(tag)),
      )
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}
