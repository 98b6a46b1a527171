import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { eachOf } from '../each-of.ts';
import { GZIP_HEADER, gzipEnd } from '../gzip.ts';
import type { ObjectLock } from '../objects/index.ts';
import { traceFileKey } from './layout.ts';
import type { Route } from './route.ts';

const deflate = promisify(deflateRaw);
/** Other blocks may follow. */
const OPEN_END = { finishFlush: constants.Z_SYNC_FLUSH };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Lines of all files together that are compressed in one go, while as many are gathered. */
const GATHERED_BYTES = 32 * 1024 * 1024;
/** Files that are compressed at once: each takes a thread of the pool. */
const AT_ONCE = 3;
/** Lines that one file can hold before the next is begun, and that are compressed together. */
const FILE_BYTES = 128 * 1024 * 1024;
const PART_BYTES = 4 * 1024 * 1024;
/** Traces of data keys, which a tracker may leave out of the transfer (`docs/reference/trace-files.md` 2). */
const DATA_KEY = /^(?:create|encrypt|decrypt)DataKey/i;

/** The lock of a file of that time. */
export function lockFrom({ lock }: Pick<Route, 'lock'>, time: number): ObjectLock | undefined {
  return lock && { mode: lock.mode, until: time + lock.days * DAY };
}

/** A finished trace file in the spool. */
export interface SpoolFile {
  /** Name within the folder of its stretch. */
  file: string;
  bucket: string;
  key: string;
  projectId: string;
  domainId: string;
  trackerId: string;
  /** Folder of the trace source; empty: not sorted. */
  service: string;
  bytes: number;
  traces: number;
  /** record_time of its first and last trace, epoch ms. */
  from: number;
  to: number;
  sha256: string;
  md5: string;
  /** `time` of its earliest and latest trace, epoch ms. */
  earliest: number;
  latest: number;
  /** Traces by hour of record_time (its beginning, epoch ms). */
  hours: [hour: number, traces: number][];
  lock: ObjectLock | undefined;
  /** Named key that it is to be encrypted with. */
  encryptionKey: string | undefined;
  /** A digest is to cover it; of an earlier version it is not known. */
  validated?: boolean | undefined;
}

/** What is told of a trace besides its line. */
export interface Told {
  readonly serviceType: string;
  readonly recordTime: number;
  readonly time: number;
}

export interface TraceFilesOptions {
  /** Folder of the files; it is there. */
  folder: string;
  /** What the traces have in common; the names of the files follow from it. */
  identity: string;
  /** That the names of the files tell, epoch ms. */
  cycle: number;
  /** Lines that one file holds, about. */
  fileBytes?: number | undefined;
}

/** Whether a route leaves a trace out, of those that it is for. */
export const isLeftOut = (
  route: Route,
  trace: { readonly serviceType: string; member: (name: 'trace_name') => string },
): boolean =>
  route.withoutDataKeys && trace.serviceType === 'KMS' && DATA_KEY.test(trace.member('trace_name'));

/** Trace files that are being written, by tracker and service. Memory stays bounded whatever their number of traces. */
export class TraceFiles {
  private readonly options: TraceFilesOptions;
  private readonly fileBytes: number;
  private readonly open = new Map<string, Growing>();
  private readonly finished: SpoolFile[] = [];
  private gathered = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(options: TraceFilesOptions) {
    this.options = options;
    this.fileBytes = options.fileBytes ?? FILE_BYTES;
  }

  /** So much has gathered that it is to be written out. */
  get isCrowded(): boolean {
    return this.gathered > Math.min(GATHERED_BYTES, this.fileBytes);
  }

  /**
   * @param turn of the tracker's routes
   * @param line of a trace that is not left out, without a line feed
   */
  add(route: Route, turn: number, line: Buffer, told: Told): void {
    const service = route.sorted ? told.serviceType : '';
    const id = `${route.trackerId} ${turn} ${service}`;
    let growing = this.open.get(id);
    if (!growing) {
      growing = new Growing(route, turn, service, 0);
      this.open.set(id, growing);
    }
    this.gathered += growing.add(line, told);
  }

