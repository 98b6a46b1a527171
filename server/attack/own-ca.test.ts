import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, PROGRAM, whyNoS3 } from '../src/objects/testing/s3-server.ts';
import { MailServer } from '../src/testing/mail.ts';
import { Receiver } from '../src/testing/receiver.ts';
import { type RunningServer, removeDirectory, startServer, temporaryDirectory, until } from './harness.ts';

/** Everything outside has a certificate of one CA of our own. */
describe('a CA of our own', () => {
  let directory: string;
  let receiver: Receiver;
  let mail: MailServer;
  let endpoint: string;
  let stopStore: () => void = () => undefined;
  let server: RunningServer | undefined;
  const file = (name: string) => path.join(directory, name);

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Our own CA'],
      ...['-keyout', file('ca.key'), '-out', file('ca.pem')],
    );
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=outside'],
      ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-addext', 'basicConstraints=CA:FALSE', '-keyout', file('key.pem'), '-out', file('cert.pem')],
    );
    const tls = {
      key: await readFile(file('key.pem'), 'utf8'),
      cert: await readFile(file('cert.pem'), 'utf8'),
    };
    receiver = await new Receiver(tls).start();
    mail = await new MailServer(tls).start();
    const port = await freePort();
    endpoint = `https://127.0.0.1:${port}`;
    if (whyNoS3 === undefined) {
      await mkdir(file('s3'));
      const child = spawn(
        PROGRAM as string,
        [
          ...['--access', 'a', '--secret', 'b', '--port', `127.0.0.1:${port}`, '--region', 'eu-de'],
          ...['--cert', file('cert.pem'), '--key', file('key.pem'), 'posix', file('s3')],
        ],
        { stdio: 'ignore' },
      );
      stopStore = () => child.kill('SIGKILL');
    }
  });
  afterAll(async () => {
    await server?.stop();
    await receiver.stop();
    await mail.stop();
    stopStore();
    await removeDirectory(directory);
  });

  async function call(method: string, route: string, body?: object) {
    const { url, token, projectId } = server as RunningServer;
    const response = await fetch(`${url}${route.replace('{p}', projectId)}`, {
      method,
      headers: { 'x-auth-token': token, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers of several routes
    return { status: response.status, body: (await response.json()) as any };
  }
  const start = async (name: string, env: Record<string, string>) => {
    await server?.stop();
    server = await startServer(file(name), {
      OPENCTS_DELIVERY_NETWORKS: '127.0.0.0/8',
      OPENCTS_SMTP_URL: mail.url,
      OPENCTS_S3_ENDPOINT: endpoint,
      OPENCTS_S3_REGION: 'eu-de',
      OPENCTS_S3_ACCESS_KEY: 'a',
      OPENCTS_S3_SECRET_KEY: 'b',
      ...env,
    });
    const { topic_urn } = (await call('POST', '/v2/{p}/notifications/topics', { name: 'alerts' })).body;
    for (const [protocol, endpoint] of [
      ['https', `${receiver.url}/hook`],
      ['email', 'jane@example.com'],
    ]) {
      await call('POST', `/v2/{p}/notifications/topics/${topic_urn}/subscriptions`, { protocol, endpoint });
    }
  };
  const transfer = () =>
    call('PUT', '/v3/{p}/tracker', {
      tracker_type: 'system',
      tracker_name: 'system',
      obs_info: { bucket_name: 'audit-archive', is_obs_created: true },
    });

  test('that nobody named is not trusted: receiver, mail server and store say how to name it', async () => {
    await start('without', {});
    const { subscriptions } = (await call('GET', '/v3/{p}/smn/subscriptions')).body;
    for (const { subscription_id } of subscriptions) {
      const attempts = async () =>
        (await call('GET', `/v3/{p}/smn/subscriptions/${subscription_id}/attempts`)).body.attempts;
      await until(async () => (await attempts()).length > 0);
      expect((await attempts())[0]).toMatchObject({
        delivered: false,
        answer: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      });
    }
    expect([receiver.received.length, mail.received.length]).toEqual([0, 0]);
    if (whyNoS3 !== undefined) return;
    expect(await transfer()).toMatchObject({
      status: 503,
      body: { error_msg: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
    });
  });

  test('that NODE_EXTRA_CA_CERTS names is trusted by all of them', async () => {
    await start('with', { NODE_EXTRA_CA_CERTS: file('ca.pem') });
    await until(async () => receiver.received.length > 0 && mail.received.length > 0);
    if (whyNoS3 !== undefined) return;
    expect((await transfer()).status).toBe(200);
  });
});
