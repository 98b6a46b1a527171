import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { replaceFile, syncDirectory } from '../durable.ts';
import { eachOf } from '../each-of.ts';
import { GZIP_HEADER, gzipEnd } from '../gzip.ts';
import {
  type AsideKeeper,
  comparePositions,
  type Frame,
  formatPosition,
  type JournalReader,
  type Position,
  sortablePosition,
} from '../journal/index.ts';
import type { ObjectLock } from '../objects/index.ts';
import { fileLine } from '../traces/index.ts';
import { traceFileKey } from './layout.ts';
import type { Route } from './route.ts';
import type { RoutePeriod } from './route-history.ts';

const deflate = promisify(deflateRaw);
/** Other blocks may follow. */
const OPEN_END = { finishFlush: constants.Z_SYNC_FLUSH };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Read from the journal at a time. */
const READ_BYTES = 8 * 1024 * 1024;
/** Lines of all files together that are compressed in one go, while as many are gathered. */
const GATHERED_BYTES = 32 * 1024 * 1024;
/** Files that are compressed at once: each takes a thread of the pool. */
const AT_ONCE = 3;
/** Lines that one file can hold before the next is begun, and that are compressed together. */
const FILE_BYTES = 128 * 1024 * 1024;
const PART_BYTES = 4 * 1024 * 1024;
export const MANIFEST = 'manifest.json';
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
}

export interface Manifest {
  /** End of the cycle, epoch ms. */
  cycle: number;
  files: SpoolFile[];
  /** Where the traces stood that were taken up again. */
  replayed: Position[];
}

export interface Stretch {
  from: Position;
  to: Position;
}

/** The folder of a stretch of the journal in the spool; in the order of the stretches. */
export const stretchName = ({ from, to }: Stretch) => `${sortablePosition(from)}-${sortablePosition(to)}`;

/** What a cutter is to do; plain data, since it may do it in another thread. */
export interface CutterJob {
  journalId: string;
  stretch: Stretch;
  /** Each tracker's in their order. */
  routes: readonly RoutePeriod[];
  /** End of the cycle, epoch ms. */
  cycle: number;
  /** Folder of the unfinished files; made anew. */
  folder: string;
  /** Name of the folder when it is whole. */
  final: string;
  /** Lines that one file holds, about. */
  fileBytes?: number;
}

/** Cuts a stretch of the journal into trace files. Memory stays bounded whatever its length. */
export class Cutter {
  private readonly journal: JournalReader;
  private readonly aside: AsideKeeper;
  private readonly job: CutterJob;
  private readonly replayed: Position[] = [];
  private readonly fileBytes: number;
  private readonly routes = new Map<string, RoutePeriod[]>();
  private readonly open = new Map<string, Growing>();
  private readonly finished: SpoolFile[] = [];
  private gathered = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(journal: JournalReader, aside: AsideKeeper, job: CutterJob) {
    this.journal = journal;
    this.aside = aside;
    this.job = job;
    this.fileBytes = job.fileBytes ?? FILE_BYTES;
    for (const period of job.routes) {
      const id = `${period.projectId} ${period.tracker}`;
      const periods = this.routes.get(id);
      if (periods) periods.push(period);
      else this.routes.set(id, [period]);
    }
  }

  /**
   * Writes the files and their manifest, all of them durable, and gives the folder its final name; where there
   * are no files, there is no folder. Nothing of it is under way any more when it rejects.
   */
  async cut(): Promise<Manifest> {
    try {
      return await this.cutAll();
    } finally {
      await this.writing.catch(() => undefined);
    }
  }

