import { setImmediate as turn } from 'node:timers/promises';
import type { Query } from '@opencts/client/query';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import type { Bounds } from '../clock/index.ts';
import {
  type AsideKeeper,
  type Bookmark,
  comparePositions,
  type Follower,
  Following,
  type Frame,
  type JournalReader,
  type Position,
  type Stretch,
} from '../journal/index.ts';
import type { Database, Stored } from '../metadata/index.ts';
import { parseUrn } from '../smn/index.ts';
import { fileLine } from '../traces/index.ts';
import { type Arrear, Arrears } from './arrears.ts';
import { type Begun, readBegun } from './begun.ts';
import { SHARE_ROWS, SHARE_STEPS } from './limits.ts';
import { Matcher, type Rule } from './matcher.ts';
import {
  type Found,
  type Bookmark as QueueBookmark,
  Queueing,
  type QueueingOptions,
  type Subscribers,
} from './queueing.ts';
import { readQuery, readSettings } from './stored.ts';
import { Suspicion } from './suspicion.ts';

export const NOTIFIER = 'notifier';
const READ_BYTES = 4 * 1024 * 1024;
/** While many messages are found: nobody else can write metadata while they are written. */
const BUSY_READ_BYTES = 1024 * 1024;
const BUSY_MESSAGES = 500;
/** Under load one read follows another not sooner, so that each is worth its files and its transaction. */
const READ_EVERY_MS = 40;
/** Without anything found the position is noted at least so often. */
const NOTE_EVERY_MS = 5_000;

/** What was read for projects that are not passed over. */
interface Read extends Stretch {
  from: Position;
  frames: Frame[];
  matcher: Matcher;
  begun: Begun | undefined;
  /** Projects that are passed over. */
  apart: Set<string>;
}

/** What was read for a project that is in arrears. */
interface ReadApart extends Stretch {
  from: Position;
  matcher: Matcher;
  arrear: Arrear;
}

export interface NotifierOptions extends QueueingOptions {
  journal: JournalReader;
  journalId: string;
  follower: Follower;
  /** Keeps traces that cannot be looked at, or told. */
  aside: AsideKeeper;
  /** Traces that were recorded so long after they happened are not told. */
  lateMs?: number;
  time: Bounds;
  log: Logger;
  /** SHARE_ROWS if it does not say other. */
  shareRows?: number;
  /** SHARE_STEPS if it does not say other. */
  shareSteps?: number;
  /** Everything before it was looked at. */
  onPassed: (position: Position, matched: number) => void;
}

/**
 * The journal's third follower: finds the traces that notifications want, and puts a message for each into
 * the queues of the topic's subscribers. What a read finds is written in parts, each in one transaction with
 * how far it goes, and a message's id follows from notification and trace, so that a crash neither loses nor
 * doubles one. A project that wants very many is passed over, and its messages are written by a second loop
 * beside, so that the others do not wait for them.
 */
export class Notifier {
  private readonly options: NotifierOptions;
  private matcher: Promise<Matcher>;
  private stale = true;
  /** Of the notifications, by their texts; to read them anew at every change would take long. */
  private queries = new Map<string, Stored<Query | undefined>>();
  private position: Position = { segment: 0, offset: 0 };
  private noted: Position = { segment: 0, offset: 0 };
  private notedAt = 0;
  private readAt = 0;
  private readBytes = READ_BYTES;
  private begun: Begun | undefined;
  private readonly following: Following<Read>;
  private readonly queueing: Queueing;
  private readonly suspicion = new Suspicion();
  /** The second loop. */
  private readonly followingApart: Following<ReadApart>;
  private readonly queueingApart: Queueing;
  private readonly suspicions = new Map<string, Suspicion>();
  private readonly arrears: Arrears;

  constructor(options: NotifierOptions) {
    this.options = options;
    this.matcher = Promise.resolve(new Matcher([], options.time));
    const { log, aside } = options;
    this.arrears = new Arrears(options.metadata, options.journalId);
    this.following = new Following({
      bookmark: this.bookmark(),
      aside,
      log,
      complaint: 'key events could not be looked for; it is tried again',
      end: () => options.journal.durableEnd,
      read: (from) => this.next(from),
      effect: (read) => this.tell(read),
    });
    this.followingApart = new Following({
      bookmark: NO_BOOKMARK,
      aside,
      log,
      complaint: 'key events of a project wait; it is tried again',
      end: () => NO_BOOKMARK.position,
      read: () => this.nextApart(),
      effect: (read) => this.tellApart(read),
    });
    this.queueing = new Queueing(options, this.following.signal);
    this.queueingApart = new Queueing(options, this.followingApart.signal);
  }

