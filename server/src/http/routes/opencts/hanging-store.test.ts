import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startS3Server, whyNoS3 } from '../../../objects/testing/s3-server.ts';
import { House } from '../../../testing/house.ts';

/** An object store that accepts connections and answers nothing. */
const silent = net.createServer((socket) => sockets.add(socket));
const sockets = new Set<net.Socket>();
const house = new House();
let admin: Awaited<ReturnType<House['signIn']>>;

beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  await house.start({
    OPENCTS_S3_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    OPENCTS_S3_ACCESS_KEY: 'a',
    OPENCTS_S3_SECRET_KEY: 'b',
  });
  admin = await house.signIn({ project: 'local' });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
});
const v3 = (method: string, route: string, body?: unknown) =>
  house.call(method, `/v3/${admin.projectId}${route}`, { token: admin.token, body });

test('making a bucket, taking one and checking one end within 30 s, and say why', async () => {
  const began = performance.now();
  const tracker = (is_obs_created: boolean) =>
    v3('POST', '/tracker', {
      tracker_type: 'system',
      tracker_name: 'system',
      obs_info: { bucket_name: 'audit-archive', is_obs_created },
    });
  const answers = await Promise.all([tracker(true), tracker(false)]);
  for (const { status, body } of answers) {
    expect(status).toBe(503);
    expect(body.error_msg).toMatch(/the bucket audit-archive: the object store gives no answer within \d+ s/);
  }
  await house.app.stop();
  expect(performance.now() - began).toBeLessThan(30_000);
}, 60_000);

test.skipIf(whyNoS3 !== undefined)(
  'a store that stops to answer is told by the check of its buckets',
  async () => {
    const server = await startS3Server();
    const { endpoint, accessKey, secretKey } = server.options;
    const other = await new House().start({
      OPENCTS_S3_ENDPOINT: endpoint,
      OPENCTS_S3_REGION: 'eu-de',
      OPENCTS_S3_ACCESS_KEY: accessKey,
      OPENCTS_S3_SECRET_KEY: secretKey,
    });
    try {
      const { token, projectId } = await other.signIn({ project: 'local' });
      const call = (route: string, body: unknown) =>
        other.call('POST', `/v3/${projectId}${route}`, { token, body });
      const obs_info = { bucket_name: 'audit-archive', is_obs_created: true };
      await call('/tracker', { tracker_type: 'system', tracker_name: 'system', obs_info });
      const check = async () => {
        const buckets = [{ bucket_name: 'audit-archive', bucket_location: 'local' }];
        return (await call('/checkbucket', { buckets })).body.buckets[0].check_bucket_response;
      };
      expect(await check()).toMatchObject({ success: true });
      server.pause();
      const began = performance.now();
      expect(await check()).toMatchObject({
        success: false,
        response_code: 503,
        error_code: 'NoAnswer',
        error_message: expect.stringContaining('gives no answer within'),
      });
      expect(performance.now() - began).toBeLessThan(30_000);
      expect((await other.call('GET', '/healthz')).status).toBe(200);
    } finally {
      await other.stop();
      await server.stop();
    }
  },
  90_000,
);
