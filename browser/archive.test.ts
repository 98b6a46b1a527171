import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryStore, type ObjectStore, openS3 } from '../server/src/objects/index.ts';
import {
  type S3Server,
  startEncryptingS3Server,
  whyNoEncryptingS3,
} from '../server/src/objects/testing/s3-server.ts';
import { House, PASSWORD, trace } from '../server/src/testing/house.ts';
import { until } from '../server/src/testing/until.ts';
import { barriers, CHROMIUM, launch, opencts, openPage, saved, signIn, unpack } from './harness.ts';

const BUCKET = 'audit-archive';
const KEY = 'archive-key';
const HOUR = 3_600_000;
const SHOTS = path.resolve(import.meta.dirname, '../test-results');
const skip = CHROMIUM ? undefined : 'no Chromium was found; install it or set CHROMIUM';
for (const why of [skip, whyNoEncryptingS3]) if (why) console.warn(`skipped: ${why}`);

describe.skipIf(skip !== undefined).each(['a directory', 'an S3 server'])('the archive in %s', (where) => {
  const skipped = where === 'an S3 server' && whyNoEncryptingS3 !== undefined;
  const here = test.skipIf(skipped);
  const house = new House();
  const problems: string[] = [];
  let s3: S3Server | undefined;
  let objects: ObjectStore;
  let environment: Record<string, string>;
  let browser: Browser;
  let page: Page;
  let token: string;
  let projectId: string;

  beforeAll(async () => {
    if (skipped) return;
    if (where === 'an S3 server') {
      s3 = await startEncryptingS3Server(KEY);
      const { endpoint, region, accessKey, secretKey } = s3.options;
      environment = {
        OPENCTS_S3_ENDPOINT: endpoint,
        OPENCTS_S3_REGION: region,
        OPENCTS_S3_ACCESS_KEY: accessKey,
        OPENCTS_S3_SECRET_KEY: secretKey,
      };
      objects = await openS3(s3.options);
      await house.start({ OPENCTS_TRANSFER_CYCLE: '1', ...environment });
    } else {
      await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
      environment = { OPENCTS_DATA_DIR: house.directory };
      objects = new DirectoryStore(path.join(house.directory, 'objects'));
    }
    ({ token, projectId } = await house.signIn({ project: 'local' }));
    browser = await launch();
    await mkdir(SHOTS, { recursive: true });
    page = await openPage(browser, problems);
    await signIn(page, house.app.url, PASSWORD);
  });
  afterAll(async () => {
    if (skipped) return;
    await browser.close();
    await house.stop();
    await s3?.stop();
  });

  const report = (...traces: object[]) =>
    house.call('POST', `/v3/${projectId}/traces`, {
      token,
      body: { traces: traces.map((change) => trace({ time: Date.now() + house.skew, ...change })) },
    });
  const keys = async (service: string) =>
    (await objects.list(BUCKET)).objects
      .map(({ key }) => key)
      .filter((key) => key.includes(`/system/${service}/`));
  const go = (name: string) => page.getByRole('link', { name, exact: true }).first().click();
  const shot = (name: string) =>
    page.screenshot({ path: path.join(SHOTS, `archive-${where.replaceAll(' ', '-')}-${name}.png`) });

  /** As whoever has nothing but the bucket and the public key. */
  async function verify(folder?: string): Promise<{ code: number; out: string }> {
    const publicKey = path.join(house.directory, 'public-key');
    const { public_keys } = (await house.call('GET', '/v3/public-keys')).body;
    await writeFile(publicKey, public_keys[0].public_key);
    const source = folder === undefined ? ['--bucket', BUCKET] : [folder];
    return opencts(['verify', ...source, '--public-key', publicKey], environment);
  }

  here('CTS is enabled, a tracker gets its bucket, and the form tells what is wrong', async () => {
    await go('Trackers');
    await page.getByRole('button', { name: 'Enable CTS' }).click();
    await go('system');
    await page.getByLabel('Write trace files to a bucket').click();
    const bucket = page.getByLabel('Bucket', { exact: true });
    const sent: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && sent.push(request.url()));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Specify a bucket.').waitFor();
    expect(await bucket.getAttribute('aria-invalid')).toBe('true');
    await bucket.fill('some-bucket');
    await page.getByLabel('Encrypt trace files').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Specify a key.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Encrypt trace files').click();
    await page.getByLabel('Existing bucket').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Specify a bucket.').waitFor();
    expect(sent).toEqual([]);
    await page.getByLabel('New bucket').click();
    await bucket.fill('No-Such_Name');
    await page.getByRole('button', { name: 'Save' }).click();
    const told = page.getByText('"No-Such_Name": must hold 3 to 63');
    await told.waitFor();
    expect(await told.count()).toBe(1);
    expect(await page.getByText('obs_info').count()).toBe(0);
    await page.getByLabel('Bucket', { exact: true }).fill(BUCKET);
    await page.getByRole('button', { name: 'Create now' }).click();
    await page.getByText(`The bucket ${BUCKET} has been created`).waitFor();
    expect(await page.getByLabel('Existing bucket').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Check access' }).click();
    await page.getByText('Trace files can be written').waitFor();
    await page.getByLabel('Prefix of file names').fill('prod');
    expect(await page.getByLabel('Verify trace files').isChecked()).toBe(true);
    await shot('form');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The tracker system is saved.').waitFor();
    await page.getByRole('cell', { name: /audit-archive · prod/ }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create data tracker' }).click();
    await page.getByLabel('Name', { exact: true }).fill('objects');
    await page.getByLabel('Bucket to track').fill('photos');
    await page.getByLabel('Write trace files to a bucket').click();
    // Now there is one to choose from.
    await page.getByLabel('Existing bucket').click();
    await page.getByRole('button', { name: /^Bucket Choose a bucket/ }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Specify a bucket.').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Leave without saving?').waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('cell', { name: /audit-archive · prod/ }).waitFor();
    expect(await page.getByRole('link', { name: 'objects', exact: true }).count()).toBe(0);
  });

  here('files appear; one is found by its folders, opened and downloaded', async () => {
    await report({ resource_id: 'r1', trace_name: 'deleteServer' }, { resource_id: 'r2' });
    await report({ service_type: 'VPC', resource_type: 'vpc' });
    await until(async () => ((await keys('ECS')).length > 0 && (await keys('VPC')).length > 0) || undefined);
    await go('Archive');
    await go('CloudTraces');
    await go('local');
    for (const level of ['Year', 'Month', 'Day', 'Tracker']) {
      await page.getByRole('columnheader', { name: level }).waitFor();
      await page.locator('tbody a').first().click();
    }
    await page.getByRole('columnheader', { name: 'Trace source' }).waitFor();
    await shot('sources');
    expect(await barriers(page)).toEqual([]);
    await go('ECS');
    const row = page.getByRole('row', { name: /prod_CloudTrace_local/ });
    await row.getByText('In no digest yet').waitFor();
    await row.getByRole('button', { name: /^Check/ }).click();
    await row.getByText('Unchanged').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      row.getByRole('button', { name: /^Download/ }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^prod_CloudTrace_local_.*\.json\.gz$/);
    const traces = JSON.parse(gunzipSync(await readFile(await download.path())).toString());
    expect(traces.map((one: { resource_id: string }) => one.resource_id).sort()).toEqual(['r1', 'r2']);
    await row.getByRole('link').click();
    await page.getByText('2 of 2 traces').waitFor();
    await page.getByRole('button', { name: 'deleteServer', exact: true }).click();
    await page.getByRole('dialog').getByText('"resource_id": "r1"').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await shot('file');
    expect(await barriers(page)).toEqual([]);
  });

  here(
    'an hour later it is in a digest, the public key is shown, and the bucket is proved offline',
    async () => {
      house.skew = HOUR;
      await report({ service_type: 'EVS', resource_type: 'evs' });
      await until(async () => ((await keys('Digest')).length >= 3 ? true : undefined));
      await page.goBack();
      await page.getByText('In a signed digest').waitFor();
      await page.getByRole('button', { name: 'Public keys' }).click();
      const { public_keys } = (await house.call('GET', '/v3/public-keys')).body;
      await page.getByText(public_keys[0].public_key).waitFor();
      await shot('public-keys');
      expect(await barriers(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('0 changed, 0 missing') });
    },
  );

  here('digests and checkpoints are listed, and a time is downloaded with its proofs', async () => {
    await go('Archive');
    await page.getByRole('button', { name: 'Proofs' }).click();
    await page.getByRole('heading', { name: 'Proofs', exact: true }).waitFor();
    // The clock of the service is an hour ahead of the browser's.
    const ahead = new URLSearchParams({ range: `${Date.now() - 2 * HOUR}-${Date.now() + 2 * HOUR}` });
    await page.goto(`${house.app.url}/console/archive/proofs?${ahead}`);
    const digests = page.getByRole('table').first();
    await digests.getByRole('cell', { name: 'ECS', exact: true }).first().waitFor();
    await page.getByRole('table').nth(1).getByRole('cell', { name: BUCKET }).first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await shot('proofs');
    const download = (name: string) => saved(page, () => page.getByRole('button', { name }).first().click());
    const digest = await download('Download prod_CloudTrace-Digest_local');
    expect(JSON.parse(gunzipSync(digest.bytes).toString())).toMatchObject({ digest_bucket: BUCKET });
    const { name, bytes } = await download('Download with proofs');
    expect(name).toMatch(/^archive-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.tar$/);
    const folder = path.join(house.directory, 'unpacked');
    await unpack(bytes, folder);
    expect(await verify(folder)).toMatchObject({ code: 0, out: expect.stringMatching(/^PROVED/) });
  });

  here('the archive is searched, its findings are shown, filtered and exported', async () => {
    await go('Search the archive');
    await page.getByLabel('Trace source').fill('ECS');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByText(/Finished: 2 found in \d+ traces/).waitFor();
    expect(await page.locator('.trace-link').allTextContents()).toEqual(
      expect.arrayContaining(['deleteServer', 'createServer']),
    );
    expect(await barriers(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect((await readFile(await download.path(), 'utf8')).trim().split('\r\n')).toHaveLength(3);
    // The address keeps the search: another look at it needs no new one.
    await page.reload();
    await page.getByText(/Finished: 2 found/).waitFor();
    await page.locator('.search-pair input').fill('deleteServer');
    await page.getByRole('button', { name: 'Search again' }).click();
    await page.getByText(/Finished: 1 found/).waitFor();
    await shot('search');
  });

  here('one byte is broken: it is named offline, by a check, and by a search', async () => {
    const [key = ''] = await keys('ECS');
    const bytes = await buffer((await objects.get(BUCKET, key)).body);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    await objects.put({ bucket: BUCKET, key, body: bytes, contentType: 'application/gzip' });
    const { code, out } = await verify();
    expect([code, out]).toEqual([1, expect.stringContaining(`changed     file    ${key}`)]);
    await page.getByRole('button', { name: 'Search again' }).click();
    await page.getByText('1 file could not be searched').waitFor();
    await page.getByRole('button', { name: 'Trace files' }).click();
    await page.getByText('changed since its delivery').waitFor();
    await shot('changed');
    expect(await barriers(page)).toEqual([]);
    await page.goto(
      `${house.app.url}/console/archive?path=${encodeURIComponent(key.slice(0, key.lastIndexOf('/') + 1))}`,
    );
    await page
      .getByRole('button', { name: /^Check/ })
      .first()
      .click();
    await page.getByText('Changed', { exact: true }).waitFor();
  });

  here('files are encrypted with a key; turned off, the tracker says so, and nothing is lost', async () => {
    if (where === 'a directory') {
      await go('Encryption keys');
      await page.getByRole('button', { name: 'Create key' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill(KEY);
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
      await page.getByRole('rowheader', { name: new RegExp(KEY) }).waitFor();
      expect(await barriers(page)).toEqual([]);
    }
    await go('Trackers');
    await go('system');
    await page.getByLabel('Encrypt trace files').click();
    if (where === 'a directory') {
      await page.getByRole('button', { name: /^Key/ }).click();
      await page.getByRole('option', { name: new RegExp(KEY) }).click();
    } else {
      await page.getByLabel('Key', { exact: true }).fill(KEY);
    }
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The tracker system is saved.').waitFor();
    await page.getByText('Verification, Encryption').waitFor();
    await report({ service_type: 'SFS', resource_type: 'share', resource_id: 'sealed' });
    const [key = ''] = await until(async () => ((await keys('SFS')).length > 0 ? keys('SFS') : undefined));
    await page.goto(
      `${house.app.url}/console/archive?path=${encodeURIComponent(key.slice(0, key.lastIndexOf('/') + 1))}`,
    );
    await page.getByText('Encrypted').waitFor();
    await page.locator('tbody a').first().click();
    await page.getByText('1 of 1 traces').waitFor();
    if (where === 'an S3 server') return;
    await go('Encryption keys');
    await page.getByRole('button', { name: `Actions: ${KEY}` }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByText('cannot be read, and trackers that use it transfer nothing').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled').waitFor();
    await go('Trackers');
    await page.getByText('Transfer fails').waitFor();
    await page.getByText('is disabled; enable it').waitFor();
    await shot('key-off');
    await go('Encryption keys');
    await page.getByRole('button', { name: `Actions: ${KEY}` }).click();
    await page.getByRole('menuitem', { name: 'Enable' }).click();
    await page.getByText('Enabled').waitFor();
    await go('Trackers');
    await page.getByText('Enabled').waitFor();
  });

  here('on a phone nothing overflows', async () => {
    for (const address of [
      'archive',
      'archive/proofs',
      'search',
      'trackers',
      'trackers/edit?name=system',
      'keys',
    ]) {
      const phone = await openPage(browser, problems, { viewport: { width: 390, height: 844 } });
      await signIn(phone, house.app.url, PASSWORD);
      await phone.goto(`${house.app.url}/console/${address}`);
      await phone.waitForLoadState('networkidle');
      const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([address, overflow]).toEqual([address, 0]);
      await phone.context().close();
    }
  });

  here('nothing broke the Content-Security-Policy or wrote an error', () => {
    // The browser itself writes a line for every answer that is a refusal; those are part of what is tested.
    expect(problems.filter((text) => !/^Failed to load resource: .* status of 4/.test(text))).toEqual([]);
  });
});
