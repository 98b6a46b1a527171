import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import {
  comparePositions,
  type Follower,
  type Frame,
  type JournalReader,
  type Position,
} from '../journal/index.ts';
import type { Database } from '../metadata/index.ts';
import { parseUrn } from '../smn/index.ts';
import { type Arrear, Arrears } from './arrears.ts';
import { SHARE_ROWS } from './limits.ts';
import { Matcher, type Rule } from './matcher.ts';
import type { NotificationSettings } from './notifications.ts';
import { type Found, Queueing, type QueueingOptions, type Subscribers } from './queueing.ts';

export const NOTIFIER = 'notifier';
const READ_BYTES = 4 * 1024 * 1024;
/** While many messages are found: nobody else can write metadata while they are written. */
const BUSY_READ_BYTES = 1024 * 1024;
const BUSY_MESSAGES = 500;
/** Under load one read follows another not sooner, so that each is worth its files and its transaction. */
const READ_EVERY_MS = 40;
/** Without anything found the position is noted at least so often. */
const NOTE_EVERY_MS = 5_000;
const RETRY_MS = 1_000;

/** A stretch of the journal of which a part is written. */
interface Begun {
  /** Its end. */
  until: Position;
  /** The order of the last delivery that is written. */
  after: string;
  /** Projects that it is passed over for. */
  apart?: string[];
}

export interface NotifierOptions extends QueueingOptions {
  journal: JournalReader;
  journalId: string;
  follower: Follower;
  /** Traces that were recorded so long after they happened are not told. */
  lateMs?: number;
  log: Logger;
  /** SHARE_ROWS if it does not say other. */
  shareRows?: number;
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
  private readonly stopping = new AbortController();
  private matcher: Promise<Matcher> = Promise.resolve(new Matcher([]));
  private stale = true;
  private position: Position = { segment: 0, offset: 0 };
  private noted: Position = { segment: 0, offset: 0 };
  private notedAt = 0;
  private readAt = 0;
  private readBytes = READ_BYTES;
  private begun: Begun | undefined;
  private readonly queueing: Queueing;
  /** Of the second loop. */
  private readonly queueingApart: Queueing;
  private readonly arrears: Arrears;
  private running: Promise<unknown> | undefined;

