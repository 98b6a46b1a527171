import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Selectable, sql } from 'kysely';
import { ERRORS } from '../errors.ts';
import { linkFile } from '../hard-link.ts';
import { EnvelopeDamaged, type Keyring, KeyUnusable, type KeyUser, unseal } from '../kms/index.ts';
import { type Database, type Metadata, wholeIn } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { type Trace, traceOfFile } from '../traces/index.ts';
import { MAX_FILE_TEXT, MAX_SHOWN_BYTES, MOST_FOLDERS } from './limits.ts';
import { linesOf, TextTooLong, traceTextOf } from './lines.ts';

/** How long whoever reads a file waits for the object store to begin. */
const PATIENCE_MS = 20_000;
const PAGE = 500;
/** Files that one statement counts. */
const PIECE = 5000;
/** Behind every character of a key. */
const LAST = '\u{10ffff}';
/** As the database counts: code points. */
const lengthOf = (text: string) => [...text].length;

export interface ArchivedFile {
  bucket: string;
  key: string;
  bytes: number;
  traces: number;
  /** record_time of its first and last trace, epoch ms. */
  from: number;
  to: number;
  deliveredAt: number;
  sha256: string;
  /** Named key that it is encrypted with. */
  encryptionKey: string | undefined;
  /** Whether a digest file covers it. */
  covered: boolean;
}

/** Files that may hold traces of a time; bounds are exclusive, epoch ms. */
export interface FileSelection {
  projectId: string;
  from: number;
  to: number;
  /** Trace source. */
  service?: string;
}

export type SelectedFile = Selectable<Database['trace_files']>;

/** Who reads a file. */
export interface FileReader extends KeyUser {
  /** May have files decrypted. */
  mayDecrypt: boolean;
}

/** A file by its name. */
export interface FileName {
  projectId: string;
  bucket: string;
  key: string;
}

export interface ArchivedFolder {
  /** With a slash at its end. */
  name: string;
  files: number;
  bytes: number;
  traces: number;
}

/** The trace files of projects, as they were delivered: what lies where, and what is in it. */
export class ArchiveCatalog {
  private readonly metadata: Metadata;
  private readonly objects: ObjectStore;
  private readonly keyring: Keyring;

  constructor(metadata: Metadata, objects: ObjectStore, keyring: Keyring) {
    this.metadata = metadata;
    this.objects = objects;
    this.keyring = keyring;
  }

  /** How many traces of each hour of record_time lie in their buckets; hours that begin in [from, to). */
  async hours(projectId: string, from: number, to: number): Promise<Map<number, number>> {
    const rows = await this.metadata
      .selectFrom('archived_hours')
      .select(['hour', 'traces'])
      .where('project_id', '=', projectId)
      .where('hour', '>=', from)
      .where('hour', '<', to)
      .execute();
    return new Map(rows.map(({ hour, traces }) => [hour, traces]));
  }

  /**
   * Folders right below a prefix, of very many the first by key. Read in pieces, so that no statement keeps others
   * waiting for long.
   */
  async folders(projectId: string, prefix: string, gone: AbortSignal): Promise<ArchivedFolder[]> {
    const rest = sql<string>`substr(key, ${lengthOf(prefix) + 1})`;
    const slash = sql<number>`instr(${rest}, '/')`;
    const folders = new Map<string, ArchivedFolder>();
    for (let after = ''; folders.size < MOST_FOLDERS; ) {
      gone.throwIfAborted();
      const piece = this.below(projectId, prefix)
        .where('key', '>', after)
        .select(['key', 'bytes', 'traces'])
        .orderBy('key')
        .limit(PIECE)
        .as('piece');
      const rows = await this.metadata
        .selectFrom(piece)
        .select([
          sql<string>`substr(${rest}, 1, ${slash})`.as('name'),
          sql<string>`max(key)`.as('last'),
          sql<number>`count(*)`.as('files'),
          sql<number>`sum(${wholeIn('bytes')})`.as('bytes'),
          sql<number>`sum(${wholeIn('traces')})`.as('traces'),
        ])
        .groupBy('name')
        .orderBy('last')
        .execute();
      for (const { name, files, bytes, traces } of rows) {
        // Files right below the prefix have none.
        if (name === '') continue;
        const folder = folders.get(name) ?? { name, files: 0, bytes: 0, traces: 0 };
        folder.files += files;
        folder.bytes += bytes;
        folder.traces += traces;
        folders.set(name, folder);
      }
      if (rows.reduce((sum, { files }) => sum + files, 0) < PIECE) break;
      after = rows.at(-1)?.last ?? after;
    }
    const inOrder = new Intl.Collator('en', { numeric: true });
    return [...folders.values()].sort((a, b) => inOrder.compare(a.name, b.name));
  }

