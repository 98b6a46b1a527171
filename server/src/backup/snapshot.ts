import { lstat, mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Archiving, Lifecycle, Listing, Uploader } from '../archive/index.ts';
import type { Digester } from '../evidence/index.ts';
import { linkFile, linkFolder } from '../hard-link.ts';
import { FORMAT } from '../installation/index.ts';
import { type Journal, JournalSnapshot } from '../journal/index.ts';
import { copyMetadata, type Metadata } from '../metadata/index.ts';
import type { TraceStore } from '../traces/index.ts';
import { snapshotEngine } from './engine-snapshot.ts';
import { type BackupFile, type BackupInfo, METADATA, SEALED_KEY } from './manifest.ts';
import { sealRootKey } from './sealed-key.ts';

/** The running service, as far as it is copied. */
export interface SnapshotSource {
  dataDir: string;
  version: string;
  rootKey: Buffer;
  clock: () => number;
  journal: Journal;
  metadata: Metadata;
  store: TraceStore;
  archiving: Pick<Archiving, 'hold' | 'cutHeld'>;
  listing: Pick<Listing, 'hold'>;
  uploader: Pick<Uploader, 'hold'>;
  digester: Pick<Digester, 'hold'>;
  lifecycle: Pick<Lifecycle, 'hold'>;
  /** Whether the trace store, and the buckets, lie in the data directory. */
  own: { list: boolean; objects: boolean };
}

/** What is wanted in it. */
export interface SnapshotWish {
  list: boolean;
  objects: boolean;
  /** The root key is added, sealed with it. */
  password: string | undefined;
}

/** A whole copy of the data directory as it was at one moment. */
export interface Snapshot {
  info: BackupInfo;
  files: BackupFile[];
}

/** Not of a backup: uploads under way. */
const UPLOADS = '.uploads';

/**
 * Makes a copy of the data directory beside the running service, of second names for its files, so that it takes
 * seconds and hardly any room. Traces are taken all the while; what is done with them is copied in this order, which
 * decision 0010 tells the reasons of: segments, positions, spool, engine, metadata, the last stretch of the spool, end
 * of the journal, objects. Else no trace file is cut meanwhile, brought away, listed in a digest or removed.
 * @param folder not there yet
 */
export async function takeSnapshot(
  source: SnapshotSource,
  folder: string,
  wish: SnapshotWish,
): Promise<Snapshot> {
  const { archiving, listing, uploader, digester, lifecycle, own } = source;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const take = () => archiving.hold(() => listing.hold(() => copyAll(source, folder, wish)));
  // Buckets elsewhere are no part of the copy, and may keep their workers for long.
  return own.objects && wish.objects
    ? lifecycle.hold(() => digester.hold(() => uploader.hold(take)))
    : take();
}

async function copyAll(source: SnapshotSource, folder: string, wish: SnapshotWish): Promise<Snapshot> {
  const { dataDir, version, rootKey, clock, metadata, store, archiving, own } = source;
  const begun = clock();
  const hasList = own.list && wish.list;
  const hasObjects = own.objects && wish.objects;
  const inside = (name: string) => [path.join(dataDir, name), path.join(folder, name)] as const;
  const { id: installation } = await metadata
    .selectFrom('installation')
    .select('id')
    .executeTakeFirstOrThrow();

  const copy = new JournalSnapshot(...inside('journal'));
  await copy.begin();
  await linkFile(...inside('spool/.installation'));
  await linkFolder(...inside('spool/ready'));
  await linkFolder(...inside('spool/listed'));
  if (hasList) {
    await linkFile(...inside('engine/.installation'));
    await snapshotEngine(store, ...inside('engine/data'));
  }
  const asOf = clock();
  await copyMetadata(...inside(METADATA));
  // The service goes on with the same files, by the same names, as whoever restores this.
  const { end, isCut } = await archiving.cutHeld(
    () => copy.linkSegments(),
    (stretch) => linkFolder(...inside(path.join('spool/ready', stretch))),
  );
  await linkFolder(...inside('spool/listed'));
  const last = await copy.end(end, { hasList, isCut });
  if (hasObjects) await linkFolder(...inside('objects'), (name) => name !== UPLOADS);
  for (const note of ['installation.json', 'clock.json']) await linkFile(...inside(note));
  if (wish.password !== undefined) {
    const sealed = await sealRootKey(rootKey, wish.password, installation);
    await writeFile(path.join(folder, SEALED_KEY), sealed, { mode: 0o600 });
  }
  const info = {
    ...{ installation, version, directory_format: FORMAT, begun, as_of: asOf },
    ...{ has_list: hasList, has_objects: hasObjects, has_root_key: wish.password !== undefined },
  };
  return { info, files: await filesIn(folder, new Map([[path.relative(folder, last), end.offset]])) };
}

/** Every file, with how much of it belongs to the copy: the journal's last segment goes on growing. */
async function filesIn(folder: string, ends: ReadonlyMap<string, number>): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = path.posix.join(below, entry.name);
      const file = path.join(folder, name);
      if (entry.isDirectory()) await walk(name);
      else if (entry.isSymbolicLink()) files.push({ path: name, bytes: 0, link: await readlink(file) });
      else files.push({ path: name, bytes: ends.get(name) ?? (await lstat(file)).size });
    }
  };
  await walk('');
  return files;
}

export async function removeSnapshot(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
