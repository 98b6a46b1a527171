// Makes the pictures of docs/images, with a service of its own in a temporary directory: npm run screenshots
// With names behind it, only those: npm run screenshots -- overview topics
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OpenCtsClient } from '@opencts/client';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { ordinaryWeek } from './ordinary-week.mjs';

const root = path.resolve(import.meta.dirname, '..');
const program = path.join(root, 'server/bin/opencts.js');
const records = path.resolve(root, '../shared/data/cloudtrail');
const images = path.join(root, 'docs/images');
const PASSWORD = 'pictures-password-1';
const PORT = Number(process.env.PICTURES_PORT ?? 9395);
const URL = `http://127.0.0.1:${PORT}`;
const LARGE = 200_000;
const wanted = process.argv.slice(2);

const desk = { width: 1360, height: 860 };
const phone = { width: 390, height: 844 };
const MODES = [
  ['', { viewport: desk, colorScheme: 'light' }],
  ['-dark', { viewport: desk, colorScheme: 'dark' }],
  ['-phone', { viewport: phone, colorScheme: 'light', isMobile: true, hasTouch: true }],
];

const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OPENCTS_'))),
  OPENCTS_URL: URL,
  OPENCTS_PASSWORD: PASSWORD,
};

/** Runs a command of the command line to its end. @returns what it printed */
function opencts(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env: environment });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        printed += data;
      });
    }
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`opencts ${args.join(' ')}: ${printed}`)),
    );
  });
}

async function until(what, check) {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`it took too long until ${what}`);
}

function serve(dataDir) {
  const { OPENCTS_URL: _url, OPENCTS_PASSWORD: _password, ...rest } = environment;
  return spawn(process.execPath, [program, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...rest,
      OPENCTS_DATA_DIR: dataDir,
      OPENCTS_PORT: String(PORT),
      OPENCTS_ADMIN_PASSWORD: PASSWORD,
      OPENCTS_TRANSFER_CYCLE: '5',
      OPENCTS_LOG_LEVEL: 'error',
    },
  });
}

/** What the pictures show. @returns a resource and an operator that many traces are of */
async function furnish() {
  const client = new OpenCtsClient({
    url: URL,
    credentials: { user: 'admin', password: PASSWORD, domain: 'default' },
  });
  await client.enable();
  await opencts('encryption-keys', 'create', 'archive', 'Trace files');
  await opencts('trackers', 'transfer', 'system', 'audit-archive', '--create-bucket', '--verify');
  const week = [...ordinaryWeek(Date.now() - 60_000)];
  for (let at = 0; at < week.length; at += 500) {
    const { rejected } = await client.reportTraces(week.slice(at, at + 500));
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected[0]));
  }
  await opencts('import', 'cloudtrail', records, '--enable', '--shift-to-now');
  for (const [group, user, role] of [
    ['auditors', 'jane', 'CTS ReadOnlyAccess'],
    ['operations', 'ravi', 'CTS FullAccess'],
  ]) {
    await opencts('users', 'create', user);
    await opencts('groups', 'create', group);
    await opencts('groups', 'add-user', group, user);
    await opencts('roles', 'grant', role, group, '--in', 'local');
    await opencts('keys', 'create', user);
  }
  await opencts('ingest-keys', 'create', 'web-shop', 'SHOP');

  const project_id = await client.projectId();
  const params = { path: { project_id } };
  const { data: topic } = await client.api.POST('/v2/{project_id}/notifications/topics', {
    params,
    body: { name: 'security', display_name: 'Security' },
  });
  await client.api.POST('/v2/{project_id}/notifications/topics/{topic_urn}/subscriptions', {
    params: { path: { project_id, topic_urn: topic.topic_urn } },
    body: { protocol: 'email', endpoint: 'security@example.com', remark: 'On call' },
  });
  await client.api.POST('/v3/{project_id}/notifications', {
    params,
    body: {
      notification_name: 'deleted_volumes',
      operation_type: 'customized',
      topic_id: topic.topic_urn,
      operations: [{ service_type: 'EC2', resource_type: 'volume', trace_names: ['DeleteVolume'] }],
    },
  });

  const counts = { resource: new Map(), operator: new Map() };
  await until(
    'the traces can be searched',
    async () => (await client.listTraces({ limit: 1 })).traces.length > 0,
  );
  for await (const { resource_id, user, service_type } of client.traces()) {
    if (/^(CTS|IAM|SMN|OBS|KMS)$/.test(service_type)) continue;
    for (const [kind, value] of [
      ['resource', resource_id],
      ['operator', user?.name],
    ]) {
      if (value) counts[kind].set(value, (counts[kind].get(value) ?? 0) + 1);
    }
  }
  const most = (map) => [...map].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  await until('trace files are delivered', async () => /CloudTraces/.test(await opencts('archive', 'list')));
  return { resource: most(counts.resource), operator: most(counts.operator), topic: topic.topic_urn };
}

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

