import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { type Frame, formatPosition, type Position } from '../journal/index.ts';
import {
  type Database,
  isReferable,
  type MessageKind,
  type Metadata,
  PIECE_PAUSE_MS,
} from '../metadata/index.ts';
import {
  BATCH_PIECE,
  contentOf,
  type Line,
  MOST_PROJECT_WAITING,
  type Piece,
  packPiece,
  type RecentPieces,
  readExtension,
} from '../smn/index.ts';
import { Backlog } from './backlog.ts';
import { PART_BYTES, PART_ROWS, ROWS_AT_ONCE } from './limits.ts';
import type { Rule } from './matcher.ts';

const DAY = 86_400_000;
/** How long delivery of a key event is tried, and of a batch of them. */
const LIVE_MS = DAY;
const BATCH_LIVE_MS = 7 * DAY;
const CONFIRMED = 1;

export interface Found {
  rule: Rule;
  frame: Frame;
  /** Where in the segment the frame begins. */
  at: number;
}

/**
 * Notes how far a stretch of the journal is written, in the transaction of each of its parts.
 * @param after the order of the part's last delivery; absent: the stretch is written
 * @returns to be called when the transaction is done
 */
export type Bookmark = (transaction: Transaction<Database>, after?: string) => Promise<() => void>;

/** By topic: who gets its messages one by one, and who in batches. */
export type Subscribers = Map<string, { each: string[]; batch: string[] }>;

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

export interface QueueingOptions {
  metadata: Metadata;
  recent: RecentPieces;
  clock: () => number;
  /** PART_ROWS and MOST_PROJECT_WAITING if it does not say other. */
  partRows?: number;
  mostWaiting?: number;
  /** Messages wait to be sent. */
  onQueued: (messages: number) => void;
}

/**
 * Puts what stretches of the journal have for subscribers into their queues, one stretch after the other. A
 * message's id follows from notification and trace.
 */
export class Queueing {
  private readonly options: QueueingOptions;
  private readonly signal: AbortSignal;
  private readonly backlog: Backlog;

  /** @param signal it ends after the part that is being written */
  constructor(options: QueueingOptions, signal: AbortSignal) {
    this.options = options;
    this.signal = signal;
    this.backlog = new Backlog(options.metadata, options.mostWaiting ?? MOST_PROJECT_WAITING);
  }

  /** After a failure: what was taken has not been written. */
  forget(): void {
    this.backlog.forget();
  }

  /** How many rows each project wants. */
  wanted(found: readonly Found[], subscribers: Subscribers): Map<string, number> {
    const counts = new Map<Rule, number>();
    for (const { rule } of found) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const wanted = new Map<string, number>();
    for (const [{ projectId, topicId }, traces] of counts) {
      const { each = [], batch = [] } = subscribers.get(topicId) ?? {};
      const rows = traces * each.length + Math.ceil(traces / BATCH_PIECE) * batch.length;
      wanted.set(projectId, (wanted.get(projectId) ?? 0) + rows);
    }
    return wanted;
  }

  /**
   * Puts messages into queues, part by part; with each goes how far it is, so that none is put there twice.
   * @param subscribers of what was found
   * @param after the order of the last delivery that is written already
   * @returns how many messages; undefined: it is to stop before all are there
   */
  async put(
    found: readonly Found[],
    subscribers: Subscribers,
    from: Position,
    bookmark: Bookmark,
    after = '',
  ): Promise<number | undefined> {
    const { clock, onQueued, partRows = PART_ROWS } = this.options;
    const now = clock();
    /** Messages that were there before. */
    const repeated = new Set<string>();
    let part: Put[] = [];
    let rows = 0;
    let bytes = 0;
    let messages = 0;
    for await (const put of this.puts(found, subscribers, from, after, now)) {
      const { to: left } = put;
      let first = 0;
      messages++;
      while (first < left.length) {
        if (rows > 0 && (rows + 2 > partRows || bytes + put.content.length > PART_BYTES)) {
          await this.write(part, repeated, now, bookmark, lastOf(part));
          onQueued(0);
          [part, rows, bytes] = [[], 0, 0];
          await sleep(PIECE_PAUSE_MS);
          if (this.signal.aborted) {
            this.backlog.forget();
            return undefined;
          }
        }
        const to = left.slice(first, first + Math.max(1, partRows - rows - 1));
        part.push({ ...put, to, continued: put.continued || first > 0 });
        first += to.length;
        rows += 1 + to.length;
        bytes += put.content.length;
      }
    }
    await this.write(part, repeated, now, bookmark);
    await this.backlog.tell(now);
    onQueued(found.length);
    return messages;
  }

  /** The messages of a stretch for those who have room for them, in their order. */
  private async *puts(
    found: readonly Found[],
    subscribers: Subscribers,
    from: Position,
    after: string,
    now: number,
  ): AsyncGenerator<Put> {
    const { backlog } = this;
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

  private async write(
    part: readonly Put[],
    repeated: Set<string>,
    now: number,
    bookmark: Bookmark,
    after?: string,
  ): Promise<void> {
    const { metadata, recent } = this.options;
    const attempt = (which: (transaction: Transaction<Database>) => Promise<readonly Put[]>) =>
      metadata.transaction().execute(async (transaction) => {
        await putAll(transaction, await which(transaction), repeated, now);
        return bookmark(transaction, after);
      });
    const done = await attempt(async () => part).catch((error: { code?: string }) => {
      if (error.code !== GONE) throw error;
      return attempt((transaction) => stillWanted(transaction, part));
    });
    for (const { id, piece, to, continued } of part) {
      if (piece && !continued) recent.remember(id, piece, to.length);
    }
    done();
  }

  /** Who gets now what was found. */
  async subscribersOf(found: readonly Found[]): Promise<Subscribers> {
    const topics = [...new Set(found.map(({ rule }) => rule.topicId))];
    if (topics.length === 0) return new Map();
    const rows = await this.options.metadata
      .selectFrom('smn_subscriptions')
      .select(['id', 'topic_id', 'extension'])
      .where('topic_id', 'in', topics)
      // One whose id no delivery could refer to costs only itself.
      .where(isReferable('id'))
      .where('status', '=', CONFIRMED)
      .orderBy('id')
      .execute();
    const byTopic = new Map(topics.map((id) => [id, { each: [] as string[], batch: [] as string[] }]));
    for (const { id, topic_id, extension } of rows) {
      const { batch } = readExtension(extension).value ?? {};
      byTopic.get(topic_id)?.[batch ? 'batch' : 'each'].push(id);
    }
    return byTopic;
  }
}

/** A topic or a subscriber has gone since it was looked who gets what. */
const GONE = 'SQLITE_CONSTRAINT_FOREIGNKEY';

/** Messages for the subscribers that are still there. */
async function stillWanted(transaction: Transaction<Database>, puts: readonly Put[]): Promise<Put[]> {
  const topics = [...new Set(puts.map(({ rule }) => rule.topicId))];
  const rows = await transaction
    .selectFrom('smn_subscriptions')
    .select('id')
    .where('topic_id', 'in', topics)
    .execute();
  const there = new Set(rows.map(({ id }) => id));
  return puts
    .map((put) => ({ ...put, to: put.to.filter((id) => there.has(id)) }))
    .filter(({ to }) => to.length > 0);
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
