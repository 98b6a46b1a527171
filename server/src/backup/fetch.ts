import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { replaceFile } from '../durable.ts';
import { readerOf } from '../metadata/index.ts';
import {
  BACKUP_FORMAT,
  type BackupFile,
  type BackupInfo,
  type BackupManifest,
  DATA,
  FILES,
  MANIFEST,
  StoredFile,
} from './manifest.ts';

/** Files that are fetched at once. */
const AT_ONCE = 4;
/** Attempts at one file. */
const ATTEMPTS = 5;
const ASK_EVERY_MS = 300;
const HASH_CHARACTERS = 64;
const PAGE = 10_000;
const readStored = readerOf(StoredFile);

/** What came is not what was sent. */
class BadTransfer extends Error {
  override readonly name = 'BadTransfer';
}

/** Waits until a backup is ready. @throws OpenCtsError when it failed */
export async function whenReady(client: OpenCtsClient, id: string): Promise<BackupInfo> {
  const params = { path: { id } };
  for (;;) {
    const { state, reason, info } = await client.withProject(() =>
      dataOf(client.api.GET('/v3/backups/{id}', { params })),
    );
    if (info) return info;
    if (state === 'failed') throw new OpenCtsError(500, '', `the backup could not be made: ${reason}`);
    await sleep(ASK_EVERY_MS);
  }
}

/**
 * Fetches a backup into a folder. A file is noted when it is whole, so that a fetch that was broken off goes on; the
 * manifest comes last.
 */
export async function fetchBackup(
  client: OpenCtsClient,
  id: string,
  info: BackupInfo,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<BackupManifest> {
  const files = await listFiles(client, id);
  const note = path.join(folder, FILES);
  const fetched = await readNoted(note);
  const notes = await open(note, 'a', 0o600);
  try {
    const waiting = [...files.entries()].filter(([, file]) => !fetched.has(file.path));
    let done = files.length - waiting.length;
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, file] = next;
        const stored = { ...file, sha256: await fetchOne(client, id, index, file, folder) };
        await notes.appendFile(`${JSON.stringify(stored)}\n`);
        onProgress(++done, files.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await notes.sync();
  } finally {
    await notes.close();
  }
  const manifest = {
    ...{ format: BACKUP_FORMAT, ...info, files: files.length },
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files_sha256: await hashOfFile(note),
  };
  await replaceFile(path.join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function listFiles(client: OpenCtsClient, id: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (let total = 1; files.length < total; ) {
    const params = { path: { id }, query: { offset: files.length, limit: PAGE } };
    const page = await client.withProject(() => dataOf(client.api.GET('/v3/backups/{id}/files', { params })));
    files.push(...page.files);
    total = page.total;
  }
  return files;
}

/** The line under way when it was broken off is no line. */
async function readNoted(file: string): Promise<Set<string>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) await replaceFile(file, whole);
  return new Set(whole.split('\n').flatMap((line) => readStored(line).value?.path ?? []));
}

/** @returns the SHA-256 of a file, which is durable */
async function fetchOne(
  client: OpenCtsClient,
  id: string,
  index: number,
  file: BackupFile,
  folder: string,
): Promise<string> {
  if (file.link !== undefined) return '';
  const target = path.join(folder, DATA, file.path);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.withProject(async () => {
        const params = { path: { id, index } };
        const call = client.api.GET('/v3/backups/{id}/files/{index}', { params, parseAs: 'stream' });
        return receive((await dataOf(call)) as unknown as ReadableStream<Uint8Array>, target, file.bytes);
      });
    } catch (error) {
      const status = error instanceof OpenCtsError ? error.status : 0;
      const isOver = status >= 400 && status < 500 && status !== 429;
      if (isOver || attempt === ATTEMPTS) throw error;
      await sleep(ASK_EVERY_MS * 2 ** attempt);
    }
  }
}

/** Bytes, and behind them their hash. */
async function receive(stream: ReadableStream<Uint8Array>, target: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  const told: Uint8Array[] = [];
  let left = bytes;
  const handle: FileHandle = await open(target, 'w', 0o600);
  try {
    for await (const chunk of stream) {
      const own = chunk.subarray(0, left);
      left -= own.length;
      hash.update(own);
      if (own.length > 0) await handle.writeFile(own);
      if (own.length < chunk.length) told.push(chunk.subarray(own.length));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const sha256 = hash.digest('hex');
  const expected = Buffer.concat(told).toString('latin1');
  if (left > 0 || expected.length !== HASH_CHARACTERS || expected !== sha256)
    throw new BadTransfer(`${target} did not arrive as it was sent`);
  return sha256;
}

export async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Whether there is anything of that name. */
export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
