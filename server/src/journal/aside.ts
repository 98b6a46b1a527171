import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile, syncDirectory } from '../durable.ts';
import { FOLLOWERS, type FollowerName } from './followers.ts';
import type { Frame, Routing } from './frame.ts';
import { formatPosition, type Position, sortablePosition } from './segment.ts';

/** What of the exception is kept. */
const MOST_REASON = 1_000;

/** A trace that a follower could not process: one line of a file in `quarantine/` of the journal. */
export interface SetAside {
  follower: FollowerName;
  position: Position;
  reason: string;
  /** Since when, epoch ms. */
  since: number;
  routing: Routing;
  /** As it stands in the journal, with its line feed. */
  line: string;
}

/** Traces that came to the quarantine, or left it. */
export interface AsideChange {
  follower: FollowerName;
  added: readonly Whose[];
  removed: readonly Whose[];
}
/** What is counted of a trace. */
export type Whose = Pick<Routing, 'projectId' | 'recordTime'>;

type Change = (record: SetAside) => SetAside | undefined;

/**
 * One follower's hand on the quarantine. What cannot be processed is noted while a stretch of the journal takes
 * effect, and is on disk before the follower goes on; a stretch that is repeated sets the same aside again, in
 * the same file. A replay is processed while its trace is set aside, so that no replay counts twice.
 */
export class AsideKeeper {
  readonly follower: FollowerName;
  private readonly directory: string;
  private readonly clock: () => number;
  private readonly onChange: (change: AsideChange) => void;
  /** Reasons by place. */
  private readonly noted = new Map<string, string>();
  /** Replays under way: what they repeat, and where they stand. */
  private readonly replays = new Map<string, string>();
  /** Files whose last write failed, with what was told of them: nobody knows what stands in them now. */
  private readonly doubted = new Map<string, readonly SetAside[]>();

  /** @param directory of the journal */
  constructor(
    directory: string,
    follower: FollowerName,
    onChange: (change: AsideChange) => void,
    clock: () => number = Date.now,
  ) {
    this.directory = directory;
    this.follower = follower;
    this.clock = clock;
    this.onChange = onChange;
  }

  /** Leaves out the replays that are another follower's, or done. */
  async due(frames: Frame[]): Promise<Frame[]> {
    if (!frames.some(({ isReplay }) => isReplay)) return frames;
    const there = new Set<string>();
    for await (const { records } of asideFiles(this.directory, this.follower)) {
      for (const { position } of records) there.add(formatPosition(position));
    }
    return frames.filter(({ replay, position }) => {
      if (!replay) return true;
      const of = formatPosition(replay.of);
      const place = formatPosition(position);
      const due =
        replay.follower === this.follower && there.has(of) && (this.replays.get(of) ?? place) === place;
      if (due) this.replays.set(of, place);
      return due;
    });
  }

  /** It cannot be processed; that is on disk after `keep`. */
  note(frame: Frame, error: unknown): void {
    const { name, message } = error as Error;
    const reason = `${name}: ${message}`.slice(0, MOST_REASON);
    this.noted.set(formatPosition(frame.position), reason);
  }

  isNoted(frame: Frame): boolean {
    return this.noted.size > 0 && this.noted.has(formatPosition(frame.position));
  }

  /** Sets aside what was noted of some frames; durable when it resolves. Before the follower goes on. */
  async keep(frames: readonly Frame[]): Promise<void> {
    await this.settle();
    if (this.noted.size === 0) return;
    const { follower } = this;
    const since = this.clock();
    const fresh: SetAside[] = [];
    const again = new Map<string, Change>();
    for (const frame of frames) {
      const { replay, position, routing } = frame;
      const place = formatPosition(position);
      const reason = this.noted.get(place);
      if (reason === undefined) continue;
      this.noted.delete(place);
      if (replay) again.set(formatPosition(replay.of), (record) => ({ ...record, reason, since }));
      else fresh.push({ follower, position, reason, since, routing, line: frame.line() });
    }
    await this.change(again);
    const [first] = fresh;
    if (!first) return;
    const file = fileOf(this.directory, first);
    const { records } = await readAside(file);
    await this.replace(file, records, { records: fresh, others: [] });
  }

  /** Replays among frames that took effect are taken out of the quarantine. */
  async done(frames: readonly Frame[]): Promise<void> {
    await this.settle();
    if (this.replays.size === 0) return;
    const replayed = frames.flatMap((frame) => (frame.replay ? [frame.replay.of] : []));
    await this.remove(replayed.filter((place) => this.replays.has(formatPosition(place))));
  }

