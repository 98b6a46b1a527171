import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Folders of a data directory, from above to below. */
const FOLDERS: readonly [folder: string, what: string][] = [
  ['journal', 'the folder of the journal'],
  ['journal/positions', 'the folder with the positions of the followers'],
  ['journal/positions.copy', 'the folder with the copies of the positions'],
  ['journal/quarantine', 'the folder of the quarantine'],
  ['journal/damaged', 'the folder with what is damaged of the journal'],
  ['spool', 'the folder of trace files on their way'],
  ['spool/ready', 'a folder of trace files on their way'],
  ['spool/delivered', 'a folder of trace files on their way'],
  ['spool/damaged', 'a folder of trace files on their way'],
  ['engine', 'the folder of the trace store'],
  ['objects', 'the folder of the buckets'],
];

/** Files of a data directory, by their folder. */
const FILES: readonly [folder: string, name: RegExp, what: string][] = [
  ['.', /^lock$/, 'the lock of the data directory'],
  ['.', /^metadata\.db(-wal|-shm)?$/, 'a file of the metadata'],
  ['.', /^root\.key$/, 'the root key'],
  ['.', /^installation\.json$/, 'the note of the installation'],
  ['.', /^clock\.json$/, 'the mark of the clock'],
  ['journal', /^\d{10}\.journal$/, 'a segment of the journal'],
  ['journal', /^\d{10}\.(ids|counts)(\.tmp)?$/, 'a companion of a segment of the journal'],
  ['journal', /^id(\.copy)?(\.tmp)?$/, 'the name of the journal'],
  ['journal', /^gaps\.json(\.tmp)?$/, 'the list of what is gone of the journal'],
  ['journal/positions', /\.json(\.tmp)?$/, 'the position of a follower'],
  ['journal/positions.copy', /\.json(\.tmp)?$/, 'the copy of the position of a follower'],
  ['journal/quarantine', /\.ndjson(\.tmp)?$/, 'a file of the quarantine'],
  ...['journal', 'spool', 'engine', 'objects'].map(
    (folder) =>
      [folder, /^\.installation(\.tmp)?$/, 'the mark of the installation'] as [string, RegExp, string],
  ),
];

/** A directory where a file of the data directory belongs, or a file where a folder does, in words. */
export function misplacedIn(dataDir: string): string | undefined {
  for (const [folder, what] of FOLDERS) {
    const entry = entriesOf(dataDir, path.dirname(folder)).find(({ name }) => name === path.basename(folder));
    if (entry?.isFile()) return `${path.join(dataDir, folder)} is a file, where ${what} belongs`;
  }
  for (const [folder, name, what] of FILES) {
    const entry = entriesOf(dataDir, folder).find((one) => one.isDirectory() && name.test(one.name));
    if (entry) return `${path.join(dataDir, folder, entry.name)} is a directory, where ${what} belongs`;
  }
  return undefined;
}

/** None, where the folder cannot be read: then that is what is wrong. */
function entriesOf(dataDir: string, folder: string) {
  try {
    return readdirSync(path.join(dataDir, folder), { withFileTypes: true });
  } catch {
    return [];
  }
}
