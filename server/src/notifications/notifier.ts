import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import {
  comparePositions,
  type Follower,
  type Frame,
  formatPosition,
  type JournalReader,
  type Position,
} from '../journal/index.ts';
import { type Database, type MessageKind, type Metadata, PIECE_PAUSE_MS } from '../metadata/index.ts';
import {
  BATCH_PIECE,
  contentOf,
  type Line,
  type Piece,
  packPiece,
  parseUrn,
  type RecentPieces,
} from '../smn/index.ts';
import { Backlog } from './backlog.ts';
import { MOST_PROJECT_WAITING, PART_BYTES, PART_ROWS, ROWS_AT_ONCE } from './limits.ts';
import { Matcher, type Rule } from './matcher.ts';
import type { NotificationSettings } from './notifications.ts';

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
const DAY = 86_400_000;
/** How long delivery of a key event is tried, and of a batch of them. */
const LIVE_MS = DAY;
const BATCH_LIVE_MS = 7 * DAY;
const CONFIRMED = 1;

interface Found {
  rule: Rule;
  frame: Frame;
  /** Where in the segment the frame begins. */
  at: number;
}

/** A stretch of the journal of which a part is written. */
interface Begun {
  /** Its end. */
  until: Position;
  /** The order of the last delivery that is written. */
  after: string;
}

/** A message, and the subscribers that it is for. */
interface Put {
  id: string;
  rule: Rule;
  kind: MessageKind;
  content: string;
  traces: number;
  expires: number;
  to: readonly string[];
  /** Where it stands among the messages of a stretch: the same whenever the stretch is read, whatever changed. */
  order: string;
  /** Others of its subscribers are in the part before. */
  continued: boolean;
  /** To be remembered for the sender. */
  piece?: Piece;
}

export interface NotifierOptions {
  journal: JournalReader;
  journalId: string;
  follower: Follower;
  metadata: Metadata;
  recent: RecentPieces;
  clock: () => number;
  log: Logger;
  /** PART_ROWS and MOST_PROJECT_WAITING if it does not say other. */
  partRows?: number;
  mostWaiting?: number;
  /** Messages wait to be sent. */
  onQueued: (messages: number) => void;
  /** Everything before it was looked at. */
  onPassed: (position: Position, matched: number) => void;
}

/**
 * The journal's third follower: finds the traces that notifications want, and puts a message for each into
 * the queues of the topic's subscribers. What a read finds is written in parts, each in one transaction with
 * how far it goes, and a message's id follows from notification and trace, so that a crash neither loses nor
 * doubles one.
 */
export class Notifier {
  private readonly options: NotifierOptions;
  private readonly stopping = new AbortController();
  private matcher = new Matcher([]);
  private stale = true;
  private position: Position = { segment: 0, offset: 0 };
  private noted: Position = { segment: 0, offset: 0 };
  private notedAt = 0;
  private readAt = 0;
  private readBytes = READ_BYTES;
  private begun: Begun | undefined;
  private readonly backlog: Backlog;
  private running: Promise<void> | undefined;

