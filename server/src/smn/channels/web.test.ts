import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { send } from './web.ts';

let server: net.Server;
let talk: (socket: Socket) => void;
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => talk(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

const told = (headers: Record<string, string> = {}, scheme = 'http') => {
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return send({ url, method: 'POST', headers, body: '{}' }, undefined, { connectMs: 500, answerMs: 1_000 });
};
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';

test.each<[string, (socket: Socket) => void, string, boolean]>([
  ['switches protocols and stays', (socket) => socket.write(SWITCH), '101', false],
  ['switches protocols and goes', (socket) => socket.end(SWITCH), '101', false],
  ['switches protocols and talks', (socket) => socket.write(`${SWITCH}${'x'.repeat(9000)}`), '101', false],
  ['says nothing', () => undefined, 'no answer within 1 s', true],
  ['goes without a word', (socket) => socket.end(), 'socket hang up', true],
  ['resets the connection', (socket) => socket.resetAndDestroy(), 'ECONNRESET', true],
  ['is no HTTP server', (socket) => socket.end('220 hello\r\n'), 'Parse Error', true],
  ['only says to go on', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 'no answer', true],
  ['gives hints and goes', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'), 'hang up', true],
  ['ends within its head', (socket) => socket.end('HTTP/1.1 200 OK\r\nA'), '', true],
  [
    'breaks off a refusal',
    (socket) => socket.end('HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nno'),
    '403',
    false,
  ],
])('a receiver that %s has an outcome', async (_what, how, answer, passing) => {
  talk = how;
  expect(await told()).toMatchObject({ delivered: false, passing, answer: expect.stringContaining(answer) });
});

test('a status that came is the answer, however slow the rest is', async () => {
  talk = (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nslow');
  expect(await told()).toMatchObject({ delivered: true, answer: '200 OK slow' });
});

test('a TLS server that never says hello is not waited for as long as an answer', async () => {
  talk = () => undefined;
  expect(await told({}, 'https')).toMatchObject({ passing: true, answer: 'no connection within 0.5 s' });
});

test('a request that cannot be made has an outcome, too', async () => {
  expect(await told({ 'x-a': 'line\nbreak' })).toMatchObject({ delivered: false, passing: false });
});
