import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { sql } from 'kysely';
import { ERRORS } from '../errors.ts';
import { EnvelopeDamaged, type Keyring, KeyUnusable, type KeyUser, unseal } from '../kms/index.ts';
import type { Metadata } from '../metadata/index.ts';
import { type ObjectStore, ObjectStoreError } from '../objects/index.ts';
import { type Trace, traceOfFile } from '../traces/index.ts';

const expand = promisify(gunzip);
/** A file whose text is longer is to be downloaded. */
const MOST_TEXT = 512 * 1024 * 1024;

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

/** Who reads a file. */
export interface FileReader extends KeyUser {
  /** May have files decrypted. */
  mayDecrypt: boolean;
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

  /** Folders right below a prefix. */
  async folders(projectId: string, prefix: string): Promise<ArchivedFolder[]> {
    const rest = sql<string>`substr(key, ${prefix.length + 1})`;
    const slash = sql<number>`instr(${rest}, '/')`;
    const rows = await this.below(projectId, prefix)
      .where(slash, '>', 0)
      .select([
        sql<string>`substr(${rest}, 1, ${slash})`.as('name'),
        sql<number>`count(*)`.as('files'),
        sql<number>`sum(bytes)`.as('bytes'),
        sql<number>`sum(traces)`.as('traces'),
      ])
      .groupBy('name')
      .execute();
    const inOrder = new Intl.Collator('en', { numeric: true });
    return rows
      .map((row) => ({ name: row.name, files: row.files, bytes: row.bytes, traces: row.traces }))
      .sort((a, b) => inOrder.compare(a.name, b.name));
  }

  /** Files right below a prefix in the order of their keys. @param after key of the last one before */
  async files(projectId: string, prefix: string, after: string, limit: number): Promise<ArchivedFile[]> {
    const rows = await this.below(projectId, prefix)
      .leftJoin('digest_chains', (join) =>
        join
          .onRef('digest_chains.tracker_id', '=', 'trace_files.tracker_id')
          .onRef('digest_chains.service', '=', 'trace_files.service'),
      )
      .where(sql<number>`instr(substr(key, ${prefix.length + 1}), '/')`, '=', 0)
      .where('key', '>', after)
      .selectAll('trace_files')
      .select('last_end')
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
      covered: row.last_end !== null && row.delivered_at < row.last_end,
    }));
  }

  /**
   * The bytes of a file of the project, decrypted; `bytes` as it lies in the bucket.
   * @throws CtsError 404 when it is not there, 403 and 400 when it cannot be decrypted for the reader, 500 when
   *   it was changed, 503. Of a change after its first part the stream breaks off.
   */
  async open(
    projectId: string,
    bucket: string,
    key: string,
    reader: FileReader,
  ): Promise<{ body: Readable; bytes: number; encrypted: boolean }> {
    const known = await this.metadata
      .selectFrom('trace_files')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('bucket', '=', bucket)
      .where('key', '=', key)
      .executeTakeFirst();
    if (!known) throw ERRORS.noSuchFile(key);
    const encrypted = known.encryption_key !== null;
    if (encrypted && !reader.mayDecrypt) throw ERRORS.keyNotPermitted();
    try {
      const { head, body } = await this.objects.get(bucket, key);
      if (!encrypted || this.objects.encryptsByItself) return { body, bytes: head.size, encrypted };
      const text = unseal(body, ({ keyId, sealed }) =>
        this.keyring.openDataKey(projectId, keyId, sealed, reader),
      );
      return { body: await begun(text, () => body.destroy()), bytes: head.size, encrypted };
    } catch (error) {
      throw problemWith(key, error);
    }
  }

  /** The traces of a file, in the form of query answers. @throws CtsError as {@link open} does */
  async traces(
    projectId: string,
    bucket: string,
    key: string,
    reader: FileReader,
  ): Promise<{ traces: Trace[]; bytes: number }> {
    const { body, bytes } = await this.open(projectId, bucket, key, reader);
    try {
      const stored = await buffer(body);
      const text = key.endsWith('.gz') ? await expand(stored, { maxOutputLength: MOST_TEXT }) : stored;
      const lines = JSON.parse(text.toString('utf8')) as Record<string, unknown>[];
      return { traces: lines.map(traceOfFile), bytes };
    } catch {
      throw ERRORS.fileDamaged(key);
    }
  }

  private below(projectId: string, prefix: string) {
    // A range instead of LIKE: it needs no escaping, and uses the index.
    return this.metadata
      .selectFrom('trace_files')
      .where('project_id', '=', projectId)
      .where('key', '>=', prefix)
      .where('key', '<', `${prefix}\u{10ffff}`);
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

function problemWith(key: string, error: unknown): Error {
  if (error instanceof KeyUnusable) return ERRORS.keyUnusable(`${key} cannot be decrypted: ${error.message}`);
  if (error instanceof EnvelopeDamaged) return ERRORS.fileDamaged(key);
  if (!(error instanceof ObjectStoreError)) return error as Error;
  if (error.problem === 'no-object') return ERRORS.fileGone(key);
  if (error.problem === 'key') return ERRORS.keyUnusable(`${key} cannot be decrypted: ${error.message}`);
  return ERRORS.unavailable(`the object store does not give the file: ${error.message}`, 5);
}
