import { createHash } from 'node:crypto';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { eachOf } from '../each-of.ts';
import { readerOf } from '../metadata/index.ts';
import { ObjectStoreError } from '../objects/index.ts';
import {
  BACKUP_FORMAT,
  type BackupFile,
  type BackupInfo,
  type BackupManifest,
  DATA,
  FILES,
  FILES_SO_FAR,
  MANIFEST,
  StoredFile,
} from './manifest.ts';
import type { BackupPlace } from './place.ts';

/** Attempts at one file. */
const ATTEMPTS = 5;
const ASK_EVERY_MS = 300;
const HASH_CHARACTERS = 64;
const PAGE = 10_000;
/** What arrived is noted so often: a fetch that was killed does so much again. */
const NOTE_EVERY_MS = 10_000;
const readStored = readerOf(StoredFile);

/** What came is not what was sent. */
export class BadTransfer extends Error {
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
 * Fetches a backup. What has arrived whole is noted, so that a fetch that was broken off goes on; the manifest comes
 * last. What stays is always the same of one backup, so that two commands at one place spoil nothing.
 */
export async function fetchBackup(
  client: OpenCtsClient,
  id: string,
  info: BackupInfo,
  place: BackupPlace,
  onProgress: (done: number, total: number) => void,
): Promise<BackupManifest> {
  const files = await listFiles(client, id);
  const arrivals = new Arrivals(place, files, await readNoted(place));
  const waiting = [...files.entries()].filter(([, file]) => !arrivals.has(file));
  let done = files.length - waiting.length;
  try {
    await eachOf(waiting, place.atOnce, async ([index, file]) => {
      await arrivals.add({ ...file, sha256: await fetchOne(client, id, index, file, place) });
      onProgress(++done, files.length);
    });
  } catch (error) {
    // What is wrong may keep this from being written, too.
    await arrivals.note().catch(() => undefined);
    throw error;
  }
  const list = arrivals.list();
  await place.writeText(FILES, list);
  const manifest = {
    ...{ format: BACKUP_FORMAT, ...info, files: files.length },
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files_sha256: createHash('sha256').update(list).digest('hex'),
  };
  await place.writeText(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Which files have arrived, and the list of them in the place. */
class Arrivals {
  private readonly place: BackupPlace;
  private readonly files: readonly BackupFile[];
  private readonly there: Map<string, StoredFile>;
  private notedAt = performance.now();
  private noting: Promise<unknown> = Promise.resolve();

  constructor(place: BackupPlace, files: readonly BackupFile[], there: Map<string, StoredFile>) {
    this.place = place;
    this.files = files;
    this.there = there;
  }

  has({ path }: BackupFile): boolean {
    return this.there.has(path);
  }

  async add(file: StoredFile): Promise<void> {
    this.there.set(file.path, file);
    if (performance.now() - this.notedAt > NOTE_EVERY_MS) await this.note();
  }

  note(): Promise<void> {
    this.notedAt = performance.now();
    const list = this.list();
    const noted = this.noting.then(() => this.place.writeText(FILES_SO_FAR, list));
    this.noting = noted.catch(() => undefined);
    return noted;
  }

  /** In the order in which the service lists them. */
  list(): string {
    const arrived = this.files.flatMap(({ path }) => this.there.get(path) ?? []);
    return arrived.map((file) => `${JSON.stringify(file)}\n`).join('');
  }
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

async function readNoted(place: BackupPlace): Promise<Map<string, StoredFile>> {
  const lines = ((await place.text(FILES_SO_FAR)) ?? '').split('\n');
  const files = lines.flatMap((line) => readStored(line).value ?? []);
  return new Map(files.map((file) => [file.path, file]));
}

/** @returns the SHA-256 of a file, which is in the place */
async function fetchOne(
  client: OpenCtsClient,
  id: string,
  index: number,
  file: BackupFile,
  place: BackupPlace,
): Promise<string> {
  if (file.link !== undefined) return '';
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.withProject(async () => {
        const params = { path: { id, index } };
        const call = client.api.GET('/v3/backups/{id}/files/{index}', { params, parseAs: 'stream' });
        const arrival = new Arrival((await dataOf(call)) as unknown as ReadableStream<Uint8Array>, file);
        await place.write(`${DATA}/${file.path}`, arrival.bytes(), file.bytes);
        return arrival.sha256;
      });
    } catch (error) {
      if (!mayPass(error) || attempt === ATTEMPTS) throw error;
      await sleep(ASK_EVERY_MS * 2 ** attempt);
    }
  }
}

/** Whether another attempt may succeed at once. A disk that is full or fails does not change so quickly. */
function mayPass(error: unknown): boolean {
  if (error instanceof OpenCtsError) return error.temporary;
  if (error instanceof ObjectStoreError) return error.problem === 'away';
  return error instanceof BadTransfer;
}

/** A file as it comes: its bytes, and behind them their hash. */
class Arrival {
  sha256 = '';
  private readonly stream: ReadableStream<Uint8Array>;
  private readonly file: BackupFile;

  constructor(stream: ReadableStream<Uint8Array>, file: BackupFile) {
    this.stream = stream;
    this.file = file;
  }

  /** @throws BadTransfer behind the last byte, when they are not those that were sent */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    const told: Uint8Array[] = [];
    let left = this.file.bytes;
    for await (const chunk of this.chunks()) {
      const own = chunk.subarray(0, left);
      left -= own.length;
      hash.update(own);
      if (own.length > 0) yield own;
      if (own.length < chunk.length) told.push(chunk.subarray(own.length));
    }
    this.sha256 = hash.digest('hex');
    const expected = Buffer.concat(told).toString('latin1');
    if (left > 0 || expected.length !== HASH_CHARACTERS || expected !== this.sha256)
      throw new BadTransfer(`${this.file.path} did not arrive as it was sent`);
  }

  private async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.stream;
    } catch (error) {
      const { message, cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : message;
      throw new BadTransfer(`${this.file.path} broke off on its way from the service: ${reason}`, {
        cause: error,
      });
    }
  }
}