  constructor(options: NotifierOptions) {
    this.options = options;
    this.backlog = new Backlog(options.metadata, options.mostWaiting ?? MOST_PROJECT_WAITING);
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
    this.running = this.follow();
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
        this.backlog.forget();
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

  private async step(): Promise<void> {
    const { journal, onPassed } = this.options;
    if (this.stale) {
      this.stale = false;
      this.matcher = new Matcher(await this.rules());
    }
    if (this.matcher.isEmpty) {
      this.begun = undefined;
      this.position = journal.durableEnd;
      onPassed(this.position, 0);
      await this.note(false);
      return;
    }
    const from = this.position;
    const { frames, base, next } = await this.read(from);
    const found: Found[] = [];
    for (const frame of frames) {
      const rules = this.matcher.match(frame);
      if (rules.length > 1) rules.sort((a, b) => (a.notificationId < b.notificationId ? -1 : 1));
      for (const rule of rules) found.push({ rule, frame, at: base + frame.start });
    }
    if (found.length > 0 && !(await this.queue(found, from, next))) return;
    this.begun = undefined;
    this.position = next;
    onPassed(next, found.length);
    await this.note(false);
  }

  /** A stretch; one that is begun is read to the same end. */
  private async read(from: Position) {
    const { journal } = this.options;
    const until = this.begun?.until;
    const size = until ? Math.max(READ_BYTES, until.offset - from.offset) : this.readBytes;
    const { frames, base, next } = await journal.read(from, size);
    if (!until || comparePositions(next, until) <= 0) return { frames, base, next };
    return { frames: frames.filter(({ end }) => base + end <= until.offset), base, next: until };
  }

  /**
   * Puts messages into queues, part by part; with each goes how far it is, so that none is put there twice.
   * @returns whether all are there: not if it is to stop
   */
  private async queue(found: readonly Found[], from: Position, next: Position): Promise<boolean> {
    const { clock, onQueued, partRows = PART_ROWS } = this.options;
    const now = clock();
    /** Messages that were there before. */
    const repeated = new Set<string>();
    let part: Put[] = [];
    let rows = 0;
    let bytes = 0;
    let messages = 0;
    for await (const put of this.puts(found, from, now)) {
      const { to: left } = put;
      let first = 0;
      messages++;
      while (first < left.length) {
        if (rows > 0 && (rows + 2 > partRows || bytes + put.content.length > PART_BYTES)) {
          await this.write(part, repeated, now, from, { until: next, after: lastOf(part) });
          onQueued(0);
          [part, rows, bytes] = [[], 0, 0];
          await sleep(PIECE_PAUSE_MS);
          if (this.stopping.signal.aborted) {
            this.backlog.forget();
            return false;
          }
        }
        const to = left.slice(first, first + Math.max(1, partRows - rows - 1));
        part.push({ ...put, to, continued: put.continued || first > 0 });
        first += to.length;
        rows += 1 + to.length;
        bytes += put.content.length;
      }
    }
    this.readBytes = messages > BUSY_MESSAGES ? BUSY_READ_BYTES : READ_BYTES;
    await this.write(part, repeated, now, next);
    await this.backlog.tell(now);
    onQueued(found.length);
    return true;
  }

  /** The messages of a stretch for those who have room for them, in their order. */
  private async *puts(found: readonly Found[], from: Position, now: number): AsyncGenerator<Put> {
    const { backlog } = this;
    const after = this.begun?.after ?? '';
    const subscribers = await this.subscribers([...new Set(found.map(({ rule }) => rule.topicId))]);
    await backlog.count(new Set(found.map(({ rule }) => rule.projectId)), now);
    /** Lists of which all have lost so many. */
    const full = new Map<readonly string[], number>();
    const taking = (
      { projectId }: Rule,
      kind: 'each' | 'batch',
      ids: readonly string[],
      order: string,
      traces: number,
    ) => {
      // What a part before has written, or found no room for, is not asked for again.
      const asked = after === '' ? ids : ids.filter((id) => `${order} ${id}` > after);
      if (!backlog.isFull(projectId)) return backlog.take(projectId, kind, asked, traces);
      if (asked.length > 0) full.set(ids, (full.get(ids) ?? 0) + traces);
      return [];
    };
    const batches = new Map<Rule, Line[]>();
    const seen = new Set<string>();
    let text: { frame: Frame; content: string } | undefined;
    for (const { rule, frame, at } of found) {
      const { each = [], batch = [] } = subscribers.get(rule.topicId) ?? {};
      if (batch.length > 0) {
        const lines = batches.get(rule) ?? [];
        batches.set(rule, lines);
        lines.push({ bytes: frame.bytes(), extra: frame.extra });
      }
      if (each.length === 0) continue;
      // Not a step more for each of very many that find no room.
      if (after === '' && backlog.isFull(rule.projectId)) {
        full.set(each, (full.get(each) ?? 0) + 1);
        continue;
      }
      const id = idOf(rule.notificationId, frame.traceId);
      if (seen.has(id)) continue;
      seen.add(id);
      const order = `0 ${ordinal(at)} ${rule.notificationId}`;
      const to = taking(rule, 'each', each, order, 1);
      if (to.length === 0) continue;
      if (text?.frame !== frame) text = { frame, content: frame.bytes().toString('utf8') };
      const begun = `${order} ${each[0]}` <= after;
      yield {
        ...{ id, rule, kind: 'trace', content: text.content, traces: 1, expires: now + LIVE_MS },
        ...{ to, order, continued: begun },
      };
    }
    for (const [rule, lines] of [...batches].sort(([a], [b]) =>
      a.notificationId < b.notificationId ? -1 : 1,
    )) {
      const { batch = [] } = subscribers.get(rule.topicId) ?? {};
      for (let index = 0; index * BATCH_PIECE < lines.length; index++) {
        const some = lines.slice(index * BATCH_PIECE, (index + 1) * BATCH_PIECE);
        const order = `1 ${rule.notificationId} ${ordinal(index)}`;
        const to = taking(rule, 'batch', batch, order, some.length);
        if (to.length === 0) continue;
        const piece = await packPiece(some);
        const id = idOf(rule.notificationId, `${formatPosition(from)} ${index}`);
        const begun = `${order} ${batch[0]}` <= after;
        yield {
          ...{ id, rule, kind: 'batch', content: contentOf(piece), traces: some.length },
          ...{ expires: now + BATCH_LIVE_MS, to, order, continued: begun, piece },
        };
      }
    }
    for (const [ids, traces] of full) for (const id of ids) backlog.lose(id, traces);
  }

  /** @param begun what is written of the stretch that begins at the position */
  private async write(
    part: readonly Put[],
    repeated: Set<string>,
    now: number,
    position: Position,
    begun?: Begun,
  ): Promise<void> {
    const { metadata, recent } = this.options;
    await metadata.transaction().execute(async (transaction) => {
      await putAll(transaction, part, repeated, now);
      await this.notePosition(transaction, position, begun);
    });
    for (const { id, piece, to, continued } of part) {
      if (piece && !continued) recent.remember(id, piece, to.length);
    }
    this.begun = begun;
    this.noted = position;
    this.notedAt = now;
  }

  /** Who gets a topic's messages now: one by one, or in batches. */
  private async subscribers(topics: readonly string[]) {
    const rows = await this.options.metadata
      .selectFrom('smn_subscriptions')
      .select(['id', 'topic_id', 'extension'])
      .where('topic_id', 'in', topics)
      .where('status', '=', CONFIRMED)
      .orderBy('id')
      .execute();
    const byTopic = new Map(topics.map((id) => [id, { each: [] as string[], batch: [] as string[] }]));
    for (const { id, topic_id, extension } of rows) {
      const { batch } = JSON.parse(extension) as { batch?: unknown };
      byTopic.get(topic_id)?.[batch ? 'batch' : 'each'].push(id);
    }
    return byTopic;
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
    const moved = this.position.segment !== follower.position.segment;
    if (!now && !moved && clock() - this.notedAt < NOTE_EVERY_MS) return;
    if (comparePositions(this.noted, this.position) !== 0) {
      await metadata.transaction().execute((transaction) => this.notePosition(transaction, this.position));
    }
    await follower.save(this.position, null);
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

/** 32 hex digits, the same whenever it is asked for. */
const idOf = (notificationId: string, of: string) =>
  createHash('sha256').update(`${notificationId} ${of}`).digest('hex').slice(0, 32);

/** Sorts as a text like the number. */
const ordinal = (value: number) => String(value).padStart(16, '0');

const lastOf = (part: readonly Put[]) => {
  const last = part.at(-1);
  return `${last?.order} ${last?.to.at(-1)}`;
};

/** @param repeated messages that were there before their first part; grows */
async function putAll(
  transaction: Transaction<Database>,
  puts: readonly Put[],
  repeated: Set<string>,
  now: number,
): Promise<void> {
  for (let at = 0; at < puts.length; at += ROWS_AT_ONCE) {
    const some = puts.slice(at, at + ROWS_AT_ONCE);
    const rows = some.map(({ id, rule, kind, content, traces, expires }) => ({
      ...{ id, kind, content, traces, topic_id: rule.topicId, notification: rule.name },
      ...{ created_at: now, expires_at: expires },
    }));
    const made = await transaction
      .insertInto('smn_messages')
      .values(rows)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    const isNew = new Set(made.map(({ id }) => id));
    for (const { id, continued } of some) if (!continued && !isNew.has(id)) repeated.add(id);
    const deliveries = some
      .filter(({ id }) => !repeated.has(id))
      .flatMap(({ id, to }) =>
        to.map((subscription_id) => ({
          ...{ message_id: id, subscription_id, state: 'waiting' as const },
          ...{ attempts: 0, reason: '', died_at: null },
        })),
      );
    for (let first = 0; first < deliveries.length; first += ROWS_AT_ONCE) {
      await transaction
        .insertInto('smn_deliveries')
        .values(deliveries.slice(first, first + ROWS_AT_ONCE))
        .execute();
    }
  }
}