const tracesShown = (page) => page.waitForSelector('.histogram svg');

/** Name, address within the console, what is done before the picture, height on a desk when it is another. */
function shots({ resource, operator, topic }) {
  const value = encodeURIComponent;
  return [
    ['sign-in'],
    ['overview', '/overview'],
    ['console', '/', tracesShown],
    ['resource', `/resource?id=${value(resource)}`],
    ['operator', `/operator?name=${value(operator)}`],
    ['archive', '/archive', openDay],
    ['archive-search', '/search', search],
    ['trackers', '/trackers'],
    ['tracker', '/trackers/edit?name=system', undefined, 1000],
    ['notifications', '/notifications'],
    ['notification', '/notifications/edit', chooseDeletions, 1400],
    ['topics', '/topics'],
    ['topic', `/topics/view?urn=${value(topic)}`],
    ['keys', '/keys'],
    ['users', '/users'],
    ['groups', '/groups'],
    ['roles', '/roles'],
    ['access-keys', '/access-keys'],
    ['ingest-keys', '/ingest-keys'],
    ['guide', '/guide'],
  ].filter(([name]) => wanted.length === 0 || wanted.includes(name));
}

async function signIn(page) {
  await page.fill('input[name=password]', PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForSelector('#top');
}

/** @returns why there is no picture; undefined when there is one */
async function take(page, file, address, steps) {
  if (address !== undefined) {
    await page.goto(`${URL}/console${address}`);
    const title = await page.waitForSelector('h1', { timeout: 8_000 }).catch(() => undefined);
    if (!title) return 'the page is blank';
    await page.waitForLoadState('networkidle');
    const text = await page.locator('main').first().innerText();
    if (text.trim().length < 60) return 'the page is blank';
    await steps?.(page);
  }
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: file, animations: 'disabled' });
  const { size } = await stat(file);
  if (size > LARGE) process.stdout.write(`${path.basename(file)} is large: ${Math.round(size / 1000)} kB\n`);
  return undefined;
}

async function takeAll(content) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  let failures = 0;
  for (const [suffix, options] of MODES) {
    const context = await browser.newContext({ ...options, timezoneId: 'Europe/Berlin', locale: 'en-GB' });
    let entered = false;
    for (const [name, address, steps, height] of shots(content)) {
      const page = await context.newPage();
      if (height && options.viewport === desk) await page.setViewportSize({ ...desk, height });
      page.setDefaultTimeout(20_000);
      try {
        if (!entered) {
          await page.goto(`${URL}/console/`);
          await page.waitForSelector('input[name=password]');
          if (address !== undefined) {
            await signIn(page);
            entered = true;
          }
        }
        const why = await take(page, path.join(images, `${name}${suffix}.png`), address, steps);
        if (why) process.stdout.write(`${name}${suffix}: no picture, ${why}\n`);
      } catch (error) {
        failures += 1;
        process.stdout.write(`${name}${suffix}: no picture, ${String(error.message).split('\n')[0]}\n`);
      }
      await page.close();
    }
    await context.close();
  }
  await browser.close();
  return failures;
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'opencts-pictures-'));
const service = serve(dataDir);
const ended = new Promise((resolve) => service.once('exit', resolve));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.kill('SIGTERM'));
try {
  await mkdir(images, { recursive: true });
  await until('the service is ready', async () => (await fetch(`${URL}/readyz`)).ok);
  process.exitCode = (await takeAll(await furnish())) > 0 ? 1 : 0;
} finally {
  service.kill('SIGTERM');
  await ended;
  await rm(dataDir, { recursive: true, force: true });
}
