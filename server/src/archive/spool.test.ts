import { mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMetadata } from '../metadata/index.ts';
import { MANIFEST, type Manifest } from './cutter.ts';
import { READY } from './spool.ts';
import { ArchiveHouse } from './testing/archive-house.ts';

let directory: string;
let house: ArchiveHouse;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-spool-'));
  await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
  house = await new ArchiveHouse(directory).open();
  await house.recover();
});
afterEach(async () => {
  await house.close();
  await rm(directory, { recursive: true, force: true });
});

const ready = (...name: string[]) => path.join(house.spool, READY, ...name);
const damaged = () => readdir(path.join(house.spool, 'damaged'));
/** The finished stretch in the spool, and its files in the order of their services. */
async function stretch(): Promise<{ name: string; files: string[] }> {
  const [name = ''] = await house.ready();
  const { files } = JSON.parse(await readFile(ready(name, MANIFEST), 'utf8')) as Manifest;
  return { name, files: files.map(({ file }) => file) };
}

describe('a folder of the spool that is not whole costs only itself, and is told', () => {
  test.each<[string, (name: string) => Promise<void>]>([
    ['is empty', (name) => mkdir(name).then(() => undefined)],
    [
      'has no manifest',
      async (name) => {
        await mkdir(name);
        await writeFile(path.join(name, 'x'), 'x');
      },
    ],
    ...['', '{"files":[', 'null', '[]', '{"cycle":1,"files":[{}]}', '{"cycle":1,"files":[null]}'].map(
      (text): [string, (name: string) => Promise<void>] => [
        `has the manifest ${text}`,
        async (name) => {
          await mkdir(name);
          await writeFile(path.join(name, MANIFEST), text);
        },
      ],
    ),
    ['is a file', (name) => writeFile(name, 'x')],
  ])('one that %s', async (_what, make) => {
    // Before and behind what is whole.
    await make(ready('0'));
    await make(ready('x'));
    await house.record(['ECS']);
    await house.cycle();
    expect(await house.archived()).toEqual(house.recorded);
    expect(await house.ready()).toEqual([]);
    expect(await damaged()).toEqual(['0', 'x']);
    expect(house.uploader.damaged).toBe(2);
    expect(house.logged.filter((line) => line.includes('set aside'))).toHaveLength(2);
    await make(ready('0'));
    await house.cycle();
    expect(await damaged()).toEqual(['0', '0.2', 'x']);
  });

  test.each<[string, (file: string) => Promise<void>]>([
    ['is missing', unlink],
    ['is too short', (file) => truncate(file, 10)],
    [
      'is a folder',
      async (file) => {
        await unlink(file);
        await mkdir(file);
      },
    ],
  ])('one of whose files one %s: the others are delivered', async (_what, harm) => {
    await house.record(['ECS', 'IAM', 'VPC']);
    await house.cut();
    const { name, files } = await stretch();
    await harm(ready(name, files[1] as string));
    await house.cycle();
    expect(await house.archived()).toEqual([house.recorded[0], house.recorded[2]]);
    expect(await house.ready()).toEqual([]);
    expect(await damaged()).toEqual([name]);
    await house.record(['ECS']);
    await house.cycle();
    expect(await house.archived()).toHaveLength(3);
  });

  test('the stretch that a crash interrupted is cut anew, whatever lies there in its place', async () => {
    await house.record(['ECS']);
    for (const text of [undefined, '', '{}']) {
      const name = await house.interrupt();
      await mkdir(ready(name));
      await writeFile(ready(name, 'x'), 'x');
      if (text !== undefined) await writeFile(ready(name, MANIFEST), text);
      await house.reopen();
      await house.record(['IAM']);
    }
    await house.cycle();
    expect(await house.archived()).toEqual(house.recorded);
    expect(await damaged()).toEqual([]);
  });
});

describe('a room of the spool that is empty, half removed or something else keeps no trace from its file', () => {
  const inSpool = (...name: string[]) => path.join(house.spool, ...name);
  const gone = (...name: string[]) => rm(inSpool(...name), { recursive: true });
  const isFile = async (name: string) => {
    await gone(name).catch(() => undefined);
    await writeFile(inSpool(name), 'x');
  };
  const half = async (name: string) => {
    await mkdir(inSpool(name, 'stretch'), { recursive: true });
    await writeFile(inSpool(name, 'stretch', 'file'), 'x');
  };
  const rooms = ['ready', 'cutting', 'delivered', 'damaged'];
  const harms: [string, () => Promise<void>][] = [
    ...rooms
      .slice(1)
      .map((room): [string, () => Promise<void>] => [
        `${room} is gone`,
        () => gone(room).catch(() => undefined),
      ]),
    ...rooms.map((room): [string, () => Promise<void>] => [
      `${room} holds half of something`,
      () => half(room),
    ]),
    ['ready holds half of something, and damaged is gone', () => half('ready').then(() => gone('damaged'))],
  ];
  const absent: [string, () => Promise<void>][] = [
    ['the spool is gone', () => gone()],
    ['ready is gone', () => gone('ready')],
  ];
  const files = rooms
    .slice(1)
    .map((room): [string, () => Promise<void>] => [`${room} is a file`, () => isFile(room)]);

  async function goesOn(): Promise<void> {
    await house.record(['IAM']);
    await house.cycle();
    await house.cycle();
    expect(await house.archived(), `${house.logged}`).toEqual(house.recorded);
    expect(await house.ready()).toEqual([]);
    expect(house.failing).toBe(false);
  }

  test.each([...harms, ...absent, ...files])('%s when it starts', async (_what, harm) => {
    await house.record(['ECS']);
    await house.cycle();
    await harm();
    await house.reopen();
    await goesOn();
  });

  test.each(harms)('%s while it runs', async (_what, harm) => {
    await house.record(['ECS']);
    await house.cycle();
    await harm();
    await goesOn();
  });

  // Another disk may belong there: nothing is put in its place.
  test.each([...absent, ['ready is a file', () => isFile('ready')]] as typeof harms)(
    '%s while it runs: it is told, traces wait in the journal, and are in their files when it is there again',
    async (_what, harm) => {
      await house.record(['ECS']);
      await house.cycle();
      await harm();
      await house.record(['IAM']);
      await house.cycle();
      expect(house.failing).toBe(true);
      expect(house.logged.filter((line) => line.includes('the traces wait in the journal'))).not.toEqual([]);
      await rm(inSpool('ready'), { recursive: true, force: true });
      await house.reopen();
      await goesOn();
    },
  );
});
