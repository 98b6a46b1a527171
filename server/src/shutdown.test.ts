import { pino } from 'pino';
import { expect, test } from 'vitest';
import { endInOrder } from './shutdown.ts';
import { House } from './testing/house.ts';

test('parts end in their order; one that hangs or fails is named, and keeps no other from its end', async () => {
  const logged: { part?: string; msg: string }[] = [];
  const log = pino({}, { write: (line: string) => logged.push(JSON.parse(line)) });
  const ended: string[] = [];
  await endInOrder(
    [
      ['server', () => ended.push('server')],
      ['searches', () => new Promise(() => undefined)],
      [
        'journal',
        async () => {
          ended.push('journal');
          throw new Error('on purpose');
        },
      ],
      ['uploader', () => new Promise(() => undefined)],
      ['archiver', () => new Promise(() => undefined)],
      ['metadata', async () => ended.push('metadata')],
    ],
    log,
  );
  expect(ended).toEqual(['server', 'journal', 'metadata']);
  expect(logged.map(({ part }) => part)).toEqual(['searches', 'journal', 'uploader', 'archiver']);
}, 20_000);

test('whoever stops the service again waits for the first stop, and for nothing else', async () => {
  const house = await new House().start();
  const first = house.app.stop();
  expect(house.app.stop()).toBe(first);
  await first;
  expect(house.app.stop()).toBe(first);
  await house.stop();
  expect(house.logged.filter((line) => /did not stop|cut off/.test(line))).toEqual([]);
});
