import { createHash, createHmac } from 'node:crypto';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../iam/index.ts';
import { House, PASSWORD, trace } from '../testing/house.ts';
import { Gate } from './gate.ts';

/** Begins to read an answer, and tells what becomes of it. */
async function begin(url: string, headers: IncomingHttpHeaders = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    http.get(url, { headers, agent: false }, resolve).on('error', reject);
  });
  expect(response.statusCode).toBe(200);
  let bytes = 0;
  const end = new Promise<'whole' | 'broken off'>((resolve) => {
    response.on('error', () => undefined);
    response.on('close', () => resolve(response.complete ? 'whole' : 'broken off'));
  });
  /** Reads so much each time, with pauses; without a size all that there is. */
  const read = async (size?: number, each = 0): Promise<void> => {
    while (!response.closed) {
      const chunk = response.read(Math.min(size ?? Infinity, response.readableLength) || undefined);
      bytes += chunk?.length ?? 0;
      await pause(each);
    }
  };
  return { end, read, bytes: () => bytes };
}

describe('an export breaks off within seconds', () => {
  const house = new House();
  let account: Awaited<ReturnType<House['signIn']>>;
  let admin: Awaited<ReturnType<House['signIn']>>;
  let address: string;
  const must = async (method: string, route: string, options: { token?: string; body?: unknown } = {}) => {
    const answer = await house.call(method, route, { token: account.token, ...options });
    expect(answer.status, `${method} ${route}`).toBeLessThan(300);
    return answer.body;
  };

  beforeAll(async () => {
    await house.start();
    account = await house.signIn({});
    admin = await house.signIn({ project: 'local' });
    const { token, projectId } = admin;
    address = `/v3/${projectId}/traces/export`;
    const tracker = { tracker_type: 'system', tracker_name: 'system' };
    await must('POST', `/v3/${projectId}/tracker`, { token, body: tracker });
    // More of them than buffers on the way hold.
    const names = { resource_name: 'n'.repeat(256), resource_id: 'i'.repeat(256) };
    const traces = Array.from({ length: 10_000 }, () => trace(names));
    for (let i = 0; i < 4; i++) await must('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
    await house.searchable(token);
  }, 120_000);
  afterAll(() => house.stop());

  const begun = (headers: IncomingHttpHeaders) =>
    begin(`${house.app.url}${address}?limit=100000`, { connection: 'close', ...headers });
  const person = async (name: string) => {
    const role = { role: 'CTS ReadOnlyAccess', scope: admin.projectId };
    const id = await house.addUser(account, name, [role]);
    const { token } = await house.signIn({ name, password: PASSWORD, project: 'local' });
    return { id, token };
  };

  test.each([
    [
      'its token is revoked',
      async (_id: string, token: string) => {
        const headers = { 'x-subject-token': token };
        expect((await house.call('DELETE', '/v3/auth/tokens', { token, headers })).status).toBe(204);
      },
    ],
    [
      'its user is disabled',
      (id: string) => must('PATCH', `/v3/users/${id}`, { body: { user: { enabled: false } } }),
    ],
    [
      'its user leaves the group that has the role',
      async (id: string) => {
        const { groups } = await must('GET', `/v3/users/${id}/groups`);
        await must('DELETE', `/v3/groups/${groups[0].id}/users/${id}`);
      },
    ],
  ])(
    'when %s',
    async (what, end) => {
      const { id, token } = await person(what.replaceAll(' ', '-'));
      const stream = await begun({ 'x-auth-token': token });
      await end(id, token);
      const read = stream.read(16 * 1024, 50);
      await expect(Promise.race([stream.end, pause(10_000, 'went on')])).resolves.toBe('broken off');
      await read;
    },
    30_000,
  );

  test('when its access key is deleted, but not when its signature has become old', async () => {
    const { credential } = await must('POST', '/v3.0/OS-CREDENTIAL/credentials', {
      body: { credential: { user_id: account.userId } },
    });
    const patient = await begun(signed(credential));
    house.skew += 20 * 60_000;
    await pause(5_000);
    await patient.read();
    await expect(patient.end).resolves.toBe('whole');
    expect(patient.bytes()).toBeGreaterThan(20_000_000);

    const stream = await begun(signed(credential));
    await must('DELETE', `/v3.0/OS-CREDENTIAL/credentials/${credential.access}`);
    const read = stream.read(16 * 1024, 50);
    await expect(Promise.race([stream.end, pause(10_000, 'went on')])).resolves.toBe('broken off');
    await read;
  }, 60_000);

  function signed({ access, secret }: { access: string; secret: string }): Record<string, string> {
    const date = new Date(Date.now() + house.skew).toISOString().replace(/[-:]|\.\d+/g, '');
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const head = `host:${new URL(house.app.url).host}\nx-sdk-date:${date}\n`;
    const canonical = ['GET', `${address}/`, 'limit=100000', head, 'host;x-sdk-date', hash('')].join('\n');
    const signature = createHmac('sha256', secret)
      .update(['SDK-HMAC-SHA256', date, hash(canonical)].join('\n'))
      .digest('hex');
    const authorization = `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=host;x-sdk-date, Signature=${signature}`;
    return { 'x-sdk-date': date, authorization };
  }
});

describe('of a stream', () => {
  const LENGTH = 16 * 1024 * 1024;
  const gate = new Gate({ look: 20, window: 1000, bytesASecond: 256 * 1024 });
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    server = Fastify() as unknown as FastifyInstance;
    server.decorate('readmit', () => undefined);
    server.decorateRequest('principal', { getter: () => ({ domainId: 'a' }) as Principal });
    server.get('/large', async (_request, reply) => {
      await gate.stream(reply);
      return reply.send(Readable.from(pieces(LENGTH)));
    });
    server.get('/late', async (_request, reply) => {
      await gate.stream(reply);
      return reply.send(Readable.from(pieces(1024, 2500)));
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  async function* pieces(length: number, wait = 0) {
    yield 'begin';
    if (wait > 0) await pause(wait);
    for (let left = length; left > 0; left -= 1024) yield Buffer.alloc(1024, 'x');
  }

  test('a reader that takes drops is cut off, and its place is free', async () => {
    const stream = await begin(`${url}/large`);
    const read = stream.read(512, 20);
    await expect(stream.end).resolves.toBe('broken off');
    await read;
    expect(stream.bytes()).toBeLessThan(LENGTH / 2);
    await expect.poll(() => gate.streams.load().running).toBe(0);
  }, 30_000);

  test('a slow reader gets all', async () => {
    const stream = await begin(`${url}/large`);
    const began = performance.now();
    await stream.read(64 * 1024, 15);
    await expect(stream.end).resolves.toBe('whole');
    expect(performance.now() - began).toBeGreaterThan(2000);
  }, 60_000);

  test('a reader that is kept waiting by the service gets all', async () => {
    const stream = await begin(`${url}/late`);
    await stream.read();
    await expect(stream.end).resolves.toBe('whole');
  }, 30_000);
});
