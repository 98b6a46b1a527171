import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { lockDataDirectory } from '../data-lock.ts';
import { replaceFile, syncDirectory } from '../durable.ts';
import { FORMAT, findMetadata, isKeyOf } from '../installation/index.ts';
import { readRootKey } from '../kms/index.ts';
import { readerOf } from '../metadata/index.ts';
import { StartRefused } from '../start-refused.ts';
import { exists, hashOfFile } from './fetch.ts';
import {
  BACKUP_FORMAT,
  BackupManifest,
  DATA,
  FILES,
  MANIFEST,
  METADATA,
  SEALED_KEY,
  StoredFile,
} from './manifest.ts';
import { openRootKey } from './sealed-key.ts';

const ROOT_KEY = 'root.key';
/** May lie in the target. */
const HARMLESS = ['lock', 'lost+found', ROOT_KEY];
/** Files that are copied at once. */
const AT_ONCE = 4;
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\0]+)(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)*$/;
const readManifest = readerOf(BackupManifest);
const readStored = readerOf(StoredFile);

export interface RestoreOptions {
  /** Folder of the backup. */
  from: string;
  dataDir: string;
  /** Of this OpenCTS. */
  version: string;
  /** Where the root key may come from; the first that is there counts. */
  rootKey: { file: string | undefined; given: string; password: (() => Promise<string>) | undefined };
  onProgress: (done: number, total: number) => void;
}

/**
 * Brings a backup up as a data directory, in which a start finds what was there. Everything is looked at first; what
 * is found damaged on the way is taken back. The metadata comes last, so that one that was broken off does not start.
 * @throws StartRefused when the backup is not whole, the target not empty, or the key another one
 * @throws DataDirectoryInUse
 */
export async function restore(options: RestoreOptions): Promise<BackupManifest> {
  const { from, dataDir } = options;
  const { manifest, files } = await readBackup(from);
  checkVersion(options, manifest);
  const isNew = !(await exists(dataDir));
  if (!isNew) await checkEmpty(dataDir);
  const rootKey = await keyFor(options, manifest);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDataDirectory(dataDir);
  try {
    await checkEmpty(dataDir);
    await copyAll(options, files).catch(async (error) => {
      await takeBack(dataDir);
      throw error;
    });
    if (rootKey) await replaceFile(path.join(dataDir, ROOT_KEY), `${rootKey.toString('hex')}\n`);
    await copyFile(
      options,
      files.find((file) => file.path === METADATA),
    );
    await syncDirectory(dataDir);
  } finally {
    unlock();
  }
  return manifest;
}