  /** Takes what stood at some places out of the quarantine; what is not there is no error. */
  async remove(places: readonly Position[]): Promise<void> {
    await this.change(new Map(places.map((place) => [formatPosition(place), () => undefined])));
  }

  private async change(changes: ReadonlyMap<string, Change>): Promise<void> {
    if (changes.size === 0) return;
    for await (const { file, records, others } of asideFiles(this.directory, this.follower)) {
      const changeOf = ({ position }: SetAside) => changes.get(formatPosition(position));
      if (!records.some(changeOf)) continue;
      const left = records.flatMap((record) => {
        const change = changeOf(record);
        return (change ? change(record) : record) ?? [];
      });
      await this.replace(file, records, { records: left, others });
    }
    for (const place of changes.keys()) this.replays.delete(place);
  }

  /** Durable and told when it resolves. @param before what stands there */
  private async replace(file: string, before: readonly SetAside[], now: AsideFile): Promise<void> {
    const told = this.doubted.get(file) ?? before;
    this.doubted.set(file, told);
    await write(file, [...now.others, ...now.records.map(textOf)]);
    this.doubted.delete(file);
    const added = without(now.records, told);
    const removed = without(told, now.records);
    if (added.length + removed.length > 0) this.tell(added, removed);
  }

  /** Writes anew what could not be written, whatever has come of it. */
  private async settle(): Promise<void> {
    for (const file of [...this.doubted.keys()]) {
      const there = await readAside(file);
      await this.replace(file, there.records, there);
    }
  }

  private tell(added: readonly SetAside[], removed: readonly SetAside[]): void {
    const whose = (records: readonly SetAside[]) =>
      records.map(({ routing: { projectId, recordTime } }) => ({ projectId, recordTime }));
    this.onChange({ follower: this.follower, added: whose(added), removed: whose(removed) });
  }
}

/** A file of the quarantine. */
interface AsideFile {
  records: SetAside[];
  /** Lines that cannot be read; they stay. */
  others: string[];
}

/** The files of the quarantine, in the order of the journal by follower. */
export async function* asideFiles(
  directory: string,
  follower?: FollowerName,
): AsyncGenerator<AsideFile & { file: string }> {
  const folder = path.join(directory, 'quarantine');
  for (const name of (await namesIn(folder)).sort()) {
    if (!name.endsWith('.ndjson') || (follower && !name.startsWith(`${follower}-`))) continue;
    const file = path.join(folder, name);
    yield { file, ...(await readAside(file)) };
  }
}

/** A folder that is not there is empty; one that cannot be read is not. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
}

/** A file that is not there is empty. */
async function readAside(file: string): Promise<AsideFile> {
  const found: AsideFile = { records: [], others: [] };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    // Whoever is to mend it must know which it is.
    error.message = `${file}: ${error.message}`;
    throw error;
  });
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = recordOf(line);
    if (record) found.records.push(record);
    else found.others.push(line);
  }
  return found;
}

/** Undefined: it is none that could be replayed. */
function recordOf(line: string): SetAside | undefined {
  try {
    const record = JSON.parse(line) as SetAside;
    const { position, routing, reason, since } = record;
    const texts = [
      record.line,
      reason,
      routing.traceId,
      routing.projectId,
      routing.trackerName,
      routing.serviceType,
    ];
    const numbers = [position.segment, position.offset, since, routing.recordTime];
    const isWhole =
      FOLLOWERS.includes(record.follower) &&
      texts.every((text) => typeof text === 'string') &&
      numbers.every(Number.isSafeInteger);
    return isWhole ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Those of some records that stand elsewhere than others. */
function without(records: readonly SetAside[], others: readonly SetAside[]): SetAside[] {
  const places = new Set(others.map(({ position }) => formatPosition(position)));
  return records.filter(({ position }) => !places.has(formatPosition(position)));
}

const textOf = (record: SetAside) => JSON.stringify(record);

async function write(file: string, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) return replaceFile(file, `${lines.join('\n')}\n`);
  await rm(file, { force: true });
  await syncDirectory(path.dirname(file));
}

/** Of what is set aside at once; named by the first. */
function fileOf(directory: string, { follower, position }: SetAside): string {
  return path.join(directory, 'quarantine', `${follower}-${sortablePosition(position)}.ndjson`);
}