  private async cutAll(): Promise<Manifest> {
    const { folder, final, stretch, cycle } = this.job;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let at = stretch.from; comparePositions(at, stretch.to) < 0; ) {
      const { frames, next } = await this.journal.read(at, READ_BYTES, stretch.to);
      if (comparePositions(next, at) === 0)
        throw new Error(`the journal ends at ${formatPosition(at)}, before the stretch does`);
      for (const frame of frames) {
        this.takeIfPossible(frame);
        if (this.gathered > Math.min(GATHERED_BYTES, this.fileBytes)) await this.flush();
      }
      await this.aside.keep(frames);
      at = next;
    }
    await this.writing;
    await eachOf([...this.open.values()], AT_ONCE, (growing) => this.finish(growing));
    const files = this.finished.sort((a, b) => (a.key < b.key ? -1 : 1));
    const manifest: Manifest = { cycle, files, replayed: this.replayed };
    if (files.length === 0) return manifest;
    await replaceFile(path.join(folder, MANIFEST), JSON.stringify(manifest));
    await rename(folder, final);
    await syncDirectory(path.dirname(final));
    return manifest;
  }

  /** What cannot be brought into a file costs only itself. */
  private takeIfPossible(frame: Frame): void {
    try {
      this.take(frame);
      if (frame.replay) this.replayed.push(frame.replay.of);
    } catch (error) {
      this.aside.note(frame, error);
    }
  }

  private take(frame: Frame): void {
    const periods = this.routes.get(`${frame.projectId} ${frame.trackerName}`);
    if (!periods) return;
    const turn = periods.findIndex(({ until }) => !until || comparePositions(frame.position, until) < 0);
    const route = periods[turn]?.route;
    if (!route) return;
    const service = route.sorted || route.withoutDataKeys ? frame.serviceType : '';
    if (route.withoutDataKeys && service === 'KMS' && isDataKey(frame)) return;
    const id = `${route.trackerId} ${turn} ${route.sorted ? service : ''}`;
    const line = lineOf(frame);
    let growing = this.open.get(id);
    if (!growing) {
      growing = new Growing(route, turn, route.sorted ? service : '', 0);
      this.open.set(id, growing);
    }
    this.gathered += growing.add(line, frame);
  }

  /**
   * Writes out what has gathered, and begins new files where one has become long enough. Waits only for the
   * one before: meanwhile the next gathers.
   */
  private async flush(): Promise<void> {
    await this.writing;
    const jobs: (() => Promise<void>)[] = [];
    for (const [id, growing] of this.open) {
      if (growing.length < this.fileBytes) {
        const text = growing.drain();
        jobs.push(() => this.write(growing, text));
        continue;
      }
      jobs.push(() => this.finish(growing));
      this.open.set(id, new Growing(growing.route, growing.turn, growing.service, growing.part + 1));
    }
    this.gathered = 0;
    this.writing = eachOf(jobs, AT_ONCE, (job) => job());
    // A failure is met at the next wait.
    this.writing.catch(() => undefined);
  }

  private async finish(growing: Growing): Promise<void> {
    await this.write(growing, growing.drain(true), true);
    if (growing.traces === 0) return;
    const { route, service, hashes } = growing;
    const name = this.nameOf(growing);
    const handle = await open(path.join(this.job.folder, name), 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const shelf = { ...route, service: route.sorted ? service : undefined };
    const { journalId, stretch, cycle } = this.job;
    const identity = `${journalId} ${stretchName(stretch)} ${identityOf(growing)}`;
    const hex = createHash('sha256').update(identity).digest('hex').slice(0, 16);
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
    });
  }

  private async write(growing: Growing, text: Buffer, last = false): Promise<void> {
    if (text.length === 0) return;
    const handle = await open(path.join(this.job.folder, this.nameOf(growing)), 'a', 0o600);
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
  add(line: Buffer, { recordTime, time }: Pick<Frame, 'recordTime' | 'time'>): number {
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
const OPENING_BRACE = 0x7b;

/** The trace without its line feed, members that the schema does not know in their places. */
function lineOf(frame: Frame): Buffer {
  if (!frame.extra) {
    const line = Buffer.allocUnsafe(frame.lineLength);
    frame.copyLine(line, 0);
    if (line[0] !== OPENING_BRACE) throw new SyntaxError('the line is no JSON object');
    return line.subarray(0, -1);
  }
  return Buffer.from(fileLine(frame.line()));
}

function isDataKey(frame: Frame): boolean {
  return DATA_KEY.test(frame.member('trace_name'));
}
