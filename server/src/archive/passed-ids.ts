import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';
import type { Frame } from '../journal/index.ts';
import type { Route } from './route.ts';

/** Of one trace: its id and its time. */
const RECORD = 24;
const ID_BYTES = 16;
/** Traces of one file of ids. */
const MOST_IDS = 100_000;
const UNFINISHED = '.tmp';

/** Whose traces are noted when they pass into trace files: those of a tracker, on their way to one bucket. */
export interface Watch {
  trackerId: string;
  bucket: string;
  /** Of the files of ids; it is there. */
  folder: string;
  /** Recorded until then, epoch ms. */
  upTo: number;
}

const isOf = ({ trackerId, bucket, upTo }: Watch, route: Route, frame: Frame) =>
  route.trackerId === trackerId && route.bucket === bucket && frame.recordTime <= upTo;

/** Notes which traces pass, in files. What is noted twice, or passes only later, does no harm. */
export class PassingIds {
  private readonly watch: Watch;
  private readonly name: string;
  private readonly records = Buffer.allocUnsafe(MOST_IDS * RECORD);
  private used = 0;
  private files = 0;

  /** @param name of the stretch of the journal: what is noted of it again replaces what was */
  constructor(watch: Watch, name: string) {
    this.watch = watch;
    this.name = name;
  }

  get isFull(): boolean {
    return this.used === this.records.length;
  }

  /** Only while it is not full. */
  note(route: Route, frame: Frame): void {
    if (!isOf(this.watch, route, frame)) return;
    this.records.write(frame.traceId.replaceAll('-', ''), this.used, ID_BYTES, 'hex');
    this.records.writeDoubleLE(frame.time, this.used + ID_BYTES);
    this.used += RECORD;
  }

  /** What was noted is durable when it resolves. */
  async write(): Promise<void> {
    if (this.used === 0) return;
    const file = path.join(this.watch.folder, `${this.name}.${this.files++}`);
    await replaceFile(file, this.records.subarray(0, this.used));
    this.used = 0;
  }
}

/** The ids that are noted in a folder. */
export class PassedIds {
  private readonly folder: string;
  /** First and last time of the traces of a file. */
  private readonly spans = new Map<string, { from: number; to: number }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Ids, as hexadecimal digits, of traces of a time in [from, to]. @throws Error when the folder is gone */
  async within(from: number, to: number): Promise<Set<string>> {
    const found = new Set<string>();
    for (const name of await readdir(this.folder)) {
      const span = this.spans.get(name);
      if (name.endsWith(UNFINISHED) || (span && (span.from > to || span.to < from))) continue;
      const records = await readFile(path.join(this.folder, name));
      const times = { from: Number.POSITIVE_INFINITY, to: 0 };
      for (let at = 0; at < records.length; at += RECORD) {
        const time = records.readDoubleLE(at + ID_BYTES);
        times.from = Math.min(times.from, time);
        times.to = Math.max(times.to, time);
        if (time >= from && time <= to) found.add(records.toString('hex', at, at + ID_BYTES));
      }
      this.spans.set(name, times);
    }
    return found;
  }
}
