import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PASSWORD,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from '../server/attack/harness.ts';
import { MailServer } from '../server/src/testing/mail.ts';
import { Receiver } from '../server/src/testing/receiver.ts';
import { until } from '../server/src/testing/until.ts';
import { addUser, barriers, CHROMIUM, launch, openPage, sideways, signIn } from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');

function whyNot(): string | undefined {
  if (!CHROMIUM) return 'no Chromium was found; install it or set CHROMIUM';
  try {
    execFileSync('openssl', ['version']);
    return undefined;
  } catch {
    return 'there is no openssl to verify signatures with';
  }
}
const skip = whyNot();
if (skip) console.warn(`skipped: ${skip}`);

describe.skipIf(skip !== undefined)('key event notifications in the browser', () => {
  let directory: string;
  let server: RunningServer;
  let receiver: Receiver;
  let mail: MailServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const file = (name: string) => path.join(directory, name);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `notifications-${name}.png`) });
  const go = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();
  const dialog = () => page.getByRole('dialog');

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await mkdir(SHOTS, { recursive: true });
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=receiver'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')],
    );
    const tls = {
      key: await readFile(file('key.pem'), 'utf8'),
      cert: await readFile(file('cert.pem'), 'utf8'),
    };
    receiver = await new Receiver(tls).start();
    mail = await new MailServer().start();
    server = await startServer(path.join(directory, 'data'), {
      OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
      OPENCTS_SMTP_URL: mail.url,
      NODE_EXTRA_CA_CERTS: file('cert.pem'),
    });
    await report(server, [
      trace({ trace_name: 'deleteServer', resource_name: 'old-1' }),
      trace({ trace_name: 'createServer' }),
    ]);
    browser = await launch();
    page = await openPage(browser, problems);
    await signIn(page, server.url, PASSWORD);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await receiver?.stop();
    await mail?.stop();
    await removeDirectory(directory);
  });

  test('a rule for deletions is made in the wizard, with a preview of what it would have told, and a topic on the way', async () => {
    await go('Key event notifications');
    await page.getByText('There is no notification').waitFor();
    await page.getByRole('button', { name: 'Create notification' }).click();
    await page.getByLabel('Find operations').fill('delete ecs');
    await page.getByText('No trace of the last 7 days matches.').waitFor();
    await next();
    await page.getByText('Choose at least one operation').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('checkbox', { name: 'ECS/ecs/deleteServer', exact: true }).click();
    await page.getByText('Choose at least one operation').waitFor({ state: 'detached' });
    await page.getByText('1 trace:').waitFor();
    await page.getByRole('cell', { name: 'old-1' }).waitFor();
    await shot('what');
    expect(await barriers(page)).toEqual([]);
    await next();
    await page.getByRole('button', { name: 'Add a comparison' }).click();
    await page.getByText('No trace of the last 7 days matches.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove 1' }).click();
    await page.getByText('1 trace:').waitFor();
    await next();
    await page.getByText('Without a topic, no one is notified.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Is empty; it must hold/).waitFor();
    const name = page.getByLabel('Name', { exact: true });
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await name.fill('deletions');
    await page.getByText(/^Is empty; it must hold/).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New topic' }).click();
    await dialog().getByLabel('Name', { exact: true }).fill('alerts');
    await dialog().getByLabel('Display name').fill('Audit of Acme');
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Create topic' }).click();
    await page.getByRole('button', { name: /^Topic alerts/ }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The notification deletions is saved.').waitFor();
    await page.getByRole('cell', { name: '1 operation' }).waitFor();
    await page.getByText('Enabled').waitFor();
    expect(await barriers(page)).toEqual([]);
    await shot('list');
  });

  test('a refusal of the notification service is told in its own words', async () => {
    await go('Topics');
    await page.getByRole('button', { name: 'Create topic' }).click();
    await dialog().getByLabel('Name', { exact: true }).fill('with/slash');
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/^"with\/slash": must/)
      .waitFor();
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await go('alerts');
    await page.getByRole('button', { name: 'Add subscription' }).click();
    await dialog().getByLabel('Endpoint').fill('nobody');
    await page.keyboard.press('Enter');
    await expect.poll(() => dialog().getByLabel('Endpoint').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByText('the service answered').count()).toBe(0);
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await go('Key event notifications');
  });

  test('who may not see topics is told what it takes, and nothing else', async () => {
    const call = (path: string, body: object) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'x-auth-token': server.token, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json());
    const password = 'sees-no-topics-1';
    const { user } = await call('/v3/users', { user: { name: 'newcomer', password } });
    const { group } = await call('/v3/groups', { group: { name: 'producers' } });
    const { roles } = await (
      await fetch(`${server.url}/v3/roles`, { headers: { 'x-auth-token': server.token } })
    ).json();
    const role = roles.find((one: { display_name: string }) => one.display_name === 'CTS Reporter');
    for (const address of [
      `/v3/groups/${group.id}/users/${user.id}`,
      `/v3/projects/${server.projectId}/groups/${group.id}/roles/${role.id}`,
    ]) {
      await fetch(server.url + address, { method: 'PUT', headers: { 'x-auth-token': server.token } });
    }
    const other = await openPage(browser, []);
    await signIn(other, server.url, password, '/console/', 'newcomer');
    for (const address of ['topics/view?urn=alerts', 'topics']) {
      await other.goto(`${server.url}/console/${address}`);
      await other.getByRole('heading', { name: 'Topics', level: 1 }).waitFor();
      await other.getByText('You need the role SMN ReadOnlyAccess').waitFor();
      expect(await other.getByRole('table').count()).toBe(0);
      expect(await other.getByRole('button', { name: /Add subscription|Create topic/ }).count()).toBe(0);
      expect(await barriers(other)).toEqual([]);
    }
    await other.context().close();
  });

  test('no step is passed with an unfinished condition; the browser goes back one step, and what was typed stays', async () => {
    await page.goto(`${server.url}/console/notifications/edit?step=3`);
    await page.getByRole('checkbox', { name: 'ECS/ecs/deleteServer', exact: true }).waitFor();
    await page.getByLabel('Find operations').fill('delete ecs');
    await page.getByRole('checkbox', { name: 'ECS/ecs/deleteServer', exact: true }).click();
    await next();
    await page.getByRole('radio', { name: 'Only these' }).click();
    await page.getByText('Shown as soon as the conditions are complete.').waitFor();
    await next();
    await page.getByText('Choose at least one operator, or everybody.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Everybody' }).click();
    await page.getByRole('button', { name: 'Add a comparison' }).click();
    await page.getByLabel('Value 1').fill(' ');
    await next();
    await page.getByText('Enter a value, or remove the comparison.').waitFor();
    await shot('unfinished');
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Value 1').fill('warning');
    await page.getByText('Enter a value, or remove the comparison.').waitFor({ state: 'detached' });
    await next();
    await page.getByLabel('Name', { exact: true }).fill('quiet');
    await go('Trackers');
    await dialog().getByText('What you have entered here is lost.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await page.goBack();
    expect(await page.getByLabel('Value 1').inputValue()).toBe('warning');
    await next();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('quiet');
  });

  test('a notification without a topic, or whose topic is gone, says that it tells nobody', async () => {
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The notification quiet is saved. Without a topic, no one is notified.').waitFor();
    await page.getByRole('link', { name: 'quiet' }).click();
    await next();
    await next();
    await page.getByRole('button', { name: 'New topic' }).click();
    await dialog().getByLabel('Name', { exact: true }).fill('ops');
    await dialog().getByRole('button', { name: 'Create topic' }).click();
    await page.getByRole('button', { name: /^Topic ops/ }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'ops', exact: true }).waitFor();
    await go('ops');
    await page.getByRole('button', { name: 'Delete topic' }).click();
    await dialog().getByRole('button', { name: 'Delete topic' }).click();
    await dialog().waitFor({ state: 'detached' });
    await go('Key event notifications');
    await page.getByText('The topic was deleted: no one is notified').waitFor();
    await shot('gone');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'quiet' }).click();
    await next();
    await next();
    await page.getByText('The topic ops was deleted.').waitFor();
    await page.getByRole('button', { name: /^Topic Choose a topic/ }).waitFor();
    await shot('gone-form');
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Name', { exact: true }).fill('loud');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog().getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('cell', { name: 'quiet' }).waitFor();
  });

  test('what the trace list shows is notified of by its query, which is completed and previewed in the form', async () => {
    await page.goto(
      `${server.url}/console/?range=1d&q=${encodeURIComponent('old-1 OR old-2')}&status=normal`,
    );
    await page.getByRole('cell', { name: 'old-1' }).waitFor();
    await page.getByRole('button', { name: 'Notify me of this' }).click();
    const query = page.getByRole('combobox', { name: 'Query' });
    await expect.poll(() => query.inputValue()).toBe('(old-1 OR old-2) status:normal');
    await page.getByText('1 trace:').waitFor();
    await shot('query');
    expect(await barriers(page)).toEqual([]);
    await query.fill('(old-1 OR old-2) status:normal user:');
    await page.getByRole('option', { name: /^jane/ }).waitFor();
    await page.getByText('Shown as soon as the conditions are complete.').waitFor();
    await query.press('Escape');
    await next();
    await page.getByText('something to look for is missing here').waitFor();
    expect(await query.getAttribute('aria-invalid')).toBe('true');
    expect(await barriers(page)).toEqual([]);
    await query.fill('old-1 time:>-1h');
    await page.getByText('it cannot ask for their time or record_time').waitFor();
    await query.fill('old-1 name:delete*');
    await query.press('Escape');
    await page.getByText('1 trace:').waitFor();
    await next();
    await page.getByLabel('Name', { exact: true }).fill('by_query');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The notification by_query is saved.').waitFor();
    await page.getByRole('cell', { name: 'old-1 name:delete*' }).waitFor();
    await shot('query-list');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'by_query' }).click();
    await next();
    expect(await query.inputValue()).toBe('old-1 name:delete*');
    await go('Key event notifications');
    await page.getByRole('cell', { name: 'by_query' }).waitFor();
  });

  test('a notification that does not exist is not a new one', async () => {
    await page.goto(`${server.url}/console/notifications/edit?id=ghost`);
    await page.getByRole('heading', { name: 'There is no such notification' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Key event notifications' }).last().click();
    await page.getByRole('cell', { name: '1 operation' }).first().waitFor();
  });

  test('an e-mail and an HTTPS subscription are confirmed; the page tells it by itself', async () => {
    await go('alerts');
    const add = async (protocol: string, endpoint: string) => {
      await page.getByRole('button', { name: 'Add subscription' }).click();
      await dialog()
        .getByRole('button', { name: /^Protocol/ })
        .click();
      // The one that is chosen already says so before its name.
      await page.getByRole('option', { name: new RegExp(`(^| )${protocol}$`) }).click();
      await dialog().getByLabel('Endpoint').fill(endpoint);
      await dialog().getByRole('button', { name: 'Add subscription' }).click();
      await dialog().waitFor({ state: 'detached' });
    };
    await add('E-mail', 'jane@example.com');
    await add('HTTPS', `${receiver.url}/hook`);
    const asked = await until(() => receiver.of('SubscriptionConfirmation')[0]);
    expect((await fetch(asked.body.subscribe_url)).status).toBe(200);
    const { text } = await until(() => mail.received[0]);
    const link = /https?:\/\/\S+\/smn\/subscription\/confirm\?[^\s"<]+/.exec(text)?.[0] ?? '';
    const visitor = await openPage(browser, problems);
    await visitor.goto(link);
    expect(await barriers(visitor)).toEqual([]);
    await visitor.screenshot({ path: path.join(SHOTS, 'notifications-confirm.png') });
    await visitor.getByRole('button', { name: 'Confirm' }).click();
    await visitor.getByText('are sent to jane@example.com from now on').waitFor();
    await visitor.context().close();
    await expect
      .poll(() => page.getByText('Confirmed', { exact: true }).count(), { timeout: 10_000 })
      .toBe(2);
    await shot('topic');
    expect(await barriers(page)).toEqual([]);
  });

  test('what is deleted through the API is told by both at once; OpenSSL verifies the signature', async () => {
    mail.received.length = 0;
    await report(server, [
      trace({ trace_name: 'deleteServer', resource_name: 'web-1', source_ip: '192.0.2.4' }),
    ]);
    const told = await until(() => receiver.of('Notification')[0]);
    const { text } = await until(() => mail.received[0]);
    expect(text).toContain('Subject: [OpenCTS] deleteServer on web-1');
    const { body } = told;
    const names = ['message', 'message_id', 'subject', 'timestamp', 'topic_urn', 'type'];
    await writeFile(file('text'), names.map((name) => `${name}\n${body[name]}\n`).join(''));
    await writeFile(file('signature'), Buffer.from(body.signature, 'base64'));
    await writeFile(file('smn.pem'), await (await fetch(body.signing_cert_url)).text());
    await writeFile(file('smn.pub'), openssl('x509', '-in', file('smn.pem'), '-pubkey', '-noout'));
    const verify = [
      'dgst',
      '-sha256',
      '-verify',
      file('smn.pub'),
      '-signature',
      file('signature'),
      file('text'),
    ];
    expect(openssl(...verify)).toBe('Verified OK\n');
    // The link in the message shows the trace.
    await page.goto(JSON.parse(body.message).link);
    await dialog().getByText('"resource_name": "web-1"').waitFor();
  });

  test('a test message, the delivery log, a pause, and what was given up', async () => {
    await page.goto(`${server.url}/console/topics`);
    await page.getByText('No problems').waitFor();
    expect(await barriers(page)).toEqual([]);
    await go('alerts');
    const actions = page.getByRole('button', { name: `Actions: ${receiver.url}/hook` });
    receiver.received.length = 0;
    await actions.click();
    await page.getByRole('menuitem', { name: 'Send a test message' }).click();
    await until(() =>
      receiver.of('Notification').find(({ body }) => body.message.includes('This is a test')),
    );
    await actions.click();
    await page.getByRole('menuitem', { name: 'Delivery log' }).click();
    await dialog().getByText('[OpenCTS] Test message').waitFor();
    await dialog().getByText('200 OK').first().waitFor();
    await shot('log');
    expect(await barriers(page)).toEqual([]);
    await dialog().getByRole('button', { name: 'Close' }).click();
    await actions.click();
    await page.getByRole('menuitem', { name: 'Pause' }).click();
    await page.getByText('by a user').waitFor();
    await report(server, [trace({ trace_name: 'deleteServer', resource_name: 'while-paused' })]);
    await expect
      .poll(() => page.getByRole('cell', { name: '1', exact: true }).count(), { timeout: 10_000 })
      .toBe(1);
    await actions.click();
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await until(() => receiver.of('Notification').find(({ body }) => body.message.includes('while-paused')));
  });

  test('whoever may only read is told which role a change takes', async () => {
    const reader = await openPage(browser, []);
    await addUser(server, 'reader', ['CTS ReadOnlyAccess']);
    await reader.goto(`${server.url}/console/notifications`);
    await reader.fill('input[name=user]', 'reader');
    await reader.fill('input[name=password]', PASSWORD);
    await reader.getByRole('button', { name: 'Sign in', exact: true }).click();
    await reader.getByRole('button', { name: 'Actions: deletions' }).click();
    const disable = reader.getByRole('menuitem', { name: 'Disable' });
    await expect.poll(() => disable.getAttribute('aria-disabled')).toBe('true');
    await disable.hover();
    await reader.getByText('You need the role CTS FullAccess').locator('visible=true').waitFor();
    await reader.goto(`${server.url}/console/trackers/edit?name=system`);
    const alert = reader.getByText('You can look at this, but not save it');
    await alert.waitFor();
    await reader.goto(`${server.url}/console/notifications/edit`);
    await alert.waitFor();
    await reader.getByRole('radio', { name: 'All operations' }).click();
    await reader.getByRole('button', { name: 'Next', exact: true }).click();
    await reader.getByRole('button', { name: 'Next', exact: true }).click();
    await reader.getByLabel('Name', { exact: true }).fill('mine');
    const save = reader.getByRole('button', { name: 'Save' });
    expect(await save.getAttribute('aria-disabled')).toBe('true');
    await save.hover();
    // Above the form, and at the button.
    await expect
      .poll(() => reader.getByText('You need the role CTS FullAccess').locator('visible=true').count())
      .toBe(2);
    await reader.getByText('You need the role SMN ReadOnlyAccess').waitFor();
    expect(await barriers(reader)).toEqual([]);
    await reader.screenshot({ path: path.join(SHOTS, 'notifications-reader.png') });
    await reader.context().close();
  });

  test('what the menu leaves out is named there, with the roles for it', async () => {
    expect(await page.getByText(/pages are hidden/).count()).toBe(0);
    const reader = await openPage(browser, problems);
    await signIn(reader, server.url, PASSWORD, '/console/overview', 'reader');
    const summary = reader.getByText('6 pages are hidden');
    const role = reader.locator('.hidden-pages').getByText('SMN ReadOnlyAccess');
    await summary.waitFor();
    expect(await role.isVisible()).toBe(false);
    await summary.press('Enter');
    await role.waitFor();
    expect(await reader.locator('.hidden-pages dt').allTextContents()).toEqual([
      ...['Topics', 'Encryption keys', 'Users', 'Groups', 'Roles', 'Quarantine'],
    ]);
    expect(await barriers(reader)).toEqual([]);
    await reader.screenshot({ path: path.join(SHOTS, 'notifications-menu.png') });
    await reader.context().close();
  });

  test('dead letters on a phone are cards that can be chosen', async () => {
    const phone = await openPage(browser, problems, { viewport: { width: 390, height: 844 } });
    const reason = '400 Bad Request: the web hook does not know messages of this kind, and says so at length';
    const letter = { reason, dead_time: Date.now(), endpoint: `${receiver.url}/hook`, subscription_urn: 'x' };
    await phone.route('**/smn/dead-letters?*', (route) =>
      route.fulfill({
        json: {
          dead_letters: [1, 2].map((id) => ({ ...letter, id, summary: `deleteServer by jane on old-${id}` })),
        },
      }),
    );
    await signIn(phone, server.url, PASSWORD);
    await phone.goto(`${server.url}/console/topics/view?urn=urn:smn:local:${server.projectId}:alerts`);
    await phone.getByRole('checkbox', { name: 'deleteServer by jane on old-2' }).click();
    await phone.getByRole('button', { name: 'Send again' }).waitFor();
    expect(await sideways(phone)).toEqual([]);
    expect(await barriers(phone)).toEqual([]);
    await phone.screenshot({ path: path.join(SHOTS, 'notifications-letters-phone.png'), fullPage: true });
    await phone.context().close();
  });

  test('on a phone nothing overflows', async () => {
    const urn = `urn:smn:local:${server.projectId}:alerts`;
    for (const address of ['notifications', 'notifications/edit', 'topics', `topics/view?urn=${urn}`]) {
      const phone = await openPage(browser, problems, { viewport: { width: 390, height: 844 } });
      await signIn(phone, server.url, PASSWORD);
      await phone.goto(`${server.url}/console/${address}`);
      await phone.waitForTimeout(1000);
      if (address === 'notifications') {
        await phone.screenshot({ path: path.join(SHOTS, 'notifications-list-phone.png') });
      }
      if (address === 'notifications/edit') {
        await phone.screenshot({ path: path.join(SHOTS, 'notifications-picker-phone.png'), fullPage: true });
      }
      expect([address, await sideways(phone)]).toEqual([address, []]);
      await phone.context().close();
    }
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems.filter((text) => !/^Failed to load resource: .* status of 4/.test(text))).toEqual([]);
  });
});