  /** Ends all files, durably. @returns them in the order of their keys */
  async finish(): Promise<SpoolFile[]> {
    await this.writing;
    await eachOf([...this.open.values()], AT_ONCE, (growing) => this.end(growing));
    return this.finished.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Nothing is written any more. */
  async settled(): Promise<void> {
    await this.writing.catch(() => undefined);
  }

  /**
   * Writes out what has gathered, and begins new files where one has become long enough. Waits only for the
   * one before: meanwhile the next gathers.
   */
  async flush(): Promise<void> {
    await this.writing;
    const jobs: (() => Promise<void>)[] = [];
    for (const [id, growing] of this.open) {
      if (growing.length < this.fileBytes) {
        const text = growing.drain();
        jobs.push(() => this.write(growing, text));
        continue;
      }
      jobs.push(() => this.end(growing));
      this.open.set(id, new Growing(growing.route, growing.turn, growing.service, growing.part + 1));
    }
    this.gathered = 0;
    this.writing = eachOf(jobs, AT_ONCE, (job) => job());
    // A failure is met at the next wait.
    this.writing.catch(() => undefined);
  }

  private async end(growing: Growing): Promise<void> {
    await this.write(growing, growing.drain(true), true);
    if (growing.traces === 0) return;
    const { route, service, hashes } = growing;
    const name = this.nameOf(growing);
    const handle = await open(path.join(this.options.folder, name), 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const shelf = { ...route, service: route.sorted ? service : undefined };
    const { identity, cycle } = this.options;
    const hex = createHash('sha256')
      .update(`${identity} ${identityOf(growing)}`)
      .digest('hex')
      .slice(0, 16);
    this.finished.push({
      file: name,
      bucket: route.bucket,
      key: traceFileKey(shelf, cycle, hex, route.compressed),
      projectId: route.projectId,
      domainId: route.domainId,
      trackerId: route.trackerId,
      service,
      bytes: growing.bytes,
      traces: growing.traces,
      from: growing.from,
      to: growing.to,
      earliest: growing.earliest,
      latest: growing.latest,
      hours: [...growing.hours],
      sha256: hashes.sha256.digest('hex'),
      md5: hashes.md5.digest('hex'),
      lock: lockFrom(route, cycle),
      encryptionKey: route.encryptionKey,
      validated: route.validated,
    });
  }

  private async write(growing: Growing, text: Buffer, last = false): Promise<void> {
    if (text.length === 0) return;
    const handle = await open(path.join(this.options.folder, this.nameOf(growing)), 'a', 0o600);
    try {
      const put = async (bytes: Uint8Array) => {
        await handle.writeFile(bytes);
        growing.wrote(bytes);
      };
      const { compressed } = growing.route;
      if (compressed && growing.bytes === 0) await put(GZIP_HEADER);
      for (let at = 0; at < text.length; at += PART_BYTES) {
        const part = text.subarray(at, at + PART_BYTES);
        growing.crc = crc32(part, growing.crc);
        growing.plain += part.length;
        await put(compressed ? ((await deflate(part, OPEN_END)) as Buffer) : part);
      }
      if (compressed && last) await put(gzipEnd(growing.crc, growing.plain));
    } finally {
      await handle.close();
    }
  }

  private nameOf(growing: Growing): string {
    return createHash('sha256').update(identityOf(growing)).digest('hex').slice(0, 32);
  }
}

/** What tells a file from the others of its stretch; the same when it is cut again. */
const identityOf = ({ route, turn, service, part }: Growing) =>
  `${route.trackerId} ${service} ${part}${turn === 0 ? '' : ` ${turn}`}`;

/** A trace file that is being written: a JSON array, one trace a line. */
class Growing {
  readonly route: Route;
  /** Of the tracker's routes within the stretch. */
  readonly turn: number;
  readonly service: string;
  readonly part: number;
  readonly hashes: { sha256: Hash; md5: Hash } = { sha256: createHash('sha256'), md5: createHash('md5') };
  private lines: Buffer[] = [];
  /** Bytes of text so far. */
  length = 0;
  /** Bytes in the file so far. */
  bytes = 0;
  /** Of the text in it: bytes, and their CRC-32. */
  plain = 0;
  crc = 0;
  traces = 0;
  from = Number.POSITIVE_INFINITY;
  to = 0;
  earliest = Number.POSITIVE_INFINITY;
  latest = 0;
  readonly hours = new Map<number, number>();

  constructor(route: Route, turn: number, service: string, part: number) {
    this.route = route;
    this.turn = turn;
    this.service = service;
    this.part = part;
  }

  /** @returns bytes that were added */
  add(line: Buffer, { recordTime, time }: Pick<Told, 'recordTime' | 'time'>): number {
    this.lines.push(this.traces === 0 ? OPENING : SEPARATOR, line);
    const added = line.length + 2;
    this.length += added;
    this.traces++;
    this.from = Math.min(this.from, recordTime);
    this.to = Math.max(this.to, recordTime);
    this.earliest = Math.min(this.earliest, time);
    this.latest = Math.max(this.latest, time);
    const hour = recordTime - (recordTime % HOUR);
    this.hours.set(hour, (this.hours.get(hour) ?? 0) + 1);
    return added;
  }

  drain(last = false): Buffer {
    if (last && this.traces > 0) this.lines.push(CLOSING);
    const text = Buffer.concat(this.lines);
    this.lines = [];
    return text;
  }

  wrote(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.hashes.sha256.update(bytes);
    this.hashes.md5.update(bytes);
  }
}

const OPENING = Buffer.from('[');
const SEPARATOR = Buffer.from(',\n');
const CLOSING = Buffer.from(']\n');