async function readBackup(from: string): Promise<{ manifest: BackupManifest; files: StoredFile[] }> {
  const text = await readFile(path.join(from, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const isHalf = await exists(path.join(from, FILES));
    throw new StartRefused(
      isHalf
        ? `the backup in ${from} is not whole: 'opencts backup' did not end; let it go on, or take another one`
        : `there is no backup in ${from}: it would hold a file ${MANIFEST}`,
    );
  }
  const { value: manifest, problem } = readManifest(text);
  if (!manifest) throw damaged(path.join(from, MANIFEST), problem);
  const list = path.join(from, FILES);
  const isWhole = (await exists(list)) && (await hashOfFile(list)) === manifest.files_sha256;
  if (!isWhole) throw damaged(list, 'it is not the list that was written');
  const files = (await readFile(list, 'utf8'))
    .split('\n')
    .flatMap((line) => readStored(line).value ?? [])
    .filter(({ path: name }) => PATH.test(name));
  if (files.length !== manifest.files) throw damaged(list, 'files are missing in it');
  return { manifest, files };
}

const damaged = (file: string, reason: string) =>
  new StartRefused(`the backup is damaged: ${file} (${reason}); take another one. Nothing was restored`);

function checkVersion({ from, version }: RestoreOptions, manifest: BackupManifest): void {
  const written = manifest.version;
  const refusal = (reason: string) =>
    new StartRefused(
      `the backup was made by OpenCTS ${written}, and this is ${version}, which cannot restore it (${reason}): use OpenCTS ${written} or a later one`,
    );
  if (manifest.format > BACKUP_FORMAT) throw refusal(`format ${manifest.format} of backups`);
  if (manifest.directory_format > FORMAT) throw refusal(`format ${manifest.directory_format} of data`);
  const found = findMetadata(path.join(from, DATA, METADATA));
  const newest = found?.unknownSchema.at(-1);
  if (newest !== undefined) throw refusal(`schema ${newest}`);
}

async function checkEmpty(dataDir: string): Promise<void> {
  const other = (await readdir(dataDir)).find((name) => !HARMLESS.includes(name));
  if (other === undefined) return;
  throw new StartRefused(
    `${dataDir} is not empty, there is ${other}: restore into an empty folder; 'opencts begin-anew' puts an installation aside`,
  );
}

/** @returns the key that is to be written; undefined: it is there, or comes from the environment */
async function keyFor(options: RestoreOptions, manifest: BackupManifest): Promise<Buffer | undefined> {
  const { from, dataDir, rootKey } = options;
  const identity = findMetadata(path.join(from, DATA, METADATA))?.identity;
  if (!identity) throw damaged(path.join(from, DATA, METADATA), 'it names no installation');
  const check = (key: Buffer | undefined, where: string) => {
    if (key && isKeyOf(key, identity.id, identity.keyCheck)) return key;
    throw new StartRefused(`${where} is not the root key of this backup. Nothing was restored`);
  };
  if (rootKey.file !== undefined) {
    const text = await readFile(rootKey.file, 'utf8');
    return check(Buffer.from(text.trim(), 'hex'), rootKey.file);
  }
  if (rootKey.given !== '') {
    check(Buffer.from(rootKey.given, 'hex'), 'OPENCTS_ROOT_KEY');
    return undefined;
  }
  const there = await readRootKey(dataDir, '');
  if (there) {
    check(there, path.join(dataDir, ROOT_KEY));
    return undefined;
  }
  if (manifest.has_root_key && rootKey.password) {
    const text = await readFile(path.join(from, DATA, SEALED_KEY), 'utf8');
    const key = await openRootKey(text, await rootKey.password(), manifest.installation);
    return check(key, `what the password opens of ${SEALED_KEY}`);
  }
  throw new StartRefused(
    'the root key is not in this backup: give your copy of root.key with --root-key FILE, or the key in OPENCTS_ROOT_KEY. Nothing was restored',
  );
}

async function copyAll(options: RestoreOptions, files: readonly StoredFile[]): Promise<void> {
  const { from, onProgress } = options;
  const last = files.find((file) => file.path === METADATA);
  const seen = last && (await hashOfFile(path.join(from, DATA, METADATA)));
  if (!last || seen !== last.sha256)
    throw damaged(path.join(from, DATA, METADATA), 'its content has changed');
  const waiting = files.filter((file) => file !== last && file.path !== SEALED_KEY);
  const total = waiting.length;
  let done = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await copyFile(options, next);
      onProgress(++done, total);
    }
  };
  // All of them end before anything is taken back.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function copyFile({ from, dataDir }: RestoreOptions, file: StoredFile | undefined): Promise<void> {
  if (!file) return;
  const source = path.join(from, DATA, file.path);
  const target = path.join(dataDir, file.path);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  if (file.link !== undefined) return symlink(file.link, target);
  const hash = createHash('sha256');
  const handle = await open(target, 'wx', 0o600);
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: 256 * 1024 })) {
      hash.update(chunk as Buffer);
      await handle.writeFile(chunk as Buffer);
    }
    await handle.sync();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? damaged(source, 'it is missing') : error;
  } finally {
    await handle.close();
  }
  if (hash.digest('hex') !== file.sha256) throw damaged(source, 'its content has changed');
  await syncDirectory(path.dirname(target));
}

async function takeBack(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!HARMLESS.includes(name)) await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
}
