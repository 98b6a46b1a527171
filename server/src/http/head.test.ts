import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { answerHead } from './head.ts';

test('a stream is not read for HEAD, and ends', async () => {
  const server = Fastify({ exposeHeadRoutes: true });
  await server.register(compress, { encodings: ['gzip'], globalDecompression: false });
  answerHead(server);
  let made = 0;
  let ended = false;
  async function* endless() {
    try {
      for (;;) {
        made++;
        yield 'x'.repeat(100_000);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      ended = true;
    }
  }
  server.get('/export', (_request, reply) => {
    const body = Readable.from(endless());
    // As one that has begun to be made.
    body.read(0);
    return reply.header('content-type', 'text/csv').send(body);
  });
  for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
    made = 0;
    ended = false;
    const {
      statusCode,
      headers: given,
      payload,
    } = await server.inject({ method: 'HEAD', url: '/export', headers });
    expect([statusCode, given['content-type'], payload]).toEqual([200, 'text/csv', '']);
    await expect.poll(() => ended).toBe(true);
    expect(made).toBeLessThan(5);
  }
  await server.close();
});
