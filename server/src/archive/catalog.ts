import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { sql } from 'kysely';
import { ERRORS } from '../errors.ts';
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
  /** Whether a digest file covers it. */
  covered: boolean;
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

  constructor(metadata: Metadata, objects: ObjectStore) {
    this.metadata = metadata;
    this.objects = objects;
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
      covered: row.last_end !== null && row.delivered_at < row.last_end,
    }));
  }

  /** The bytes of a file of the project. @throws CtsError 404, 503 */
  async open(projectId: string, bucket: string, key: string) {
    const known = await this.metadata
      .selectFrom('trace_files')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('bucket', '=', bucket)
      .where('key', '=', key)
      .executeTakeFirst();
    if (!known) throw ERRORS.noSuchFile(key);
    try {
      return await this.objects.get(bucket, key);
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      if (error.problem === 'no-object') throw ERRORS.fileGone(key);
      throw ERRORS.unavailable(`the object store does not give the file: ${error.message}`, 5);
    }
  }

  /** The traces of a file, in the form of query answers. @throws CtsError 404, 503, 500 when it is damaged */
  async traces(projectId: string, bucket: string, key: string): Promise<{ traces: Trace[]; bytes: number }> {
    const { body } = await this.open(projectId, bucket, key);
    const bytes = await buffer(body);
    try {
      const text = key.endsWith('.gz') ? await expand(bytes, { maxOutputLength: MOST_TEXT }) : bytes;
      const lines = JSON.parse(text.toString('utf8')) as Record<string, unknown>[];
      return { traces: lines.map(traceOfFile), bytes: bytes.length };
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
