import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { House } from '../testing/house.ts';

const house = new House();
beforeAll(() => house.start());
afterAll(() => house.stop());

/** What comes back on a connection of its own. */
function told(bytes: string): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(house.app.url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    const end = () => {
      const [headers = '', body = ''] = text.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(headers)?.[1]), headers, body });
      socket.destroy();
    };
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      if (length && (text.split('\r\n\r\n')[1] ?? '').length >= Number(length)) end();
    });
    socket.on('close', end).on('error', reject);
  });
}

const HOST = 'Host: x\r\n';

test.each([
  ['no HTTP at all', 400, 'hello\r\n\r\n'],
  ['an unknown method', 400, `BREW / HTTP/1.1\r\n${HOST}\r\n`],
  ['an odd header', 400, `GET / HTTP/1.1\r\n${HOST}a b: c\r\n\r\n`],
  ['two lengths', 400, `POST /session HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`],
  [
    'a broken chunk',
    400,
    `POST /session HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ],
  ['headers that are too long', 431, `GET / HTTP/1.1\r\n${HOST}a: ${'x'.repeat(40_000)}\r\n\r\n`],
  ['no Host', 400, 'GET /healthz HTTP/1.1\r\n\r\n'],
  ['an expectation', 417, `GET /healthz HTTP/1.1\r\n${HOST}Expect: tea\r\n\r\n`],
  ['an id that is too long', 414, `GET /v3/users/${'x'.repeat(5_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ['an address that cannot be decoded', 400, `GET /v3/users/%zz HTTP/1.1\r\n${HOST}\r\n`],
])('%s is refused in the form of all refusals', async (_what, status, bytes) => {
  const answer = await told(bytes);
  expect(answer, answer.headers).toMatchObject({ status });
  expect(answer.headers).toMatch(/content-type: application\/json/i);
  expect(JSON.parse(answer.body)).toMatchObject({
    error_code: expect.stringMatching(/^APIGW\.0/),
    error_msg: expect.stringMatching(/.{10}/),
    request_id: expect.stringMatching(/^[\w-]+$/),
  });
  expect(answer.headers).toMatch(/x-request-id: [\w-]+/i);
});

test('what was asked before on the connection is answered first', async () => {
  const answer = await told(`GET /healthz HTTP/1.1\r\n${HOST}\r\nhello\r\n\r\n`);
  expect(answer.status).toBe(200);
});

test('HTTP/1.0 needs no Host, and an expectation to continue is met', async () => {
  expect((await told('GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200);
  const headers = `${HOST}Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n`;
  expect((await told(`POST /session HTTP/1.1\r\n${headers}\r\n{}`)).headers).toMatch(/^HTTP\/1\.1 100/);
});

test('a topic whose name is as long as it may be is found by its URN', async () => {
  const { token, projectId } = await house.signIn({ project: 'local' });
  const v2 = `/v2/${projectId}/notifications/topics`;
  const { body } = await house.call('POST', v2, { token, body: { name: 'a'.repeat(255) } });
  const route = `${v2}/${encodeURIComponent(body.topic_urn)}`;
  expect(await house.call('GET', route, { token })).toMatchObject({ status: 200 });
});
