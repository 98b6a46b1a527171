import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile, syncDirectory } from '../durable.ts';
import type { StoredLine } from '../traces/index.ts';
import { MANIFEST, type Manifest } from './cutter.ts';
import type { ListedJob } from './listed-jobs.ts';
import type { Route } from './route.ts';
import { LISTED, manifestIn, READY } from './spool.ts';
import { isLeftOut, TraceFiles } from './trace-files.ts';

const IDS = 'ids';
const SLICE = 'slice';

/** What a job has in the spool besides what is on its way: the ids that go with the transfer, and its next folder. */
export const jobFolder = (spool: string, { id }: Pick<ListedJob, 'id'>) => path.join(spool, LISTED, id);
export const idsFolder = (spool: string, job: Pick<ListedJob, 'id'>) => path.join(jobFolder(spool, job), IDS);

const sliceFolder = (spool: string, job: ListedJob) => path.join(jobFolder(spool, job), SLICE);
/** Behind the stretches of the journal in the order of their names, so that the transfer goes first. */
const readyFolder = (spool: string, { id, slices }: ListedJob) =>
  path.join(spool, READY, `listed-${id}-${String(slices).padStart(8, '0')}`);

/** Some traces of the list as trace files, like those of a stretch of the journal. */
export class ListedSlice {
  private readonly folder: string;
  private readonly route: Route;
  private readonly files: TraceFiles;
  private readonly cycle: number;
  traces = 0;

  private constructor(spool: string, job: ListedJob, route: Route) {
    this.folder = sliceFolder(spool, job);
    this.route = route;
    this.cycle = Math.floor(job.created_at / 1000) * 1000;
    const identity = `listed ${job.id} ${job.slices}`;
    this.files = new TraceFiles({ folder: this.folder, identity, cycle: this.cycle });
  }

  /** Nothing is left of what was begun in its place. */
  static async begin(spool: string, job: ListedJob, route: Route): Promise<ListedSlice> {
    const slice = new ListedSlice(spool, job, route);
    await rm(slice.folder, { recursive: true, force: true });
    await mkdir(slice.folder, { mode: 0o700 });
    return slice;
  }

  async add(traces: readonly StoredLine[]): Promise<void> {
    for (const trace of traces) {
      if (isLeftOut(this.route, { ...trace, member: () => trace.traceName })) continue;
      this.files.add(this.route, 0, Buffer.from(trace.line), trace);
      this.traces++;
      if (this.files.isCrowded) await this.files.flush();
    }
  }

  /** Durable, with its manifest, unless it is empty. */
  async finish(): Promise<void> {
    const files = await this.files.finish();
    const manifest: Manifest = { cycle: this.cycle, files, replayed: [] };
    if (files.length > 0) await replaceFile(path.join(this.folder, MANIFEST), JSON.stringify(manifest));
  }

  /** Nothing of it is left, if that is possible. */
  async discard(): Promise<void> {
    await this.files.settled();
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Brings the announced folder of a job into the spool; where it is not, it has been there. */
export async function moveAnnounced(spool: string, job: ListedJob): Promise<void> {
  const folder = sliceFolder(spool, job);
  const ready = readyFolder(spool, job);
  if (await manifestIn(folder)) await rename(folder, ready);
  await syncDirectory(path.dirname(ready));
  await syncDirectory(path.dirname(folder));
}
