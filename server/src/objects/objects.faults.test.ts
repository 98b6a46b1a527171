import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openFilesBelow } from '../testing/faults/descriptors.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { FAILURES, type Failing, someOf } from '../testing/faults/failures.ts';
import { CHANGES, whyNoFaults } from '../testing/faults/faults.ts';
import { DirectoryStore } from './directory.ts';
import { ObjectStoreError } from './store.ts';

const BUCKET = 'audit-archive';
const OLD = Buffer.alloc(200_000, 'old');
const NEW = Buffer.alloc(300_000, 'new!');

describe.skipIf(whyNoFaults)('buckets in folders, on a disk that fails', () => {
  const disk = failingDisk();

  async function storeIn(name: string) {
    const root = path.join(disk.directory, name, 'objects');
    const file = path.join(disk.directory, name, 'file');
    const store = await DirectoryStore.open(root);
    await store.createBucket(BUCKET);
    const object = (key: string, bytes: Buffer) => ({
      ...{ bucket: BUCKET, key, contentType: 'a/b' },
      body: bytes,
      md5: createHash('md5').update(bytes).digest('hex'),
    });
    await store.put(object('a/old', OLD));
    await writeFile(file, NEW);
    const fromFile = (key: string) => ({ ...object(key, NEW), body: { file, size: NEW.length } });
    const work = [
      () => store.put(fromFile('a/old')),
      () => store.put(fromFile('b/new')),
      () => store.put(object('b/newer', NEW)),
    ];
    return { root, store, work };
  }

  async function contents(store: DirectoryStore): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    for (const { key, size } of (await store.list(BUCKET)).objects) {
      const { head, body } = await store.get(BUCKET, key);
      expect(head.size).toBe(size);
      found.set(key, await buffer(body));
    }
    return found;
  }

  const failures: Failing[] = [
    ...FAILURES,
    { calls: CHANGES, error: 'ENOSPC', when: 'before', times: 1e6 },
    { calls: 'open', error: 'EMFILE', when: 'before', times: 1e6 },
  ];

  test.each(failures)('$error $when any of $calls: an object is whole, or not there', async (failing) => {
    const well = await storeIn('well');
    const watch = disk.faults.watch(failing.calls, `${well.root}*`);
    for (const put of well.work) await put();
    const { seen } = watch;
    disk.faults.clear();
    for (const skip of someOf(seen)) {
      const name = `call-${skip}`;
      const { root, store, work } = await storeIn(name);
      const fault = disk.faults.fail({ ...failing, skip, path: `${root}*` });
      for (const put of work)
        await put().catch((error) => {
          expect(error, name).toBeInstanceOf(ObjectStoreError);
        });
      expect(fault.hits, name).toBeGreaterThan(0);
      disk.faults.clear();
      for (const [key, bytes] of await contents(store))
        expect(bytes.equals(NEW) || (key === 'a/old' && bytes.equals(OLD)), `${name} ${key}`).toBe(true);
      for (const put of work) await put();
      const now = await contents(await DirectoryStore.open(root));
      expect([...now.keys()]).toEqual(['a/old', 'b/new', 'b/newer']);
      for (const bytes of now.values()) expect(bytes.equals(NEW), name).toBe(true);
      expect(await openFilesBelow(root), name).toEqual([]);
    }
  });

  test('what a kill has left of an upload is no object, and goes with the next start', async () => {
    const { root, store } = await storeIn('killed');
    const uploads = path.join(root, '.uploads');
    await mkdir(uploads, { recursive: true });
    await writeFile(path.join(uploads, '4711-1'), NEW.subarray(0, 1_000));
    expect([...(await contents(store)).keys()]).toEqual(['a/old']);
    await DirectoryStore.open(root);
    expect(await readdir(uploads).catch(() => [])).toEqual([]);
  });
});
