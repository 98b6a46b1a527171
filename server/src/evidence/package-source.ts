import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ArchiveSource, Unreadable } from './archive-source.ts';
import type { Finding } from './finding.ts';
import { kindAt } from './holdings.ts';
import { isOfLog } from './log-check.ts';
import {
  METADATA_FILE,
  PACKAGE_NOTE,
  type PackageContent,
  readPackageNote,
  sha256Of,
} from './package-note.ts';
import { entriesBelow, folderSource, orUnreadable } from './sources.ts';

/** A package that was unpacked: what it says of itself, and the part of each bucket that is in it. */
export interface OpenPackage {
  /** Undefined: what it says cannot be trusted. */
  content: PackageContent | undefined;
  sources: ArchiveSource[];
}

/** Opens the package in a folder, and checks what nothing but its note proves. @returns undefined: there is none */
export async function openPackage(
  folder: string,
  publicKeys: readonly KeyObject[],
  tell: (finding: Finding) => void,
): Promise<OpenPackage | undefined> {
  const note = await read(path.join(folder, PACKAGE_NOTE));
  if (!note) return undefined;
  const content = Buffer.isBuffer(note) ? readPackageNote(note.toString('utf8'), publicKeys) : undefined;
  const say = (key: string, verdict: Finding['verdict'], reason: string) =>
    tell({ kind: 'package', key, verdict, reason });
  if (note instanceof Unreadable) say(PACKAGE_NOTE, 'unreadable', note.message);
  else if (!content)
    say(PACKAGE_NOTE, 'changed', 'no known key has signed it: it was altered, or signed with another key');
  if (!content) return { content, sources: [] };
  for (const [name, sha256] of Object.entries(content.files)) {
    const bytes = await read(path.join(folder, name));
    if (bytes instanceof Unreadable) say(name, 'unreadable', bytes.message);
    else if (!bytes) say(name, 'missing', 'the package was signed with it');
    else if (sha256Of(bytes) !== sha256) say(name, 'changed', 'it is not what the package was signed with');
  }
  for (const { key, entry } of await entriesBelow(folder)) {
    if (!entry.isDirectory() && !belongs(key, content))
      say(key, 'unexpected', 'the package was signed without it: it was added');
  }
  const log = folderSource(folder);
  const sources = content.buckets.map(({ name, places }): ArchiveSource => {
    const holds = (key: string) => places.some((place) => kindAt(place, key) !== undefined);
    const part = folderSource(path.join(folder, name), { bucket: name, holds });
    return {
      ...part,
      until: content.until,
      async *keys(prefix) {
        yield* log.keys(prefix);
        yield* part.keys(prefix);
      },
      read: (key) => (isOfLog(key) ? log : part).read(key),
    };
  });
  return { content, sources };
}

/** Whether a package can have a file of that path; whether it has, notes, logs and digests tell. */
function belongs(name: string, { files, buckets }: PackageContent): boolean {
  if (name === PACKAGE_NOTE || Object.hasOwn(files, name) || isOfLog(name)) return true;
  return buckets.some(({ name: bucket, places }) => {
    if (!name.startsWith(`${bucket}/`)) return false;
    const key = name.slice(bucket.length + 1);
    const kindOf = (of: string) =>
      places.map((place) => kindAt(place, of)).find((kind) => kind !== undefined);
    if (key.endsWith(METADATA_FILE)) return kindOf(key.slice(0, -METADATA_FILE.length)) === 'digest';
    return kindOf(key) !== undefined;
  });
}

/** @returns undefined: there is no such file; or why it cannot be read */
async function read(file: string): Promise<Buffer | Unreadable | undefined> {
  try {
    return await orUnreadable(readFile(file));
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}
