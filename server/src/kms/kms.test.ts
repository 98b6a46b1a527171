import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { EnvelopeDamaged, seal, unseal } from './envelope.ts';
import { Keyring, KeyUnusable, type KeyUse, WrongKeyState } from './keyring.ts';

const MB = 1024 * 1024;
const DATA_KEY = { plain: Buffer.alloc(32, 7), sealed: '1.sealed' };

/** A stream of bytes in parts of uneven length. */
async function* inParts(bytes: Buffer, ...sizes: number[]): AsyncGenerator<Buffer> {
  for (let at = 0, part = 0; at < bytes.length; part++) {
    const size = sizes[part % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
const sealed = (text: Buffer) => buffer(Readable.from(seal(inParts(text, 70_001, 13), DATA_KEY, 'k1')));
const opened = (bytes: Buffer) =>
  buffer(Readable.from(unseal(inParts(bytes, 65_536, 1, 300_000), async () => DATA_KEY.plain)));
const noise = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));

describe('an encrypted file', () => {
  test.each([0, 1, 1000, MB - 1, MB, MB + 1, 2 * MB, 3 * MB + 5])(
    'of %i bytes opens again',
    async (length) => {
      const text = noise(length);
      const bytes = await sealed(text);
      expect((await opened(bytes)).equals(text)).toBe(true);
      expect(length < 100 || !bytes.includes(text.subarray(0, 100))).toBe(true);
    },
  );

  test('names its key, and gives the sealed data key to whoever opens it', async () => {
    const asked: unknown[] = [];
    const bytes = await sealed(noise(10));
    await buffer(
      Readable.from(
        unseal(inParts(bytes), async (header) => {
          asked.push(header);
          return DATA_KEY.plain;
        }),
      ),
    );
    expect(asked).toEqual([{ keyId: 'k1', sealed: '1.sealed' }]);
  });

  test('is not opened when any of its bits was changed', async () => {
    const bytes = await sealed(noise(40));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(opened(changed)).rejects.toBeInstanceOf(EnvelopeDamaged);
    }
  });

  test('is not opened when it was cut off or made longer, anywhere', async () => {
    const short = await sealed(noise(40));
    for (let length = 0; length < short.length; length++) {
      await expect(opened(short.subarray(0, length))).rejects.toBeInstanceOf(EnvelopeDamaged);
    }
    const bytes = await sealed(noise(3 * MB + 5));
    const header = bytes.length - (3 * MB + 5) - 4 * 16;
    for (const segments of [0, 1, 2, 3]) {
      await expect(opened(bytes.subarray(0, header + segments * (MB + 16)))).rejects.toBeInstanceOf(
        EnvelopeDamaged,
      );
    }
    await expect(opened(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toBeInstanceOf(EnvelopeDamaged);
  });

  test('is not opened when its parts have changed places, and what is given out before is right', async () => {
    const text = noise(3 * MB);
    const bytes = await sealed(text);
    const header = bytes.length - 3 * (MB + 16);
    const at = (segment: number) =>
      bytes.subarray(header + segment * (MB + 16), header + (segment + 1) * (MB + 16));
    const swapped = Buffer.concat([bytes.subarray(0, header), at(0), at(2), at(1)]);
    const given: Buffer[] = [];
    await expect(
      (async () => {
        for await (const part of unseal(inParts(swapped, 100_000), async () => DATA_KEY.plain))
          given.push(part);
      })(),
    ).rejects.toBeInstanceOf(EnvelopeDamaged);
    expect(Buffer.concat(given).equals(text.subarray(0, MB))).toBe(true);
  });
});

describe('the keyring', () => {
  const PROJECT = 'a'.repeat(32);
  const DAY = 86_400_000;
  let directory: string;
  let metadata: Metadata;
  let now: number;
  let uses: KeyUse[];
  let changes: number;
  let keyring: Keyring;
  const ring = (rootKey = Buffer.alloc(32, 1)) =>
    new Keyring({
      metadata,
      rootKey,
      time: sure(() => now),
      log: pino({ level: 'silent' }),
      onUse: async (use) => void uses.push(use),
      onDelete: (_key, work) => work(),
      onChange: () => changes++,
    });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-kms-'));
    metadata = await openMetadata(path.join(directory, 'metadata.db'));
    await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    for (const id of [PROJECT, 'b'.repeat(32)]) {
      const project = { id, domain_id: 'd', name: id, region: 'eu-de', created_at: 0 };
      await metadata.insertInto('projects').values(project).execute();
    }
    now = Date.UTC(2026, 10, 5);
    uses = [];
    changes = 0;
    keyring = ring();
  });
  afterEach(async () => {
    await metadata.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  async function made(alias = 'archive') {
    const key = await keyring.create(PROJECT, alias, '');
    if (!key) throw new Error('the alias is taken');
    return key;
  }

  test('seals and opens data keys, and tells each use', async () => {
    const key = await made();
    const { plain, sealed: text } = await keyring.dataKey(PROJECT, key.id);
    expect(text).not.toContain(plain.toString('hex'));
    expect((await keyring.openDataKey(PROJECT, key.id, text)).equals(plain)).toBe(true);
    expect(uses.map(({ operation }) => operation)).toEqual(['createDataKey', 'decryptDatakey']);
    expect(uses[0]?.key).toMatchObject({ id: key.id, alias: 'archive', domainId: 'd' });
  });

  test('a data key of one key is not opened by another, nor in another project', async () => {
    const [one, two] = [await made('one'), await made('two')];
    const { sealed: text } = await keyring.dataKey(PROJECT, one.id);
    await expect(keyring.openDataKey(PROJECT, two.id, text)).rejects.toBeInstanceOf(KeyUnusable);
    await expect(keyring.openDataKey('b'.repeat(32), one.id, text)).rejects.toThrow('is none of the keys');
    for (const wrong of ['', '1.', '2.abc', 'x', `${text}x`]) {
      await expect(keyring.openDataKey(PROJECT, one.id, wrong)).rejects.toBeInstanceOf(KeyUnusable);
    }
    expect(await keyring.list('b'.repeat(32))).toEqual([]);
  });

  test('an alias is there once in a project', async () => {
    await made();
    expect(await keyring.create(PROJECT, 'archive', '')).toBeUndefined();
    expect(await keyring.create('b'.repeat(32), 'archive', '')).toMatchObject({ alias: 'archive' });
  });

  test('rotated, it opens what it sealed before and after', async () => {
    const key = await made();
    const before = await keyring.dataKey(PROJECT, key.id);
    const rotated = await keyring.rotate(key);
    expect(rotated.version).toBe(2);
    const after = await keyring.dataKey(PROJECT, key.id);
    expect([before.sealed.slice(0, 2), after.sealed.slice(0, 2)]).toEqual(['1.', '2.']);
    for (const { plain, sealed: text } of [before, after]) {
      expect((await keyring.openDataKey(PROJECT, key.id, text)).equals(plain)).toBe(true);
    }
    await expect(keyring.rotate(key)).rejects.toBeInstanceOf(WrongKeyState);
  });

  test('off, it seals and opens nothing; on, it does again', async () => {
    const key = await made();
    const { sealed: text } = await keyring.dataKey(PROJECT, key.id);
    const off = await keyring.disable(key);
    expect(await keyring.problem(PROJECT, key.id)).toContain('is disabled');
    await expect(keyring.dataKey(PROJECT, key.id)).rejects.toThrow('(archive) is disabled; enable it');
    await expect(keyring.openDataKey(PROJECT, key.id, text)).rejects.toBeInstanceOf(KeyUnusable);
    await expect(keyring.disable(off)).rejects.toThrow('it must be enabled for that');
    await keyring.enable(off);
    await keyring.openDataKey(PROJECT, key.id, text);
    expect(changes).toBe(2);
  });

  test('its deletion is scheduled, cancelled, and done when its time has come', async () => {
    const key = await made();
    const doomed = await keyring.scheduleDeletion(key, 7);
    expect(doomed).toMatchObject({ state: 'pending_deletion', deletionAt: now + 7 * DAY });
    await expect(keyring.dataKey(PROJECT, key.id)).rejects.toThrow('about to be deleted');
    expect(await keyring.cancelDeletion(doomed)).not.toHaveProperty('deletionAt');
    expect(await keyring.find(PROJECT, key.id)).toMatchObject({ state: 'disabled' });
    await keyring.scheduleDeletion({ ...key, state: 'disabled' }, 7);
    now += 7 * DAY - 1;
    await keyring.sweep();
    expect(await keyring.list(PROJECT)).toHaveLength(1);
    now += 1;
    await keyring.sweep();
    expect(await keyring.list(PROJECT)).toEqual([]);
    expect(await metadata.selectFrom('kms_key_versions').selectAll().execute()).toEqual([]);
  });

  test('another root key opens nothing, and says so', async () => {
    const key = await made();
    await expect(ring(Buffer.alloc(32, 2)).dataKey(PROJECT, key.id)).rejects.toThrow('the root key is not');
  });

  test('a use that cannot be told gives no data key', async () => {
    const key = await made();
    const silent = new Keyring({
      metadata,
      rootKey: Buffer.alloc(32, 1),
      time: sure(() => now),
      log: pino({ level: 'silent' }),
      onUse: async () => {
        throw new Error('the disk is full');
      },
      onDelete: (_key, work) => work(),
      onChange: () => undefined,
    });
    await expect(silent.dataKey(PROJECT, key.id)).rejects.toThrow('the disk is full');
  });
});