  /** How far it is goes into the metadata store, together with the messages. */
  private bookmark(): Bookmark {
    const position = () => this.position;
    return {
      get position() {
        return position();
      },
      until: null,
      begin: async () => undefined,
      passed: async () => undefined,
      settle: () => this.note(this.following.signal.aborted),
    };
  }

  /** Finds where it was, and goes on. */
  async start(): Promise<void> {
    const { follower, journal, journalId, metadata } = this.options;
    const row = await metadata
      .selectFrom('notifier_positions')
      .selectAll()
      .where('journal_id', '=', journalId)
      .executeTakeFirst();
    const kept = follower.position;
    const stored = row && { segment: row.segment, offset: row.offset };
    // The later of the two: what is noted with messages may be ahead of the file, and the other way round.
    this.position = stored && comparePositions(stored, kept) > 0 ? stored : kept;
    if (comparePositions(this.position, journal.durableEnd) > 0) this.position = journal.durableEnd;
    if (stored && comparePositions(stored, this.position) === 0) this.begun = readBegun(row.begun).begun;
    this.noted = this.position;
    await this.arrears.load(await journal.begin());
    this.following.start();
    this.followingApart.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.following.stop(), this.followingApart.stop()]);
  }

  /** Notifications or topics have changed: from here on the new ones hold. */
  refresh(): void {
    this.stale = true;
  }

  private async next(from: Position): Promise<Read | undefined> {
    const { journal } = this.options;
    await journal.beyond(from, this.following.signal);
    await this.gather();
    if (this.following.signal.aborted) return undefined;
    const matcher = await this.current();
    const { begun } = this;
    if (matcher.isEmpty)
      return { from, to: journal.durableEnd, frames: [], matcher, begun: undefined, apart: new Set() };
    const { frames, next } = await (begun
      ? this.readTo(from, begun.until)
      : this.suspicion.read(from, this.readBytes, (bytes) => journal.read(from, bytes)));
    const passedOver = begun ? new Set(begun.apart) : this.arrears.projects;
    const apart = new Set<string>();
    const own = without(frames, passedOver, (projectId) => apart.add(projectId));
    return { from, to: next, frames: own, matcher, begun, apart };
  }

  /** Waits a little for more, unless the last read is long ago or there is plenty. */
  private async gather(): Promise<void> {
    const { segment, offset } = this.options.journal.durableEnd;
    const plenty = segment !== this.position.segment || offset - this.position.offset >= this.readBytes;
    const wait = this.readAt + READ_EVERY_MS - performance.now();
    if (!plenty && wait > 0) await this.following.pause(wait);
    this.readAt = performance.now();
  }

  /** What was passed over, project by project in turns. */
  private async nextApart(): Promise<ReadApart | undefined> {
    const { signal } = this.followingApart;
    await this.arrears.any(signal);
    const arrear = this.arrears.next();
    if (signal.aborted || !arrear) return undefined;
    const { projectId, from, until, begun } = arrear;
    const matcher = await this.current();
    const end = begun?.until ?? (comparePositions(until, this.position) < 0 ? until : this.position);
    if (comparePositions(from, end) >= 0) return { from, to: until, frames: [], matcher, arrear };
    const read = (bytes: number) => this.options.journal.read(from, bytes, end);
    const { frames, next } = await (begun
      ? this.readTo(from, begun.until)
      : this.suspicionOf(projectId).read(from, BUSY_READ_BYTES, read));
    const own = frames.filter((frame) => frame.projectId === projectId);
    return { from, to: next, frames: own, matcher, arrear };
  }

  private suspicionOf(projectId: string): Suspicion {
    const suspicion = this.suspicions.get(projectId) ?? new Suspicion();
    this.suspicions.set(projectId, suspicion);
    return suspicion;
  }

  private async tellApart({ from, to, frames, matcher, arrear }: ReadApart): Promise<boolean> {
    const { onPassed } = this.options;
    const { projectId, begun } = arrear;
    const bookmark = (transaction: Transaction<Database>, after?: string) =>
      after === undefined
        ? this.arrears.advance(transaction, projectId, to)
        : this.arrears.advance(transaction, projectId, from, { until: to, after });
    const { found } = this.find(frames, matcher, Number.POSITIVE_INFINITY);
    const put = (found: readonly Found[], subscribers: Subscribers) =>
      this.queueingApart.put(found, subscribers, from, bookmark, begun?.after);
    try {
      const subscribers = await this.queueingApart.subscribersOf(found);
      await this.options.aside.keep(frames);
      if ((await put(found, subscribers)) === undefined) return false;
    } catch (error) {
      this.queueingApart.forget();
      const stretch = { from, to, exact: begun !== undefined };
      const failures = this.followingApart.failures + 1;
      if (!this.suspicionOf(projectId).convicts(error, stretch, failures)) throw error;
      await this.giveUp(found, error);
      await put([], new Map());
    }
    onPassed(this.arrears.earliest(this.position), found.length);
    return true;
  }

  private async tell(read: Read): Promise<boolean> {
    const { onPassed, aside, shareSteps = SHARE_STEPS } = this.options;
    const { from, to, frames, matcher, begun, apart } = read;
    const looked = this.find(frames, matcher, begun ? Number.POSITIVE_INFINITY : shareSteps);
    let { found } = looked;
    try {
      const subscribers = await this.queueing.subscribersOf(found);
      if (!begun) {
        for (const project of [...looked.costly, ...this.flooding(found, subscribers)]) apart.add(project);
        found = found.filter(({ rule }) => !apart.has(rule.projectId));
        read.frames = without(frames, apart);
      }
      await aside.keep(read.frames);
      if (found.length > 0 || apart.size > 0) {
        if (!(await this.put(found, subscribers, from, to, [...apart]))) return false;
      }
    } catch (error) {
      this.queueing.forget();
      const stretch = { from, to, exact: begun !== undefined };
      if (!this.suspicion.convicts(error, stretch, this.following.failures + 1)) throw error;
      await this.giveUp(found, error);
      await this.put([], new Map(), from, to, [...apart]);
    }
    this.begun = undefined;
    this.position = to;
    onPassed(this.arrears.earliest(to), found.length);
    await this.note(false);
    return true;
  }

  /** What was found cannot be told, whatever is tried. */
  private async giveUp(found: readonly Found[], error: unknown): Promise<void> {
    const { aside } = this.options;
    const frames = new Set(found.map(({ frame }) => frame));
    for (const frame of frames) aside.note(frame, error);
    await aside.keep([...frames]);
  }

  /** @returns whether all is there: not if it is to stop */
  private async put(
    found: readonly Found[],
    subscribers: Subscribers,
    from: Position,
    next: Position,
    apart: string[],
  ): Promise<boolean> {
    const bookmark: QueueBookmark = async (transaction, after) => {
      const begun = after === undefined ? undefined : { until: next, after, apart };
      const position = begun ? from : next;
      const prolonged = begun ? undefined : await this.arrears.prolong(transaction, apart, from, next);
      await this.notePosition(transaction, position, begun);
      return () => {
        this.begun = begun;
        this.position = position;
        this.noted = position;
        this.notedAt = this.options.clock();
        prolonged?.();
      };
    };
    const messages = await this.queueing.put(found, subscribers, from, bookmark, this.begun?.after);
    if (messages === undefined) return false;
    this.readBytes = messages > BUSY_MESSAGES ? BUSY_READ_BYTES : READ_BYTES;
    return true;
  }

  /** Projects that want more of a stretch than their share. */
  private flooding(found: readonly Found[], subscribers: Subscribers): string[] {
    const { shareRows = SHARE_ROWS } = this.options;
    const wanted = this.queueing.wanted(found, subscribers);
    return [...wanted].flatMap(([project, rows]) => (rows > shareRows ? [project] : []));
  }

  /**
   * What notifications want of some frames; a frame that cannot be looked at is noted. `costly` are projects whose
   * queries took more steps than are allowed: they are not looked at further.
   */
  private find(
    frames: readonly Frame[],
    matcher: Matcher,
    mostSteps: number,
  ): { found: Found[]; costly: Set<string> } {
    const found: Found[] = [];
    const steps = new Map<string, number>();
    const costly = new Set<string>();
    for (const frame of frames) {
      if (costly.size > 0 && costly.has(frame.projectId)) continue;
      try {
        const rules = matcher.match(frame);
        if (matcher.steps > 0) {
          const { projectId } = frame;
          const taken = (steps.get(projectId) ?? 0) + matcher.steps;
          steps.set(projectId, taken);
          if (taken > mostSteps) costly.add(projectId);
        }
        if (rules.length === 0) continue;
        // Messages bring what the schema does not know into its place.
        if (frame.extra) fileLine(frame.line());
        if (rules.length > 1) rules.sort((a, b) => (a.notificationId < b.notificationId ? -1 : 1));
        for (const rule of rules) found.push({ rule, frame, at: frame.position.offset });
      } catch (error) {
        this.options.aside.note(frame, error);
      }
    }
    return { found, costly };
  }

  /** All of a stretch, which is within a segment. */
  private readTo(from: Position, until: Position) {
    return this.options.journal.read(from, until.offset - from.offset, until);
  }

  /** With the notifications of now. */
  private current(): Promise<Matcher> {
    if (this.stale) {
      this.stale = false;
      this.matcher = this.rules().then((rules) => new Matcher(rules, this.options.time, this.options.lateMs));
      this.matcher.catch(() => this.refresh());
    }
    return this.matcher;
  }

  /** Enabled notifications whose topic is there. */
  private async rules(): Promise<Rule[]> {
    const { metadata } = this.options;
    const rows = await metadata
      .selectFrom('notifications')
      .selectAll()
      .where('enabled', '=', 1)
      .where('type', '=', 'smn')
      .execute();
    const topics = await metadata.selectFrom('smn_topics').select(['id', 'project_id', 'name']).execute();
    const byName = new Map(topics.map(({ id, project_id, name }) => [`${project_id} ${name}`, id]));
    const queries = new Map<string, Stored<Query | undefined>>();
    for (const { query: text } of rows) {
      const known = queries.get(text) ?? this.queries.get(text);
      if (!known) await turn();
      queries.set(text, known ?? readQuery(text));
    }
    this.queries = queries;
    return rows.flatMap((row) => {
      const { value: settings } = readSettings(row.settings);
      const query = queries.get(row.query);
      if (!settings || !query || query.problem !== undefined) return [];
      const topicId = byName.get(`${row.project_id} ${parseUrn(settings.topic_id)?.name ?? ''}`);
      if (topicId === undefined) return [];
      return [
        {
          notificationId: row.id,
          name: row.name,
          topicId,
          projectId: row.project_id,
          activeSince: row.active_since,
          settings,
          query: query.value,
        },
      ];
    });
  }

  /** Keeps the position where journal segments are released by, now and then. */
  private async note(now: boolean): Promise<void> {
    const { follower, metadata, clock } = this.options;
    const needed = this.arrears.earliest(this.position);
    const moved = needed.segment !== follower.position.segment;
    if (!now && !moved && Math.abs(clock() - this.notedAt) < NOTE_EVERY_MS) return;
    if (comparePositions(this.noted, this.position) !== 0) {
      await metadata.transaction().execute((transaction) => this.notePosition(transaction, this.position));
    }
    await follower.save(needed, null);
    this.noted = this.position;
    this.notedAt = clock();
  }

  private async notePosition(
    transaction: Transaction<Database>,
    { segment, offset }: Position,
    stretch?: Begun,
  ): Promise<void> {
    const begun = stretch ? JSON.stringify(stretch) : '';
    await transaction
      .insertInto('notifier_positions')
      .values({ journal_id: this.options.journalId, segment, offset, begun })
      .onConflict((conflict) => conflict.column('journal_id').doUpdateSet({ segment, offset, begun }))
      .execute();
  }
}

/** Frames of all projects but some. Which project a frame is of is not read for nothing. */
function without(
  frames: Frame[],
  projects: ReadonlySet<string>,
  onLeft: (projectId: string) => void = () => undefined,
): Frame[] {
  if (projects.size === 0) return frames;
  return frames.filter(({ projectId }) => {
    if (projects.has(projectId)) onLeft(projectId);
    return !projects.has(projectId);
  });
}

/** Of the second loop: how far it is stands with the arrears. */
const NO_BOOKMARK: Bookmark = {
  position: { segment: 0, offset: 0 },
  until: null,
  begin: async () => undefined,
  passed: async () => undefined,
  settle: async () => undefined,
};
