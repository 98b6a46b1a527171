import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { lockDataDirectory } from '../data-lock.ts';
import { makeDirectory, replaceFile, syncDirectory } from '../durable.ts';
import { eachOf } from '../each-of.ts';
import { FORMAT, findMetadata, isKeyOf, RESTORE_UNDER_WAY, RESTORED } from '../installation/index.ts';
import { readRootKey } from '../kms/index.ts';
import { ObjectStoreError } from '../objects/index.ts';
import { program } from '../program.ts';
import { StartRefused } from '../start-refused.ts';
import {
  BACKUP_FORMAT,
  type BackupManifest,
  DATA,
  METADATA,
  SEALED_KEY,
  type StoredFile,
} from './manifest.ts';
import type { BackupPlace } from './place.ts';
import { openRootKey } from './sealed-key.ts';
import { damaged, nameIn, readBackup, type StoredBackup } from './stored-backup.ts';

const ROOT_KEY = 'root.key';
/** May lie in the target. */
const HARMLESS = ['lock', 'lost+found', ROOT_KEY];
/** The metadata while all else arrives: under its own name a service would start from it. */
const METADATA_WAITING = `${METADATA}.part`;

export interface RestoreOptions {
  from: BackupPlace;
  dataDir: string;
  /** Of this OpenCTS. */
  version: string;
  /** Where the root key may come from; the first that is there counts. */
  rootKey: { file: string | undefined; given: string; password: (() => Promise<string>) | undefined };
  onProgress: (done: number, total: number) => void;
}

/**
 * Brings a backup up as a data directory, in which a start finds what was there. What is found damaged on the way is
 * taken back. A note that it is under way lies in the directory from before the first file until after the last one,
 * the metadata: nothing starts there meanwhile, and a restore that was broken off goes on.
 * @throws StartRefused when the backup is not whole, the target not empty, or the key another one
 * @throws DataDirectoryInUse
 * @throws ObjectStoreError when the backup cannot be read now: what has arrived stays
 */
export async function restore(options: RestoreOptions): Promise<BackupManifest> {
  const { from, dataDir } = options;
  const backup = await readBackup(from);
  checkVersion(options, backup.manifest);
  await makeDirectory(dataDir);
  await checkEmpty(dataDir, backup.manifest);
  const unlock = lockDataDirectory(dataDir);
  try {
    const isBegun = await checkEmpty(dataDir, backup.manifest);
    await restoreInto(options, backup, isBegun).catch(async (error) => {
      if (!(error instanceof ObjectStoreError)) await takeBack(dataDir);
      throw error;
    });
  } finally {
    unlock();
  }
  return backup.manifest;
}

/** The note · metadata, to be looked at · all other files · root key · a note for the first start · metadata under its name · no note any more. */
async function restoreInto(options: RestoreOptions, backup: StoredBackup, isBegun: boolean): Promise<void> {
  const { dataDir } = options;
  const { manifest, files } = backup;
  await replaceFile(path.join(dataDir, RESTORE_UNDER_WAY), `${manifest.files_sha256}\n`);
  const metadata = files.find((file) => file.path === METADATA) as StoredFile;
  const waiting = path.join(dataDir, METADATA_WAITING);
  await copyFile(options, metadata, waiting, isBegun);
  checkSchema(options, manifest, waiting);
  const rootKey = await keyFor(options, backup, waiting);
  await copyAll(
    options,
    files.filter((file) => file !== metadata && file.path !== SEALED_KEY),
    isBegun,
  );
  if (rootKey) await replaceFile(path.join(dataDir, ROOT_KEY), `${rootKey.toString('hex')}\n`);
  await replaceFile(path.join(dataDir, RESTORED), '');
  await rename(waiting, path.join(dataDir, METADATA));
  await syncDirectory(dataDir);
  await rm(path.join(dataDir, RESTORE_UNDER_WAY));
  await syncDirectory(dataDir);
}

function checkVersion({ version }: RestoreOptions, manifest: BackupManifest): void {
  if (manifest.format > BACKUP_FORMAT)
    throw tooNew(version, manifest, `format ${manifest.format} of backups`);
  if (manifest.directory_format > FORMAT)
    throw tooNew(version, manifest, `format ${manifest.directory_format} of data`);
}

