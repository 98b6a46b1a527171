import { createHash } from 'node:crypto';
import path from 'node:path';
import { RESTORE_UNDER_WAY, RESTORED } from '../installation/index.ts';
import { readerOf } from '../metadata/index.ts';
import { program } from '../program.ts';
import { StartRefused } from '../start-refused.ts';
import { BackupManifest, DATA, FILES, MANIFEST, METADATA, StoredFile, UNDER_WAY } from './manifest.ts';
import type { BackupPlace } from './place.ts';

const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\0]+)(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)*$/;
/** Names in a data directory that no backup brings. */
const NEVER = ['lock', 'root.key', 'backups', RESTORE_UNDER_WAY, RESTORED];
const readManifest = readerOf(BackupManifest);
const readStored = readerOf(StoredFile);

/** A backup that is whole, by its manifest and the list of its files. */
export interface StoredBackup {
  manifest: BackupManifest;
  files: StoredFile[];
}

export const damaged = (file: string, reason: string) =>
  new StartRefused(`the backup is damaged: ${file} (${reason}); take another one. Nothing was restored`);

/** @throws StartRefused when there is none, it is not whole, or its list leads out of the data directory */
export async function readBackup(place: BackupPlace): Promise<StoredBackup> {
  const text = await place.text(MANIFEST);
  const list = await place.text(FILES);
  if (text === undefined) {
    throw new StartRefused(
      list === undefined && (await place.text(UNDER_WAY)) === undefined
        ? `there is no backup in ${place.name}: it would hold a file ${MANIFEST}`
        : `the backup in ${place.name} is not whole: '${program()} backup' did not end; let it go on, or take another one`,
    );
  }
  const { value: manifest, problem } = readManifest(text);
  if (!manifest) throw damaged(`${place.name}/${MANIFEST}`, problem);
  const where = `${place.name}/${FILES}`;
  const hash = createHash('sha256').update(list ?? '');
  if (hash.digest('hex') !== manifest.files_sha256)
    throw damaged(where, 'it is not the list that was written');
  const lines = (list ?? '').split('\n').filter((line) => line !== '');
  const files = lines.flatMap((line) => readStored(line).value ?? []);
  if (files.length !== manifest.files) throw damaged(where, 'files are missing in it');
  const problemOfOne = whyNotWithin(files);
  if (problemOfOne) throw damaged(where, problemOfOne);
  if (!files.some((file) => file.path === METADATA)) throw damaged(where, `${METADATA} is missing in it`);
  return { manifest, files };
}

export const nameIn = (place: BackupPlace, file: StoredFile) => `${place.name}/${DATA}/${file.path}`;

/** Whoever can change a backup must not thereby write elsewhere: names and links stay in the data directory. */
function whyNotWithin(files: readonly StoredFile[]): string | undefined {
  const names = new Set<string>();
  const links = new Set(files.filter(({ link }) => link !== undefined).map((file) => file.path));
  for (const { path: name, link } of files) {
    const [top = '', ...deeper] = name.split('/');
    if (!PATH.test(name)) return `${JSON.stringify(name)} leads out of the data directory`;
    if (NEVER.includes(top)) return `${JSON.stringify(name)} is no file of a backup`;
    if (names.has(name)) return `${JSON.stringify(name)} is in it twice`;
    names.add(name);
    if (link !== undefined && leadsOut(name, link))
      return `the link ${JSON.stringify(name)} leads out of the data directory, to ${JSON.stringify(link)}`;
    const folders = deeper.map((_, at) => [top, ...deeper.slice(0, at)].join('/'));
    if (folders.some((folder) => links.has(folder))) return `${JSON.stringify(name)} lies behind a link`;
  }
  return undefined;
}

const leadsOut = (name: string, link: string) =>
  path.isAbsolute(link) || path.posix.join(path.posix.dirname(name), link).split('/')[0] === '..';
