import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.ts';
import { lockDataDirectory } from '../data-lock.ts';
import { makeRootKey, readRootKey } from '../kms/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { checkAuthorities } from './authorities.ts';
import {
  type DirectoryNote,
  FORMAT,
  RESTORE_UNDER_WAY,
  readDirectoryNote,
  writeDirectoryNote,
} from './directory-note.ts';
import { isKeyOf, opensAny, sealCheck } from './key-check.ts';
import { checkKinds } from './kinds.ts';
import { findMetadata, type MetadataFound } from './look.ts';
import { filledPieces, journalIdIn, markPieces, type Piece } from './pieces.ts';
import { REFUSALS } from './refusals.ts';

export interface InstallationOptions {
  config: Config;
  version: string;
  clock: () => number;
  onFatal: (error: Error) => void;
}

/** A data directory whose pieces belong together, claimed and open. */
export interface Installation {
  metadata: Metadata;
  rootKey: Buffer;
  /** It was in use before: there must be a journal. */
  wasUsed: boolean;
  /** Lets go of the directory, for the next process. */
  unlock: () => void;
}

/** What lies in a data directory, looked at without changing anything. */
interface Found {
  metadata: MetadataFound | undefined;
  note: DirectoryNote | undefined;
  /** In which there is anything. */
  pieces: Piece[];
}

/**
 * Claims the data directory and opens its metadata, when all that lies in it is of one installation, whole, and
 * can be read by this version. An empty directory becomes a new installation.
 *
 * A new one, and one of before there were ids, is written in this order, so that a crash leaves what the next
 * start goes on with: root key, metadata with the id, the note of the directory, the marks of its pieces.
 * @throws StartRefused, DataDirectoryInUse
 */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const { dataDir } = options.config;
  await checkAuthorities(process.env.NODE_EXTRA_CA_CERTS);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await checkKinds(dataDir);
  const unlock = lockDataDirectory(dataDir);
  try {
    return { ...(await open(options)), unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function open({ config, version, clock, onFatal }: InstallationOptions) {
  const { dataDir } = config;
  const file = path.join(dataDir, 'metadata.db');
  if (existsSync(path.join(dataDir, RESTORE_UNDER_WAY))) throw REFUSALS.halfRestored(dataDir);
  const note = await readDirectoryNote(dataDir);
  if (note && note.format > FORMAT)
    throw REFUSALS.newer(dataDir, note.version, version, `format ${note.format}, known is ${FORMAT}`);
  const found = { note, metadata: findMetadata(file), pieces: await filledPieces(dataDir) };
  if (!found.metadata && (note || found.pieces.length > 0)) throw REFUSALS.metadataLost(file, found.pieces);
  const [newest] = found.metadata?.unknownSchema.slice(-1) ?? [];
  if (newest !== undefined) {
    const written = found.metadata?.identity?.version ?? note?.version ?? 'of a later version';
    throw REFUSALS.newer(file, written, version, `schema ${newest}`);
  }
  const id = await idOf(dataDir, found);
  const rootKey = await rootKeyOf(config, found.metadata);

  const metadata = await openMetadata(file, onFatal);
  try {
    const identity = { id, key_check: sealCheck(rootKey, id), version };
    if (!found.metadata?.identity)
      await metadata
        .insertInto('installation')
        .values({ ...identity, created_at: clock() })
        .execute();
    else if (found.metadata.identity.version !== version)
      await metadata.updateTable('installation').set({ version }).execute();
    if (note?.id !== id || note.version !== version || note.format !== FORMAT)
      await writeDirectoryNote(dataDir, { id, format: FORMAT, version });
    await markPieces(config, id);
  } catch (error) {
    await metadata.destroy();
    throw error;
  }
  return { metadata, rootKey, wasUsed: found.metadata?.wasUsed === true };
}

/** The id of the installation: of the metadata, else of what is marked already, else a new one. */
async function idOf(dataDir: string, { metadata, note, pieces }: Found): Promise<string> {
  const marked = pieces.find(({ mark }) => mark !== undefined)?.mark;
  const id = metadata?.identity?.id ?? note?.id ?? marked ?? randomUUID();
  if (note && note.id !== id) throw REFUSALS.foreignPiece(dataDir, 'installation.json', note.id, id);
  for (const { folder, mark } of pieces)
    if (mark !== undefined && mark !== id) throw REFUSALS.foreignPiece(dataDir, folder, mark, id);
  if (metadata) await checkJournal(dataDir, metadata, pieces);
  return id;
}

/** Where there are no marks yet, the journal is known by its followers. */
async function checkJournal(dataDir: string, { identity, journals }: MetadataFound, pieces: Piece[]) {
  const isMarked = pieces.some(({ folder, mark }) => folder === 'journal' && mark !== undefined);
  const journal = identity && isMarked ? '' : await journalIdIn(dataDir);
  if (journal === '' || journals.length === 0 || journals.includes(journal)) return;
  throw REFUSALS.foreignPiece(dataDir, 'journal', journal, journals.join(', '));
}

/** The root key, which is made where nothing was sealed yet. */
async function rootKeyOf(config: Config, metadata: MetadataFound | undefined): Promise<Buffer> {
  const { dataDir } = config;
  const key = await readRootKey(dataDir, config.rootKey);
  const { identity, sealed = [] } = metadata ?? {};
  if (!key) {
    if (identity || sealed.length > 0) throw REFUSALS.noRootKey(dataDir);
    return makeRootKey(dataDir);
  }
  const isRight = identity
    ? isKeyOf(key, identity.id, identity.keyCheck)
    : sealed.length === 0 || opensAny(key, sealed);
  if (!isRight)
    throw REFUSALS.wrongRootKey(config.rootKey === '' ? `${dataDir}/root.key` : 'OPENCTS_ROOT_KEY');
  return key;
}
