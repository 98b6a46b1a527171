import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile, syncDirectory } from '../durable.ts';
import {
  type AsideKeeper,
  comparePositions,
  type Frame,
  formatPosition,
  type JournalReader,
  type Position,
  sortablePosition,
} from '../journal/index.ts';
import { fileLine } from '../traces/index.ts';
import { PassingIds, type Watch } from './passed-ids.ts';
import type { RoutePeriod } from './route-history.ts';
import { RoutesInTurn } from './routes-in-turn.ts';
import { isLeftOut, type SpoolFile, TraceFiles } from './trace-files.ts';

/** Read from the journal at a time. */
const READ_BYTES = 8 * 1024 * 1024;
export const MANIFEST = 'manifest.json';

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
  /** Traces whose passing is noted before they are in a file. */
  watched?: readonly Watch[];
  /** Lines that one file holds, about. */
  fileBytes?: number;
}

/** Cuts a stretch of the journal into trace files. Memory stays bounded whatever its length. */
export class Cutter {
  private readonly journal: JournalReader;
  private readonly aside: AsideKeeper;
  private readonly job: CutterJob;
  private readonly replayed: Position[] = [];
  private readonly files: TraceFiles;
  private readonly routes: RoutesInTurn;
  private readonly passing: readonly PassingIds[];

  constructor(journal: JournalReader, aside: AsideKeeper, job: CutterJob) {
    this.journal = journal;
    this.aside = aside;
    this.job = job;
    this.files = new TraceFiles({
      folder: job.folder,
      identity: `${job.journalId} ${stretchName(job.stretch)}`,
      cycle: job.cycle,
      fileBytes: job.fileBytes,
    });
    this.routes = new RoutesInTurn(job.routes);
    this.passing = (job.watched ?? []).map((watch) => new PassingIds(watch, stretchName(job.stretch)));
  }

  /**
   * Writes the files and their manifest, all of them durable, and gives the folder its final name; where there
   * are no files, there is no folder. Nothing of it is under way any more when it rejects.
   */
  async cut(): Promise<Manifest> {
    try {
      return await this.cutAll();
    } finally {
      await this.files.settled();
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
        for (const passing of this.passing) if (passing.isFull) await passing.write();
        this.takeIfPossible(frame);
        if (this.files.isCrowded) await this.files.flush();
      }
      await this.aside.keep(frames);
      at = next;
    }
    const files = await this.files.finish();
    for (const passing of this.passing) await passing.write();
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
    const way = this.routes.find(frame);
    if (!way) return;
    const { route, turn } = way;
    if (isLeftOut(route, frame)) return;
    for (const passing of this.passing) passing.note(route, frame);
    this.files.add(route, turn, lineOf(frame), frame);
  }
}

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