  /** Files right below a prefix in the order of their keys. @param after key of the last one before */
  async files(projectId: string, prefix: string, after: string, limit: number): Promise<ArchivedFile[]> {
    const found: ArchivedFile[] = [];
    for (let last = after; found.length < limit; ) {
      const rows = await this.filesAfter(projectId, prefix, last, limit - found.length);
      // What lies in a folder is passed over as a whole.
      const inFolder = rows.findIndex(({ key }) => key.includes('/', prefix.length));
      found.push(...(inFolder === -1 ? rows : rows.slice(0, inFolder)));
      const first = rows[inFolder]?.key;
      if (first === undefined) break;
      last = `${first.slice(0, first.indexOf('/', prefix.length) + 1)}${LAST}`;
    }
    return found;
  }

  private async filesAfter(
    projectId: string,
    prefix: string,
    after: string,
    limit: number,
  ): Promise<ArchivedFile[]> {
    const rows = await this.below(projectId, prefix)
      .where('key', '>', after)
      .selectAll()
      .select(({ exists, selectFrom }) =>
        exists(
          selectFrom('digests')
            .select('digests.seq')
            .whereRef('digests.chain_id', '=', 'trace_files.chain_id')
            .whereRef('digests.first_number', '<=', 'trace_files.number')
            .whereRef('digests.last_number', '>=', 'trace_files.number')
            .where('digests.body', '=', ''),
        ).as('covered'),
      )
      .orderBy('key')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      bucket: row.bucket,
      key: row.key,
      bytes: row.bytes,
      traces: row.traces,
      from: row.first_time,
      to: row.last_time,
      deliveredAt: row.delivered_at,
      sha256: row.sha256,
      encryptionKey: row.encryption_key ?? undefined,
      covered: Boolean(row.covered),
    }));
  }

  /**
   * The bytes of a file of the project, decrypted; `bytes` as it lies in the bucket.
   * @param form `stored`: as it lies in the bucket, whatever became of it there
   * @throws CtsError 404 when it is not there, 403 and 400 when it cannot be decrypted for the reader, 500 when
   *   it was changed, 503. Of a change after its first part the stream breaks off.
   */
  async open(
    projectId: string,
    bucket: string,
    key: string,
    reader: FileReader,
    form: 'text' | 'stored' = 'text',
  ): Promise<{ body: Readable; bytes: number; encrypted: boolean }> {
    const known = await this.known(projectId, bucket, key);
    const encrypted = known.encryption_key !== null;
    if (encrypted && !reader.mayDecrypt) throw ERRORS.keyNotPermitted();
    try {
      const { head, body } = await this.objects.within(PATIENCE_MS).get(bucket, key);
      if (form === 'stored') return { body, bytes: head.size, encrypted: false };
      if (head.size !== known.bytes) {
        body.destroy();
        throw ERRORS.fileDamaged(key);
      }
      if (!this.isSealed(known)) return { body, bytes: head.size, encrypted };
      const text = this.unsealed(projectId, body, reader);
      return { body: await begun(text, () => body.destroy()), bytes: head.size, encrypted };
    } catch (error) {
      throw problemWith(key, error);
    }
  }

  /**
   * Whether a file still has the bytes with which it was delivered. This asks the service; `opencts verify`
   * proves it with nothing but the digest files and the public key.
   * @param gone whoever asked has gone
   * @throws CtsError 404 when it is none of the project's, 503
   */
  async check(
    projectId: string,
    bucket: string,
    key: string,
    gone: AbortSignal,
  ): Promise<'valid' | 'changed' | 'missing'> {
    const known = await this.known(projectId, bucket, key);
    const hash = createHash('sha256');
    try {
      const { body } = await this.objects.within(PATIENCE_MS).get(bucket, key);
      let bytes = 0;
      for await (const chunk of hashed(body, hash)) {
        gone.throwIfAborted();
        bytes += chunk.length;
        // Whoever has put something endless in its place need not be read to its end.
        if (bytes > known.bytes) return 'changed';
      }
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-object') return 'missing';
      throw problemWith(key, error);
    }
    return hash.digest('hex') === known.sha256 ? 'valid' : 'changed';
  }

  /** How many files may hold traces of a time, and their bytes and traces. */
  async sizeOf(selection: FileSelection): Promise<{ files: number; bytes: number; traces: number }> {
    const row = await this.selected(selection)
      .select([
        sql<number>`count(*)`.as('files'),
        sql<number>`coalesce(sum(${wholeIn('bytes')}), 0)`.as('bytes'),
        sql<number>`coalesce(sum(${wholeIn('traces')}), 0)`.as('traces'),
      ])
      .executeTakeFirstOrThrow();
    return row;
  }

  /** The files that may hold traces of a time, those with the newest traces first. */
  async *select(selection: FileSelection): AsyncGenerator<SelectedFile> {
    let last: SelectedFile | undefined;
    for (;;) {
      let query = this.selected(selection).selectAll().orderBy('latest', 'desc').orderBy('key').limit(PAGE);
      if (last) {
        const { latest, key } = last;
        query = query.where(({ eb, and, or }) =>
          or([eb('latest', '<', latest), and([eb('latest', '=', latest), eb('key', '>', key)])]),
        );
      }
      const rows = await query.execute();
      yield* rows;
      last = rows.at(-1);
      if (rows.length < PAGE) return;
    }
  }

  /**
   * Brings the text of a file into one on this disk, decrypted, but still compressed: a second name of the file
   * where it lies on this disk already, else a copy.
   * @param reader absent: the service itself
   * @throws CtsError as {@link open} does; 500 when its hash is not the one that it was delivered with
   */
  async fetch(file: SelectedFile, target: string, reader?: FileReader): Promise<void> {
    const { bucket, key } = file;
    if (file.encryption_key !== null && reader && !reader.mayDecrypt) throw ERRORS.keyNotPermitted();
    const hash = createHash('sha256');
    try {
      const sealed = this.isSealed(file);
      const inPlace = sealed ? undefined : this.objects.fileOf?.(bucket, key);
      if (inPlace !== undefined) {
        // It may go from its bucket before it is read.
        if (!(await linkFile(inPlace, target))) throw ERRORS.fileGone(key);
        for await (const _ of hashed(createReadStream(target), hash));
      } else {
        const { body } = await this.objects.within(PATIENCE_MS).get(bucket, key);
        const stored = hashed(body, hash);
        const text = sealed ? this.unsealed(file.project_id, stored, reader) : stored;
        await pipeline(text, createWriteStream(target, { mode: 0o600 }));
      }
    } catch (error) {
      throw problemWith(key, error);
    }
    if (hash.digest('hex') !== file.sha256) throw ERRORS.fileDamaged(key);
  }

  /** Files of a project with traces that were recorded in [from, to), in the order of their delivery. */
  async recorded(projectId: string, from: number, to: number): Promise<SelectedFile[]> {
    return this.metadata
      .selectFrom('trace_files')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('last_time', '>=', from)
      .where('first_time', '<', to)
      .orderBy('delivered_at')
      .orderBy('key')
      .execute();
  }

  private async known(projectId: string, bucket: string, key: string): Promise<SelectedFile> {
    const known = await this.metadata
      .selectFrom('trace_files')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('bucket', '=', bucket)
      .where('key', '=', key)
      .executeTakeFirst();
    if (!known) throw ERRORS.noSuchFile(key);
    return known;
  }

  private isSealed({ encryption_key }: { encryption_key: string | null }): boolean {
    return encryption_key !== null && !this.objects.encryptsByItself;
  }

  private unsealed(projectId: string, stored: AsyncIterable<Uint8Array>, reader?: FileReader) {
    return unseal(stored, ({ keyId, sealed }) => this.keyring.openDataKey(projectId, keyId, sealed, reader));
  }

  private selected({ projectId, service, from, to }: FileSelection) {
    const query = this.metadata
      .selectFrom('trace_files')
      .where('project_id', '=', projectId)
      .where('latest', '>', from)
      .where('earliest', '<', to);
    return service === undefined ? query : query.where('service', 'in', ['', service]);
  }

  /**
   * Traces of a file, in the form of query answers: from `offset` on at most `limit`, and of large ones fewer.
   * What it costs does not grow with the memory that the file would take.
   * @param gone whoever asked has gone
   * @throws CtsError as {@link open} does; 400 when the file is longer than what is looked into
   */
  async traces(
    { projectId, bucket, key }: FileName,
    { offset, limit }: { offset: number; limit: number },
    reader: FileReader,
    gone: AbortSignal,
  ): Promise<{ traces: Trace[]; total: number; bytes: number }> {
    const known = await this.known(projectId, bucket, key);
    const { body, bytes } = await this.open(projectId, bucket, key, reader);
    const end = () => body.destroy();
    gone.addEventListener('abort', end, { once: true });
    try {
      const compressed = key.endsWith('.gz');
      const lines = await linesOf(body, { compressed, offset, limit, most: MAX_SHOWN_BYTES });
      const traces = lines
        .map(traceTextOf)
        .filter((text) => text !== '')
        .map(traceOfFile);
      return { traces, total: known.traces, bytes };
    } catch (error) {
      gone.throwIfAborted();
      throw error instanceof TextTooLong ? ERRORS.fileTooLong(key, MAX_FILE_TEXT) : ERRORS.fileDamaged(key);
    } finally {
      gone.removeEventListener('abort', end);
      body.destroy();
    }
  }

  private below(projectId: string, prefix: string) {
    // A range instead of LIKE: it needs no escaping, and uses the index.
    return this.metadata
      .selectFrom('trace_files')
      .where('project_id', '=', projectId)
      .where('key', '>=', prefix)
      .where('key', '<', `${prefix}${LAST}`);
  }
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The first part is there before anything is answered, so that a file that cannot be read is told in words. */
async function begun(text: AsyncGenerator<Buffer>, end: () => void): Promise<Readable> {
  const first = await text.next().catch((error) => {
    end();
    throw error;
  });
  return Readable.from(
    (async function* () {
      if (!first.done) yield first.value;
      yield* text;
    })(),
    { objectMode: false },
  );
}

/** The disk that the bucket lies on does not give the bytes back. */
function isReadError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EIO' && syscall === 'read';
}

function problemWith(key: string, error: unknown): Error {
  if (error instanceof KeyUnusable) return ERRORS.keyUnusable(`${key} cannot be decrypted: ${error.message}`);
  if (error instanceof EnvelopeDamaged) return ERRORS.fileDamaged(key);
  if (isReadError(error)) return ERRORS.fileUnreadable(key);
  if (!(error instanceof ObjectStoreError)) return error as Error;
  if (error.problem === 'no-object') return ERRORS.fileGone(key);
  if (error.problem === 'key') return ERRORS.keyUnusable(`${key} cannot be decrypted: ${error.message}`);
  return ERRORS.unavailable(`the object store does not give the file: ${error.message}`, 5);
}

/** record_time of the newest trace in a delivered file, of those up to an instant, epoch ms; 0: there is none. */
export async function deliveredTo(metadata: Metadata, until: number): Promise<number> {
  const { newest } = await metadata
    .selectFrom('trace_files')
    .select((all) => all.fn.max('last_time').as('newest'))
    .where('last_time', '<=', until)
    .executeTakeFirstOrThrow();
  return Number(newest ?? 0);
}
