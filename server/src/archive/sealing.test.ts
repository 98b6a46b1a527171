import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { Keyring, unseal } from '../kms/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { measure, removeSpooled, SpoolSealer } from './sealing.ts';

const PROJECT = 'a'.repeat(32);
const TEXT = randomBytes(100_000);
let directory: string;
let metadata: Metadata;
let keyring: Keyring;
let keyId: string;
let file: string;
let sha256: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-sealing-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
  await metadata
    .insertInto('projects')
    .values({ id: PROJECT, domain_id: 'd', name: 'local', region: 'local', created_at: 0 })
    .execute();
  keyring = new Keyring({
    metadata,
    rootKey: Buffer.alloc(32, 1),
    time: sure(Date.now),
    log: pino({ level: 'silent' }),
    onUse: async () => undefined,
    onDelete: (_key, work) => work(),
    onChange: () => undefined,
  });
  keyId = (await keyring.create(PROJECT, 'archive', ''))?.id as string;
  file = path.join(directory, 'spool', 'file');
  await mkdir(path.dirname(file));
  await writeFile(file, TEXT);
  ({ sha256 } = await measure(file));
});
afterEach(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

/** As a start finds it: nothing is remembered. */
const seal = () => new SpoolSealer(keyring, Date.now).seal(file, sha256, PROJECT, keyId);
const opened = (sealed: string) =>
  buffer(
    Readable.from(
      unseal(createReadStream(sealed), (header) => keyring.openDataKey(PROJECT, header.keyId, header.sealed)),
    ),
  );

async function flip(name: string): Promise<void> {
  const bytes = await readFile(name);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  await writeFile(name, bytes);
}

test('what was sealed before a crash is the same when it is asked for again', async () => {
  const first = await seal();
  expect(await seal()).toEqual(first);
  expect(await measure(first.file)).toEqual(first);
  expect((await opened(first.file)).equals(TEXT)).toBe(true);
});

describe('nothing counts as sealed but what can be opened again', () => {
  test.each<[string, (sealed: string) => Promise<void>]>([
    ['a bit of it is flipped', flip],
    ['it is cut', (sealed) => truncate(sealed, 1000)],
    ['it is empty', (sealed) => truncate(sealed, 0)],
    ['what is noted of it is gone', (sealed) => rm(`${sealed}.json`)],
    ['what is noted of it is no JSON', (sealed) => writeFile(`${sealed}.json`, '{')],
    ['what is noted of it is something else', (sealed) => writeFile(`${sealed}.json`, '{"bytes":1}')],
    ['it is gone', (sealed) => rm(sealed)],
  ])('%s: it is sealed anew', async (_what, harm) => {
    const first = await seal();
    await harm(first.file);
    const second = await seal();
    expect(await measure(second.file)).toEqual(second);
    expect((await opened(second.file)).equals(TEXT)).toBe(true);
  });

  test('a file that is not what was cut is not sealed', async () => {
    await flip(file);
    await expect(seal()).rejects.toThrow(/is not what was cut/);
    await expect(seal()).rejects.toThrow(/is not what was cut/);
  });
});

test('of a delivered file nothing is left in the spool', async () => {
  await seal();
  await removeSpooled(file);
  expect(await readdir(path.dirname(file))).toEqual([]);
});
