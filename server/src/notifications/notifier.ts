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
import type { Database, MessageKind, Metadata } from '../metadata/index.ts';
import {
  BATCH_PIECE,
  contentOf,
  type Line,
  type Piece,
  packPiece,
  parseUrn,
  type RecentPieces,
} from '../smn/index.ts';
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
/** Messages, and pieces of batches, that wait for one subscriber; what comes beyond is told in its log only. */
const MOST_WAITING = { each: 100_000, batch: 1_000_000 };
const COUNT_EVERY_MS = 5_000;
const ROWS_AT_ONCE = 500;

interface Found {
  rule: Rule;
  frame: Frame;
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
}

export interface NotifierOptions {
  journal: JournalReader;
  journalId: string;
  follower: Follower;
  metadata: Metadata;
  recent: RecentPieces;
  clock: () => number;
  log: Logger;
  /** Messages wait to be sent. */
  onQueued: (messages: number) => void;
  /** Everything before it was looked at. */
  onPassed: (position: Position, matched: number) => void;
}

/**
 * The journal's third follower: finds the traces that notifications want, and puts a message for each into
 * the queues of the topic's subscribers. Messages and its position are written in one transaction, and a
 * message's id follows from notification and trace, so that a crash neither loses nor doubles one.
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
  /** Messages that wait for a subscriber, about. */
  private readonly waiting = new Map<string, { messages: number; countedAt: number }>();
  private running: Promise<void> | undefined;

  constructor(options: NotifierOptions) {
    this.options = options;
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
      this.position = journal.durableEnd;
      onPassed(this.position, 0);
      await this.note(false);
      return;
    }
    const from = this.position;
    const { frames, next } = await journal.read(from, this.readBytes);
    const found: Found[] = [];
    for (const frame of frames) {
      for (const rule of this.matcher.match(frame)) found.push({ rule, frame });
    }
    if (found.length > 0) await this.queue(found, from, next);
    this.position = next;
    onPassed(next, found.length);
    await this.note(false);
  }

  /** Puts messages into queues; with them goes the position, so that none is put there twice. */
  private async queue(found: readonly Found[], from: Position, next: Position): Promise<void> {
    const { metadata, clock, recent, onQueued } = this.options;
    const topics = [...new Set(found.map(({ rule }) => rule.topicId))];
    const subscribers = await this.subscribers(topics);
    const batches = new Map<Rule, Line[]>();
    for (const { rule, frame } of found) {
      if (!subscribers.get(rule.topicId)?.batch.length) continue;
      const lines = batches.get(rule) ?? [];
      batches.set(rule, lines);
      lines.push({ bytes: frame.bytes(), extra: frame.extra });
    }
    const packed = await Promise.all(
      [...batches].flatMap(([rule, lines]) =>
        Array.from({ length: Math.ceil(lines.length / BATCH_PIECE) }, async (_, index) => {
          const some = lines.slice(index * BATCH_PIECE, (index + 1) * BATCH_PIECE);
          return { rule, index, traces: some.length, piece: await packPiece(some) };
        }),
      ),
    );
    const now = clock();
    const room = new Map<string, number>();
    for (const { each, batch } of subscribers.values()) {
      for (const id of each) room.set(id, MOST_WAITING.each - (await this.waitingFor(id, now)));
      for (const id of batch) room.set(id, MOST_WAITING.batch - (await this.waitingFor(id, now)));
    }
    const left = new Map(room);
    const lost = new Map<string, number>();
    /** Those of some subscribers that have room for one more message. */
    const taking = (ids: readonly string[] = [], traces: number) =>
      ids.filter((id) => {
        const free = left.get(id) ?? 0;
        if (free > 0) left.set(id, free - 1);
        else lost.set(id, (lost.get(id) ?? 0) + traces);
        return free > 0;
      });
    const remembered: { id: string; piece: Piece; readers: number }[] = [];
    const puts = new Map<string, Put>();
    for (const { rule, frame } of found) {
      const wanting = subscribers.get(rule.topicId)?.each;
      if (!wanting?.length) continue;
      const id = idOf(rule.notificationId, frame.traceId);
      if (puts.has(id)) continue;
      const each = taking(wanting, 1);
      if (each.length === 0) continue;
      const content = frame.bytes().toString('utf8');
      puts.set(id, { id, rule, kind: 'trace', content, traces: 1, expires: now + LIVE_MS, to: each });
    }
    for (const { rule, index, traces, piece } of packed) {
      const batch = taking(subscribers.get(rule.topicId)?.batch, traces);
      if (batch.length === 0) continue;
      const id = idOf(rule.notificationId, `${formatPosition(from)} ${index}`);
      const content = contentOf(piece);
      puts.set(id, { id, rule, kind: 'batch', content, traces, expires: now + BATCH_LIVE_MS, to: batch });
      remembered.push({ id, piece, readers: batch.length });
    }
    this.readBytes = puts.size > BUSY_MESSAGES ? BUSY_READ_BYTES : READ_BYTES;
    await metadata.transaction().execute(async (transaction) => {
      await putAll(transaction, [...puts.values()], now);
      for (const [id, traces] of lost) await tellOverflow(transaction, id, traces, now);
      await this.notePosition(transaction, next);
    });
    for (const { id, piece, readers } of remembered) recent.remember(id, piece, readers);
    for (const [id, free] of room) {
      const known = this.waiting.get(id);
      if (known) known.messages += free - (left.get(id) ?? 0);
    }
    this.noted = next;
    this.notedAt = now;
    onQueued(found.length);
  }

  /** Who gets a topic's messages now: one by one, or in batches. */
  private async subscribers(topics: readonly string[]) {
    const rows = await this.options.metadata
      .selectFrom('smn_subscriptions')
      .select(['id', 'topic_id', 'extension'])
      .where('topic_id', 'in', topics)
      .where('status', '=', CONFIRMED)
      .orderBy('created_at')
      .execute();
    const byTopic = new Map(topics.map((id) => [id, { each: [] as string[], batch: [] as string[] }]));
    for (const { id, topic_id, extension } of rows) {
      const { batch } = JSON.parse(extension) as { batch?: unknown };
      byTopic.get(topic_id)?.[batch ? 'batch' : 'each'].push(id);
    }
    return byTopic;
  }

  private async waitingFor(id: string, now: number): Promise<number> {
    const known = this.waiting.get(id);
    if (known && now - known.countedAt < COUNT_EVERY_MS) return known.messages;
    const row = await this.options.metadata
      .selectFrom('smn_deliveries')
      .select(({ fn }) => fn.countAll<number>().as('messages'))
      .where('subscription_id', '=', id)
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    const messages = Number(row?.messages ?? 0);
    this.waiting.set(id, { messages, countedAt: now });
    return messages;
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
  ): Promise<void> {
    await transaction
      .insertInto('notifier_positions')
      .values({ journal_id: this.options.journalId, segment, offset })
      .onConflict((conflict) => conflict.column('journal_id').doUpdateSet({ segment, offset }))
      .execute();
  }
}

/** 32 hex digits, the same whenever it is asked for. */
const idOf = (notificationId: string, of: string) =>
  createHash('sha256').update(`${notificationId} ${of}`).digest('hex').slice(0, 32);

/** Says in the log of a subscriber that some messages were not queued. */
async function tellOverflow(
  transaction: Transaction<Database>,
  subscription_id: string,
  traces: number,
  now: number,
): Promise<void> {
  const answer = `${traces} key events were not queued: too many messages wait already. Batches keep up with more.`;
  await transaction
    .insertInto('smn_attempts')
    .values({ subscription_id, message_id: '', subject: '', at: now, took: 0, delivered: 0, answer })
    .execute();
}

async function putAll(transaction: Transaction<Database>, puts: readonly Put[], now: number): Promise<void> {
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
    const deliveries = some
      .filter(({ id }) => isNew.has(id))
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
