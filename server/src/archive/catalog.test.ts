import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Keyring } from '../kms/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { DirectoryStore } from '../objects/index.ts';
import { ArchiveCatalog, deliveredTo } from './catalog.ts';

const FILES = 12_000;
const DAYS = 7;
const DIRECT = 30;
let directory: string;
let metadata: Metadata;
let catalog: ArchiveCatalog;
const listening = new AbortController().signal;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-catalog-'));
  metadata = await openMetadata(path.join(directory, 'metadata.db'));
  catalog = new ArchiveCatalog(metadata, new DirectoryStore(directory), undefined as unknown as Keyring);
  let files = 0;
  const file = (key: string) => ({
    bucket: 'b',
    key,
    project_id: 'p',
    tracker_id: 't',
    service: '',
    bytes: 10,
    traces: 2,
    first_time: 1,
    last_time: 2,
    earliest: 1,
    latest: 2,
    sha256: '',
    md5: '',
    encryption_key: null,
    delivered_at: 1,
    chain_id: 0,
    number: ++files,
  });
  const keys = [
    ...Array.from({ length: FILES }, (_, i) => `𝔘/${i % DAYS}/${String(i).padStart(6, '0')}.json`),
    ...Array.from({ length: DIRECT }, (_, i) => `𝔘/${i % 10}x${String(i).padStart(3, '0')}.json`),
  ];
  for (let at = 0; at < keys.length; at += 1000) {
    await metadata
      .insertInto('trace_files')
      .values(keys.slice(at, at + 1000).map(file))
      .execute();
  }
}, 60_000);
afterAll(async () => {
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

test('folders are counted whole, though in pieces', async () => {
  const folders = await catalog.folders('p', '𝔘/', listening);
  expect(folders.map(({ name }) => name)).toEqual(Array.from({ length: DAYS }, (_, i) => `${i}/`));
  expect(folders.reduce((sum, { files }) => sum + files, 0)).toBe(FILES);
  expect(folders[0]).toEqual({ name: '0/', files: 1715, bytes: 17_150, traces: 3430 });
  expect(await catalog.folders('p', '', listening)).toEqual([
    { name: '𝔘/', files: FILES + DIRECT, bytes: (FILES + DIRECT) * 10, traces: (FILES + DIRECT) * 2 },
  ]);
  expect(await catalog.folders('p', 'nothing/', listening)).toEqual([]);
});

test('the files between folders come page by page, each once', async () => {
  const found: string[] = [];
  for (let marker = ''; ; marker = found.at(-1) ?? '') {
    const page = await catalog.files('p', '𝔘/', marker, 7);
    found.push(...page.map(({ key }) => key));
    if (page.length < 7) break;
  }
  expect(found).toHaveLength(DIRECT);
  expect(found).toEqual([...new Set(found)].sort());
  expect(await catalog.files('p', '', '', 7)).toEqual([]);
});

test('counting ends with whoever asked', async () => {
  await expect(catalog.folders('p', '', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
});

test('a size that no file can have, as a repair may leave it, fails no list and counts as 0', async () => {
  const odd = async (key: string, column: 'bytes' | 'traces' | 'last_time', value: unknown) => {
    const change = { [column]: value } as Record<string, number>;
    await metadata.updateTable('trace_files').set(change).where('key', 'like', `${key}%`).execute();
  };
  await odd('𝔘/0/', 'bytes', 2n ** 62n);
  await odd('𝔘/1/', 'traces', -(2n ** 63n));
  await odd('𝔘/2/', 'bytes', 'many');
  await odd('𝔘/3/', 'last_time', 2n ** 60n);
  const folders = await catalog.folders('p', '𝔘/', listening);
  expect(folders.slice(0, 4)).toEqual([
    { name: '0/', files: 1715, bytes: 0, traces: 3430 },
    { name: '1/', files: 1715, bytes: 17_150, traces: 0 },
    { name: '2/', files: 1714, bytes: 0, traces: 3428 },
    { name: '3/', files: 1714, bytes: 17_140, traces: 3428 },
  ]);
  const { files, bytes, traces } = await catalog.sizeOf({ projectId: 'p', from: 0, to: 10 });
  expect([files, bytes, traces]).toEqual([
    FILES + DIRECT,
    (FILES + DIRECT - 1715 - 1714) * 10,
    (FILES + DIRECT - 1715) * 2,
  ]);
  expect(await deliveredTo(metadata, Number.MAX_SAFE_INTEGER)).toBe(2);
});