  constructor(options: NotifierOptions) {
    this.options = options;
    this.queueing = new Queueing(options, this.stopping.signal);
    this.queueingApart = new Queueing(options, this.stopping.signal);
    this.arrears = new Arrears(options.metadata, options.journalId);
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
    if (stored && row.begun !== '' && comparePositions(stored, this.position) === 0)
      this.begun = JSON.parse(row.begun) as Begun;
    this.noted = this.position;
    await this.arrears.load(await journal.begin());
    this.running = Promise.all([this.follow(), this.makeUp()]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Notifications or topics have changed: from here on the new ones hold. */
  refresh(): void {
    this.stale = true;
  }

  private async follow(): Promise<void> {
    const { journal, log } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await journal.beyond(this.position, signal);
      await this.gather();
      if (signal.aborted) break;
      try {
        await this.step();
      } catch (error) {
        this.queueing.forget();
        log.error({ err: error }, 'key events could not be looked for; it is tried again');
        await sleep(RETRY_MS);
      }
    }
    await this.note(true).catch((error) =>
      log.error({ err: error }, 'the position of the notifier is not noted'),
    );
  }

  /** Waits a little for more, unless the last read is long ago or there is plenty. */
  private async gather(): Promise<void> {
    const { segment, offset } = this.options.journal.durableEnd;
    const plenty = segment !== this.position.segment || offset - this.position.offset >= this.readBytes;
    const wait = this.readAt + READ_EVERY_MS - performance.now();
    if (!plenty && wait > 0)
      await sleep(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    this.readAt = performance.now();
  }

  /** The second loop: what was passed over, project by project in turns. */
  private async makeUp(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.arrears.any(signal);
      const arrear = this.arrears.next();
      if (signal.aborted || !arrear) continue;
      try {
        await this.makeUpFor(arrear);
      } catch (error) {
        this.queueingApart.forget();
        this.options.log.error({ err: error }, 'key events of a project wait; it is tried again');
        await sleep(RETRY_MS);
      }
    }
  }

  private async makeUpFor({ projectId, from, until, begun }: Arrear): Promise<void> {
    const { metadata, onPassed } = this.options;
    const end = begun?.until ?? (comparePositions(until, this.position) < 0 ? until : this.position);
    if (comparePositions(from, end) >= 0) {
      const done = await metadata
        .transaction()
        .execute((transaction) => this.arrears.advance(transaction, projectId, until));
      done();
      return;
    }
    const { frames, base, next } = await this.read(from, BUSY_READ_BYTES, end, begun !== undefined);
    const found = this.find(
      frames.filter((frame) => frame.projectId === projectId),
      base,
      await this.current(),
    );
    const bookmark = (transaction: Transaction<Database>, after?: string) =>
      after === undefined
        ? this.arrears.advance(transaction, projectId, next)
        : this.arrears.advance(transaction, projectId, from, { until: next, after });
    const subscribers = await this.queueingApart.subscribersOf(found);
    const messages = await this.queueingApart.put(found, subscribers, from, bookmark, begun?.after);
    if (messages !== undefined) onPassed(this.arrears.earliest(this.position), found.length);
  }

  private async step(): Promise<void> {
    const { journal, onPassed } = this.options;
    const matcher = await this.current();
    if (matcher.isEmpty) {
      this.begun = undefined;
      this.position = journal.durableEnd;
      onPassed(this.position, 0);
      await this.note(false);
      return;
    }
    const { begun, position: from } = this;
    const size = begun ? READ_BYTES : this.readBytes;
    const { frames, base, next } = await this.read(from, size, begun?.until, begun !== undefined);
    const apart = begun ? new Set(begun.apart) : this.arrears.projects;
    const passed = new Set<string>();
    const own = frames.filter(({ projectId }) => {
      if (apart.has(projectId)) passed.add(projectId);
      return !apart.has(projectId);
    });
    let found = this.find(own, base, matcher);
    const subscribers = await this.queueing.subscribersOf(found);
    if (!begun) {
      for (const project of this.flooding(found, subscribers)) passed.add(project);
      found = found.filter(({ rule }) => !passed.has(rule.projectId));
    }
    if (found.length > 0 || passed.size > 0) {
      if (!(await this.put(found, subscribers, from, next, [...passed]))) return;
    }
    this.begun = undefined;
    this.position = next;
    onPassed(this.arrears.earliest(next), found.length);
    await this.note(false);
  }

  /** @returns whether all is there: not if it is to stop */
  private async put(
    found: readonly Found[],
    subscribers: Subscribers,
    from: Position,
    next: Position,
    apart: string[],
  ): Promise<boolean> {
    const bookmark = async (transaction: Transaction<Database>, after?: string) => {
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

  private find(frames: readonly Frame[], base: number, matcher: Matcher): Found[] {
    const found: Found[] = [];
    for (const frame of frames) {
      const rules = matcher.match(frame);
      if (rules.length > 1) rules.sort((a, b) => (a.notificationId < b.notificationId ? -1 : 1));
      for (const rule of rules) found.push({ rule, frame, at: base + frame.start });
    }
    return found;
  }

  /** A stretch of about `size` bytes, not beyond `until`; with `whole` exactly to there. */
  private async read(from: Position, size: number, until?: Position, whole = false) {
    const bytes = until && whole ? Math.max(size, until.offset - from.offset) : size;
    const { frames, base, next } = await this.options.journal.read(from, bytes);
    if (!until || comparePositions(next, until) <= 0) return { frames, base, next };
    return { frames: frames.filter(({ end }) => base + end <= until.offset), base, next: until };
  }

  /** With the notifications of now. */
  private current(): Promise<Matcher> {
    if (this.stale) {
      this.stale = false;
      this.matcher = this.rules().then((rules) => new Matcher(rules, this.options.lateMs));
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
    return rows.flatMap((row) => {
      const settings = JSON.parse(row.settings) as NotificationSettings;
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
        },
      ];
    });
  }

  /** Keeps the position where journal segments are released by, now and then. */
  private async note(now: boolean): Promise<void> {
    const { follower, metadata, clock } = this.options;
    const needed = this.arrears.earliest(this.position);
    const moved = needed.segment !== follower.position.segment;
    if (!now && !moved && clock() - this.notedAt < NOTE_EVERY_MS) return;
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
