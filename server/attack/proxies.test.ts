import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../src/objects/testing/s3-server.ts';
import { blocksOf } from './docs-shell.ts';
import {
  accessKey,
  indexed,
  type RunningServer,
  removeDirectory,
  signed,
  startServer,
  temporaryDirectory,
  trace,
  until,
} from './harness.ts';

const NAME = 'cts.example.com';
const isThere = (program: string) => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A proxy as `docs/operate.md` prints it; ports and certificate alone are others. */
interface Proxy {
  program: string;
  /** @returns arguments with which it stays in the foreground */
  prepare(printed: string, port: number, directory: string): Promise<string[]>;
}

const PROXIES: Proxy[] = [
  {
    program: 'caddy',
    async prepare(printed, port, directory) {
      const file = path.join(directory, 'Caddyfile');
      const certificate = `\ttls ${directory}/cert.pem ${directory}/key.pem\n`;
      const block = replaced(printed, `${NAME} {\n`, `https://${NAME}:${port} {\n${certificate}`);
      await writeFile(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${block}`);
      return ['run', '--adapter', 'caddyfile', '--config', file];
    },
  },
  {
    program: 'nginx',
    async prepare(printed, port, directory) {
      const file = path.join(directory, 'nginx.conf');
      let block = replaced(printed, 'listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
      block = replaced(block, `/etc/ssl/${NAME}.pem`, `${directory}/cert.pem`);
      block = replaced(block, `/etc/ssl/${NAME}.key`, `${directory}/key.pem`);
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${directory}/${kind};`,
      );
      await writeFile(
        file,
        `daemon off; pid ${directory}/pid; error_log stderr; events {} http { access_log off; ${paths.join(' ')}\n${block}}`,
      );
      return ['-p', directory, '-c', file];
    },
  },
];

function replaced(printed: string, one: string, another: string): string {
  expect(printed).toContain(one);
  return printed.replace(one, another);
}

describe.each(PROXIES)('behind $program', ({ program, prepare }) => {
  if (!isThere(program)) {
    test.skip(`skipped: there is no ${program}`, () => undefined);
    return;
  }
  let directory: string;
  let port: number;
  let server: RunningServer;
  let proxy: ChildProcess;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    await mkdir(path.join(directory, 'data'));
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`],
        ...['-addext', `subjectAltName=DNS:${NAME}`, '-keyout', path.join(directory, 'key.pem')],
        ...['-out', path.join(directory, 'cert.pem')],
      ],
      { stdio: 'ignore' },
    );
    port = await freePort();
    server = await startServer(path.join(directory, 'data'), {
      OPENCTS_PUBLIC_URL: `https://${NAME}:${port}`,
      OPENCTS_TRUST_PROXY: '127.0.0.1',
    });
    const printed = blocksOf('docs/operate.md').filter(({ language }) => language === program);
    expect(printed).toHaveLength(1);
    const block = replaced(printed[0]?.text ?? '', '127.0.0.1:8780', new URL(server.url).host);
    proxy = spawn(program, await prepare(block, port, directory), {
      env: { ...process.env, HOME: directory },
      stdio: 'ignore',
    });
    await until(async () => (await call('GET', '/healthz').catch(() => undefined))?.status === 200, 100);
  }, 60_000);
  afterEach(async () => {
    if (proxy.exitCode === null) {
      proxy.kill('SIGTERM');
      await once(proxy, 'exit');
    }
    await server.kill();
    await removeDirectory(directory);
  });

  /** Through the proxy, as a client that knows the service by its name. */
  async function call(
    method: string,
    route: string,
    headers: Record<string, string> = {},
    body?: string | Buffer,
  ) {
    const sent = request({
      ...{ host: '127.0.0.1', port, servername: NAME, method, path: route },
      headers: { host: `${NAME}:${port}`, ...headers },
      ca: await readFile(path.join(directory, 'cert.pem')),
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, headers: response.headers, text: await text(response) };
  }
  const json = { 'content-type': 'application/json' };

  test('clients sign what the service sees, and traces have the address of the caller', async () => {
    const route = `/v3/${server.projectId}/trackers`;
    const key = await accessKey(server);
    const answer = await call('GET', route, signed(key, `${NAME}:${port}`, route));
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"trackers"')]);

    // A caller does not choose the address that is recorded.
    const user = { name: 'admin', password: 'wrong', domain: { name: 'default' } };
    const auth = { identity: { methods: ['password'], password: { user } } };
    const asked = { ...json, 'x-forwarded-for': '203.0.113.9' };
    expect((await call('POST', '/v3/auth/tokens', asked, JSON.stringify({ auth }))).status).toBe(401);
    await indexed(server);
    const found = await call('GET', `/v3/${server.projectId}/traces?trace_type=system&service_type=IAM`, {
      'x-auth-token': server.token,
    });
    const { traces } = JSON.parse(found.text) as { traces: { source_ip: string; code: string }[] };
    expect(traces.find(({ code }) => code === '401')?.source_ip).toBe('127.0.0.1');
  });

  test('large reports come through, and what is written as a stream goes out as one', async () => {
    const caller = { 'x-auth-token': server.token };
    const lines = Array.from({ length: 9_000 }, () => trace({ request: 'x'.repeat(4_000) }));
    const body = gzipSync(lines.map((one) => JSON.stringify(one)).join('\n'));
    const sent = { ...caller, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const answer = await call('POST', `/v3/${server.projectId}/traces`, sent, body);
    expect([answer.status, JSON.parse(answer.text).accepted]).toEqual([201, 9_000]);
    await indexed(server);
    const route = `/v3/${server.projectId}/traces/export?service_type=ECS`;
    const exported = await call('GET', route, caller);
    expect(exported.status).toBe(200);
    expect(exported.text.length).toBeGreaterThan(500_000);
    const direct = await (await fetch(`${server.url}${route}`, { headers: caller })).text();
    expect(exported.text === direct).toBe(true);
  });

  test('the console is there, and the link that it gives leads through the proxy', async () => {
    const html = { accept: 'text/html' };
    const { status, headers } = await call('GET', '/', html);
    const { host, pathname } = new URL(String(headers.location), `https://${NAME}:${port}`);
    expect([status, host]).toEqual([302, `${NAME}:${port}`]);
    const page = await call('GET', pathname, html);
    expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.headers['strict-transport-security']).toMatch(/max-age/);
    const version = await call('GET', '/v3');
    expect(version.text).toContain(`https://${NAME}:${port}/v3`);
  });
});
