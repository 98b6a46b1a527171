import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
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
import { Receiver } from '../server/src/testing/receiver.ts';
import { until } from '../server/src/testing/until.ts';
import {
  barriers,
  importRecords,
  keyFile,
  launch,
  opencts,
  openPage,
  type RealRecord,
  realRecords,
  saved,
  signIn,
  unpack,
  whyNoBrowser,
} from './harness.ts';

const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const BUCKET = 'audit-archive';
/** A server that somebody deleted, on 10 July 2023. */
const SERVER = 'i-0dbc91f429e48eeed';
/** Until the first digest of a trace source. */
const DIGEST_MS = 90_000;
const skip = whyNoBrowser();
if (skip) console.warn(`skipped: ${skip}`);

const serversOf = ({ requestParameters }: RealRecord): string[] =>
  (requestParameters?.instancesSet?.items ?? []).map(({ instanceId }: { instanceId: string }) => instanceId);

describe.skipIf(skip !== undefined)('a platform engineer, from a fresh service to a proof', () => {
  let directory: string;
  let server: RunningServer;
  let receiver: Receiver;
  let browser: Browser;
  let page: Page;
  let deletion: RealRecord;
  const problems: string[] = [];
  const dialog = () => page.getByRole('dialog');
  const rows = () => page.locator('.trace-row[data-trace]');
  const go = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const next = () => page.getByRole('button', { name: 'Next', exact: true }).click();
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `engineer-${name}.png`) });
  /** A value of the unfolded trace, by its name. */
  const field = (name: string) =>
    page.locator('.field', { has: page.getByText(name, { exact: true }) }).locator('dd');

  beforeAll(async () => {
    directory = await temporaryDirectory();
    await mkdir(SHOTS, { recursive: true });
    const [found] = await realRecords(
      (record) => record.eventName === 'TerminateInstances' && serversOf(record).includes(SERVER),
    );
    deletion = found as RealRecord;
    receiver = await new Receiver().start();
    server = await startServer(
      path.join(directory, 'data'),
      { OPENCTS_TRANSFER_CYCLE: '1', OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8' },
      { enabled: false },
    );
    browser = await launch();
    page = await openPage(browser, problems);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await receiver?.stop();
    await removeDirectory(directory);
  });

  test('signs in, is told that nothing is recorded, and turns CTS on', async () => {
    await signIn(page, server.url, PASSWORD);
    await page.getByText('CTS is not enabled in this project').waitFor();
    await page.getByRole('button', { name: 'Enable CTS' }).click();
    await page.getByText('CTS is not enabled in this project').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'createTracker', exact: true }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  test('imports what really happened; the list tells its number, and that it has no bucket', async () => {
    const records = await realRecords(() => true);
    const told = await importRecords(server);
    const [, accepted = ''] =
      /([\d,]+) (?:records? )?(?:were |was )?(?:accepted|imported|recorded)/.exec(told) ?? [];
    expect([told, Number(accepted.replaceAll(',', ''))]).toEqual([told, records.length]);
    await page.reload();
    const line = page.locator('.histogram-notes');
    await line.getByText('none archived: the tracker has no bucket').waitFor();
    const [, recorded = ''] = /([\d,]+) recorded since/.exec(await line.innerText()) ?? [];
    const own = Number(recorded.replaceAll(',', '')) - records.length;
    // Beside them: signing in, enabling, and what the import did.
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(10);
  });

  test('finds out who deleted the server, and from which address', async () => {
    const touched = await realRecords((record) => serversOf(record).includes(SERVER));
    await page.getByRole('button', { name: /^Search by/ }).click();
    await page.getByRole('option', { name: 'Resource ID' }).click();
    await page.locator('body').press('/');
    await page.keyboard.type(SERVER);
    await page.keyboard.press('Enter');
    await rows().first().waitFor();
    await page.getByText(/traces?; nothing older in this range/).waitFor();
    expect(await rows().count()).toBeGreaterThanOrEqual(touched.length);
    await page.getByRole('button', { name: /^Trace source/ }).click();
    await page.getByRole('option', { name: /^EC2/ }).click();
    const deleted = rows().filter({ hasText: 'TerminateInstances' });
    await expect.poll(() => deleted.count()).toBe(1);
    for (const text of ['EC2', SERVER, deletion.userIdentity.userName ?? '', 'Normal']) {
      expect(await deleted.innerText()).toContain(text);
    }
    await deleted.getByRole('button', { name: /Show details/ }).click();
    for (const [name, value] of [
      ['trace_name', deletion.eventName],
      ['source_ip', deletion.sourceIPAddress],
      ['resource_id', SERVER],
      ['resource_type', 'instance'],
      ['trace_rating', 'normal'],
    ] as const) {
      expect([name, (await field(name).innerText()).trim()]).toEqual([name, value]);
    }
    expect(JSON.parse(await field('request').innerText())).toEqual(deletion.requestParameters);
    expect(JSON.parse(await field('user').innerText())).toMatchObject({
      name: deletion.userIdentity.userName,
    });
    await shot('who');
    expect(await barriers(page)).toEqual([]);
    await deleted.locator('.trace-link').click();
    const whole = JSON.parse((await dialog().locator('.json').first().textContent()) ?? '');
    expect(whole).toMatchObject({
      trace_id: deletion.eventID,
      service_type: 'EC2',
      trace_name: 'TerminateInstances',
      resource_id: SERVER,
      source_ip: '192.168.10.20',
      user: { name: 'bert-jan' },
      event_time: deletion.eventTime,
    });
    expect(JSON.parse(whole.request)).toEqual({ instancesSet: { items: [{ instanceId: SERVER }] } });
    await shot('trace');
    await dialog().getByRole('button', { name: 'Close' }).last().click();
  });

  test('switches the transfer to a new bucket on, with what is in the list, and verification', async () => {
    await go('Trackers');
    await go('system');
    await page.getByLabel('Write trace files to a bucket').click();
    await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
    await page.getByLabel('Also write what is in the trace list').click();
    expect(await page.getByLabel('Verify trace files').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The tracker system is saved.').waitFor();
    await page.getByRole('cell', { name: new RegExp(BUCKET) }).waitFor();
    await page.getByRole('cell', { name: 'Verification' }).waitFor();
    await shot('trackers');
  });

  test('is told of deletions by a receiver that has confirmed', async () => {
    await go('Key event notifications');
    await page.getByRole('button', { name: 'Create notification' }).click();
    await page.getByRole('button', { name: 'Seen here' }).click();
    await page.getByLabel('Find operations').fill('TerminateInstances');
    await page.getByRole('checkbox', { name: 'EC2/instance/TerminateInstances', exact: true }).click();
    // Both of them are among the real records.
    await page.getByText('2 traces in the last 7 days').waitFor();
    await page.getByText('2 traces:').waitFor();
    expect(await page.getByRole('heading', { name: 'Operations', exact: true }).count()).toBe(1);
    await shot('operations');
    await next();
    await next();
    await page.getByLabel('Name', { exact: true }).fill('deleted_servers');
    await page.getByRole('button', { name: 'New topic' }).click();
    await dialog().getByLabel('Name', { exact: true }).fill('alerts');
    await dialog().getByRole('button', { name: 'Create topic' }).click();
    await page.getByRole('button', { name: /^Topic alerts/ }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The notification deleted_servers is saved.').waitFor();
    await go('alerts');
    await page.getByRole('button', { name: 'Add subscription' }).click();
    await dialog()
      .getByRole('button', { name: /^Protocol/ })
      .click();
    await page.getByRole('option', { name: /(^| )HTTP$/ }).click();
    await dialog().getByLabel('Endpoint').fill(`${receiver.url}/hook`);
    await dialog().getByRole('button', { name: 'Add subscription' }).click();
    const asked = await until(() => receiver.of('SubscriptionConfirmation')[0]);
    expect((await fetch(asked.body.subscribe_url)).status).toBe(200);
    await page.getByText('Confirmed', { exact: true }).waitFor();
    const { accepted } = await report(server, [
      trace({
        service_type: 'EC2',
        resource_type: 'instance',
        trace_name: 'TerminateInstances',
        resource_id: 'i-05c30218156bcc246',
        source_ip: '192.168.10.20',
        user: { id: '11aa', name: 'bert-jan', domain: { id: 'a1b2', name: 'acme' } },
      }),
      trace({ service_type: 'EC2', resource_type: 'instance', trace_name: 'StartInstances' }),
    ]);
    expect(accepted).toBe(2);
    const { body } = await until(() => receiver.of('Notification')[0]);
    expect(JSON.parse(body.message)).toMatchObject({
      notification_name: 'deleted_servers',
      trace: {
        trace_name: 'TerminateInstances',
        resource_id: 'i-05c30218156bcc246',
        source_ip: '192.168.10.20',
      },
    });
    await page.goto(JSON.parse(body.message).link);
    await dialog().getByText('"resource_id": "i-05c30218156bcc246"').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    expect(receiver.of('Notification')).toHaveLength(1);
  });

  test('sees the trace files, and the real record in one of them', async () => {
    await go('Archive');
    for (let level = 0; level < 6; level++) {
      const before = page.url();
      await page.locator('tbody a').first().click();
      await page.waitForURL((url) => url.href !== before);
      await page.locator('tbody a').first().waitFor();
    }
    await go('EC2');
    const files = page.getByRole('row', { name: /CloudTrace_local_.*\.json\.gz/ });
    await files.first().waitFor();
    const all: { trace_id: string; source_ip: string }[] = [];
    for (const row of await files.all()) {
      const { bytes } = await saved(page, () => row.getByRole('button', { name: /^Download/ }).click());
      all.push(...JSON.parse(gunzipSync(bytes).toString()));
    }
    const found = all.filter(({ trace_id }) => trace_id === deletion.eventID);
    expect(found).toMatchObject([{ source_ip: deletion.sourceIPAddress, trace_name: 'TerminateInstances' }]);
    const ofEc2 = await realRecords(({ eventSource }) => eventSource === 'ec2.amazonaws.com');
    // And the two that were reported.
    expect(all).toHaveLength(ofEc2.length + 2);
    await files
      .first()
      .getByRole('button', { name: /^Check/ })
      .click();
    await files.first().getByText('Unchanged').waitFor();
    await shot('files');
    expect(await barriers(page)).toEqual([]);
  });

  test('takes all of it along with its proofs, which prove it without the service', async () => {
    await go('Archive');
    await page.getByRole('button', { name: 'Proofs' }).click();
    const digest = page.getByRole('table').first().getByRole('cell', { name: 'EC2', exact: true });
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return digest.count();
        },
        { timeout: DIGEST_MS, interval: 1_000 },
      )
      .toBeGreaterThan(0);
    await shot('proofs');
    const { name, bytes } = await saved(page, () =>
      page.getByRole('button', { name: 'Download with proofs' }).click(),
    );
    expect(name).toMatch(/^archive-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.tar$/);
    const folder = path.join(directory, 'package');
    await unpack(bytes, folder);
    const key = await keyFile(server, path.join(directory, 'public-key'));
    const { code, out } = await opencts(['verify', folder, '--public-key', key], {});
    expect([code, out]).toEqual([0, expect.stringMatching(/^PROVED/)]);
    expect(out).toContain('0 changed, 0 missing');
  });

  test('nothing broke the Content-Security-Policy or wrote an error', () => {
    expect(problems).toEqual([]);
  });
});