function checkSchema({ version }: RestoreOptions, manifest: BackupManifest, file: string): void {
  const newest = findMetadata(file)?.unknownSchema.at(-1);
  if (newest !== undefined) throw tooNew(version, manifest, `schema ${newest}`);
}

const tooNew = (version: string, { version: written }: BackupManifest, reason: string) =>
  new StartRefused(
    `the backup was made by OpenCTS ${written}, and this is ${version}, which cannot restore it (${reason}): use OpenCTS ${written} or a later one`,
  );

/** @returns whether the same restore was broken off here */
async function checkEmpty(dataDir: string, { files_sha256 }: BackupManifest): Promise<boolean> {
  const names = await readdir(dataDir);
  if (names.includes(RESTORE_UNDER_WAY)) {
    const begun = await readFile(path.join(dataDir, RESTORE_UNDER_WAY), 'utf8');
    if (begun.trim() === files_sha256) return true;
    throw new StartRefused(
      `in ${dataDir} the restore of another backup was broken off: give that one again, or remove all that is in ${dataDir}`,
    );
  }
  const other = names.find((name) => !HARMLESS.includes(name));
  if (other === undefined) return false;
  throw new StartRefused(
    `${dataDir} is not empty, there is ${other}: restore into an empty folder; '${program()} begin-anew' puts an installation aside`,
  );
}

/** @returns the key that is to be written; undefined: it is there, or comes from the environment */
async function keyFor(
  { from, dataDir, rootKey }: RestoreOptions,
  { manifest, files }: StoredBackup,
  metadata: string,
): Promise<Buffer | undefined> {
  const identity = findMetadata(metadata)?.identity;
  if (!identity) throw damaged(`${from.name}/${DATA}/${METADATA}`, 'it names no installation');
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
  const sealed = files.find((file) => file.path === SEALED_KEY);
  if (manifest.has_root_key && sealed && rootKey.password) {
    const key = await openRootKey(
      await readSealed(from, sealed),
      await rootKey.password(),
      manifest.installation,
    );
    return check(key, `what the password opens of ${SEALED_KEY}`);
  }
  throw new StartRefused(
    'the root key is not in this backup: give your copy of root.key with --root-key FILE, or the key in OPENCTS_ROOT_KEY. Nothing was restored',
  );
}

/** Damage is not told as a wrong password. */
async function readSealed(from: BackupPlace, file: StoredFile): Promise<string> {
  const content = (await from.text(`${DATA}/${file.path}`)) ?? '';
  const seen = createHash('sha256').update(content).digest('hex');
  if (seen !== file.sha256) throw damaged(nameIn(from, file), 'it is missing, or its content has changed');
  return content;
}

async function copyAll(
  options: RestoreOptions,
  files: readonly StoredFile[],
  isBegun: boolean,
): Promise<void> {
  const { from, dataDir, onProgress } = options;
  let done = 0;
  // All of them end before anything is taken back.
  await eachOf(files, from.atOnce, async (file) => {
    await copyFile(options, file, path.join(dataDir, file.path), isBegun);
    onProgress(++done, files.length);
  });
}

/** @param isBegun whether it may be there already */
async function copyFile(
  { from }: RestoreOptions,
  file: StoredFile,
  target: string,
  isBegun: boolean,
): Promise<void> {
  await makeDirectory(path.dirname(target));
  if (isBegun && (await isThere(file, target))) return;
  if (file.link !== undefined) {
    await symlink(file.link, target);
    return syncDirectory(path.dirname(target));
  }
  const chunks = await from.read(`${DATA}/${file.path}`);
  if (!chunks) throw damaged(nameIn(from, file), 'it is missing');
  const hash = createHash('sha256');
  const handle = await open(target, 'w', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (hash.digest('hex') !== file.sha256) throw damaged(nameIn(from, file), 'its content has changed');
  await syncDirectory(path.dirname(target));
}

/** Whether a file is whole in the target. What is there and is not is made room for. */
async function isThere({ link, sha256 }: StoredFile, target: string): Promise<boolean> {
  try {
    const seen = link === undefined ? await hashOfFile(target) : await readlink(target);
    if (seen === (link ?? sha256)) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(target, { force: true });
  return false;
}

async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function takeBack(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => ![...HARMLESS, RESTORE_UNDER_WAY].includes(name));
  // The note last: what is left of a half never looks like a beginning.
  for (const name of [...names, RESTORE_UNDER_WAY])
    await rm(path.join(dataDir, name), { recursive: true, force: true });
}
