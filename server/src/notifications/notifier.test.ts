import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseQuery } from '@opencts/client/query';
import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sure } from '../clock/index.ts';
import { AsideKeeper, Follower, type Frame, Journal, JournalReader, Quarantine } from '../journal/index.ts';
import { type Metadata, openMetadata } from '../metadata/index.ts';
import { compiled } from '../query/testing/memory.ts';
import { RecentPieces, Topics } from '../smn/index.ts';
import { until } from '../testing/until.ts';
import { readLine } from '../traces/index.ts';
import { Matcher, type Rule } from './matcher.ts';
import { NOTIFIER, Notifier, type NotifierOptions } from './notifier.ts';

const PROJECTS = ['a'.repeat(32), 'b'.repeat(32)];
const [PROJECT = ''] = PROJECTS;
const NOW = Date.UTC(2026, 10, 5, 12);
const log = pino({ level: 'silent' });

let directory: string;
let journal: Journal;
let reader: JournalReader;
let aside: AsideKeeper;
let count = 0;

async function openJournal(): Promise<void> {
  journal = await Journal.open({
    directory: path.join(directory, 'journal'),
    segmentSize: 256 * 1024,
    maxQueue: 64 * 1024 * 1024,
    retryWindow: 1000,
    countsSince: () => 0,
    onDurable: (_counts, _traces, end) => reader?.advance(end),
    onDamage: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  aside = new AsideKeeper(path.join(directory, 'journal'), NOTIFIER, () => undefined);
  reader = new JournalReader(path.join(directory, 'journal'), journal.durableEnd, () => undefined, aside);
}
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-notifier-'));
  await openJournal();
});
afterEach(async () => {
  await journal.close();
  await rm(directory, { recursive: true, force: true });
});

/** Both copies. */
async function forgetPositions(): Promise<void> {
  for (const folder of ['positions', 'positions.copy'])
    await rm(path.join(directory, 'journal', folder), { recursive: true });
}

interface Given {
  project?: string;
  recordTime?: number;
  service_type?: string;
  resource_type?: string;
  trace_name?: string;
  user?: string;
  /** In place of one made of its name. */
  userText?: string;
  /** In place of the line. */
  broken?: string;
  [member: string]: unknown;
}

/** Journals traces as intake does; returns their ids. */
async function record(given: readonly Given[]): Promise<string[]> {
  const entries = given.map(({ project = PROJECT, recordTime = NOW, user, userText, broken, ...members }) => {
    const traceId = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
    const all: Record<string, unknown> = {
      service_type: 'ECS',
      resource_type: 'ecs',
      trace_name: 'deleteServer',
      request: '{"trace_name":"x","resource_type":"y"}',
      time: NOW,
      trace_id: traceId,
      ...(user === undefined ? {} : { user: JSON.stringify({ name: user }) }),
      ...(userText === undefined ? {} : { user: userText }),
      ...members,
    };
    const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      routing: {
        recordTime,
        traceId,
        projectId: project,
        trackerName: 'system',
        serviceType: all.service_type as string,
        clientId: false,
        extra: false,
      },
      line: broken ?? JSON.stringify(sorted),
    };
  });
  await journal.append(entries, []);
  return entries.map(({ routing }) => routing.traceId);
}

describe('the matcher', () => {
  const text = fc.constantFrom('ecs', 'evs', 'größe', 'a "b"', 'back\\slash', 'x');
  const name = fc.constantFrom('deleteServer', 'createServer', 'stop', 'login');
  const service = fc.constantFrom('ECS', 'EVS', 'IAM');
  const user = fc.constantFrom('jane', 'eve', 'jane/op_service');
  const trace = fc.record({
    project: fc.constantFrom(...PROJECTS),
    recordTime: fc.constantFrom(NOW - 1, NOW, NOW + 1),
    service_type: service,
    resource_type: text,
    trace_name: name,
    user: fc.option(user, { nil: undefined }),
    code: fc.constantFrom(undefined, 200, 403, 'x'),
    trace_rating: fc.constantFrom('normal', 'warning'),
    resource_name: fc.option(fc.constantFrom('web = 1', 'web', ''), { nil: undefined }),
  });
  const condition = fc
    .tuple(
      fc.constantFrom('code', 'trace_rating', 'resource_name'),
      fc.constantFrom('=', '!='),
      fc.constantFrom('200', 'normal', 'warning', 'web = 1', 'web'),
    )
    .filter(([field, , value]) => field !== 'trace_rating' || value === 'normal' || value === 'warning')
    .map((parts) => parts.join(' '));
  const rule: fc.Arbitrary<Rule> = fc.record({
    notificationId: fc.uuid(),
    name: fc.constant('n'),
    topicId: fc.constant('t'),
    projectId: fc.constantFrom(...PROJECTS),
    activeSince: fc.constantFrom(NOW - 1, NOW),
    query: fc.option(
      fc
        .constantFrom(
          'web',
          'user:jane',
          '-code:200',
          '"web = 1" OR name:log*',
          'request.trace_name:x -source:IAM',
        )
        .map((text) => parseQuery(text, NOW)),
      { nil: undefined },
    ),
    settings: fc.record({
      operation_type: fc.constantFrom('complete' as const, 'customized' as const, 'customized' as const),
      operations: fc.array(
        fc.record({
          service_type: service,
          resource_type: text,
          trace_names: fc.array(name, { minLength: 1, maxLength: 3 }),
        }),
        { maxLength: 4 },
      ),
      notify_user_list: fc.constantFrom(
        undefined,
        [{ user_group: 'g', user_list: ['jane'] }],
        [
          { user_group: 'g', user_list: ['eve'] },
          { user_group: 'h', user_list: ['jane/op_service'] },
        ],
      ),
      filter: fc.option(
        fc.record({
          condition: fc.constantFrom('AND' as const, 'OR' as const),
          is_support_filter: fc.boolean(),
          rule: fc.array(condition, { maxLength: 3 }),
        }),
        { nil: undefined },
      ),
    }),
  });

  /** The same in the plainest way (`docs/reference/cts-api.md` 5.1). */
  function plain({ settings, query, projectId, activeSince }: Rule, given: Given, line: string): boolean {
    if (query && !compiled(query)(readLine(line))) return false;
    if (projectId !== given.project || (given.recordTime ?? 0) < activeSince) return false;
    const named = settings.operations?.some(
      (one) =>
        one.service_type === given.service_type &&
        one.resource_type === given.resource_type &&
        one.trace_names.includes(given.trace_name ?? ''),
    );
    if (settings.operation_type !== 'complete' && !named) return false;
    const users = settings.notify_user_list?.flatMap(({ user_list }) => user_list) ?? [];
    // With a privilege for a while, jane is jane/op_service.
    const [person] = given.user?.split('/op_service') ?? [];
    const isListed = users.includes(given.user ?? '') || users.includes(person ?? '');
    if (users.length > 0 && (given.user === undefined || !isListed)) return false;
    const { filter } = settings;
    if (!filter?.is_support_filter || filter.rule.length === 0) return true;
    const results = filter.rule.map((condition) => {
      const [, field = '', operator, value = ''] = /^(\S+) (!?=) (.*)$/.exec(condition) ?? [];
      return (String(given[field] ?? '') === value) === (operator === '=');
    });
    return filter.condition === 'OR' ? results.some(Boolean) : results.every(Boolean);
  }

  test('finds what a plain reading of the rules finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(trace, { minLength: 1, maxLength: 20 }),
        fc.array(rule, { maxLength: 8 }),
        async (given, rules) => {
          const from = journal.durableEnd;
          await record(given);
          const frames: Frame[] = [];
          for (let at = from; ; ) {
            const read = await reader.read(at, 1024 * 1024);
            if (read.frames.length === 0) break;
            frames.push(...read.frames);
            at = read.next;
          }
          expect(frames).toHaveLength(given.length);
          const matcher = new Matcher(
            rules,
            sure(() => NOW),
          );
          for (const [i, frame] of frames.entries()) {
            const found = matcher.match(frame).map(({ notificationId }) => notificationId);
            const wanted = rules.filter((one) => plain(one, given[i] as Given, frame.line()));
            expect(found.sort()).toEqual(wanted.map(({ notificationId }) => notificationId).sort());
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('the notifier', () => {
  let metadata: Metadata;
  let notifier: Notifier;
  let queued: number;

  beforeEach(async () => {
    metadata = await openMetadata(path.join(directory, 'metadata.db'));
    await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    const project = { id: PROJECT, domain_id: 'd', name: 'eu-de', region: 'eu-de', created_at: 0 };
    await metadata.insertInto('projects').values(project).execute();
    const topics = new Topics(
      metadata,
      () => NOW,
      () => undefined,
    );
    const owner = { projectId: PROJECT, region: 'eu-de' };
    const { topic } = await topics.create(owner, {
      name: 'alerts',
      displayName: '',
      enterpriseProjectId: '0',
    });
    const subscription = {
      topic_id: topic.id,
      protocol: 'http',
      remark: '',
      status: 1,
      created_at: 0,
      next_at: 0,
      failures: 0,
      failing_since: null,
      paused: '' as const,
    };
    const batch = JSON.stringify({ batch: { traces: 100, seconds: 1 } });
    await metadata
      .insertInto('smn_subscriptions')
      .values([
        { ...subscription, id: 'each', endpoint: 'http://a', extension: '{}' },
        { ...subscription, id: 'batch', endpoint: 'http://b', extension: batch },
        { ...subscription, id: 'pending', endpoint: 'http://c', extension: '{}', status: 0 },
      ])
      .execute();
    await metadata
      .insertInto('notifications')
      .values({
        id: 'n1',
        project_id: PROJECT,
        name: 'deletions',
        type: 'smn',
        enabled: 1,
        settings: JSON.stringify({
          operation_type: 'customized',
          operations: [{ service_type: 'ECS', resource_type: 'ecs', trace_names: ['deleteServer'] }],
          topic_id: topic.urn,
        }),
        created_at: NOW,
        active_since: NOW,
      })
      .execute();
    queued = 0;
    await start();
  });
  afterEach(async () => {
    await notifier.stop();
    await metadata.destroy();
  });

  async function start(given: Partial<NotifierOptions> = {}): Promise<void> {
    const follower = await Follower.open(NOTIFIER, reader, path.join(directory, 'journal', 'positions'));
    notifier = new Notifier({
      journal: reader,
      journalId: journal.id,
      follower,
      aside,
      metadata,
      recent: new RecentPieces(),
      time: sure(() => NOW + 1000),
      clock: () => NOW,
      log,
      onQueued: (messages) => {
        queued += messages;
      },
      onPassed: () => undefined,
      ...given,
    });
    await notifier.start();
  }
  async function waitFor(messages: number): Promise<void> {
    await until(() => queued >= messages || undefined);
  }
  const waiting = (subscription: string) =>
    metadata
      .selectFrom('smn_deliveries')
      .innerJoin('smn_messages', 'smn_messages.id', 'smn_deliveries.message_id')
      .selectAll()
      .where('subscription_id', '=', subscription)
      .orderBy('seq')
      .execute();

  test('puts a message for each trace into the queue of each subscriber, in order; batches for those who want them', async () => {
    const ids = await record([
      {},
      { trace_name: 'createServer' },
      {},
      { project: PROJECTS[1] as string },
      {},
    ]);
    await waitFor(3);
    const each = await waiting('each');
    expect(each.map(({ content }) => JSON.parse(content).trace_id)).toEqual([ids[0], ids[2], ids[4]]);
    expect(each.every(({ kind, notification }) => kind === 'trace' && notification === 'deletions')).toBe(
      true,
    );
    expect((await waiting('batch')).reduce((sum, { traces }) => sum + traces, 0)).toBe(3);
    expect(await waiting('pending')).toEqual([]);
  });

  test('a stretch that is read again adds nothing', async () => {
    await record([{}, {}]);
    await waitFor(2);
    await notifier.stop();
    // As if the crash had come before the file of positions was written.
    await forgetPositions();
    await start();
    await record([{}]);
    await waitFor(3);
    expect(await waiting('each')).toHaveLength(3);
    await notifier.stop();
    // As if the metadata had been restored from before, but messages were there.
    await metadata.deleteFrom('notifier_positions').execute();
    await forgetPositions();
    queued = 0;
    await start();
    await waitFor(3);
    expect(await waiting('each')).toHaveLength(3);
  });

  test.each([0, 1, 2, 3, 4].flatMap((place) => [false, true].map((crash) => ({ place, crash }))))(
    'a trace that cannot be looked at costs only itself, at place $place, restart: $crash',
    async ({ place, crash }) => {
      const { settings } = await metadata
        .selectFrom('notifications')
        .select('settings')
        .executeTakeFirstOrThrow();
      const { topic_id } = JSON.parse(settings);
      const users = {
        operation_type: 'complete',
        notify_user_list: [{ user_group: 'g', user_list: ['ann'] }],
      };
      await metadata
        .updateTable('notifications')
        .set({ settings: JSON.stringify({ ...users, topic_id }) })
        .execute();
      notifier.refresh();
      const ids = await record(
        Array.from({ length: 5 }, (_, at) => (at === place ? { broken: '{"user":"{' } : { user: 'ann' })),
      );
      await waitFor(4);
      if (crash) {
        await notifier.stop();
        await metadata.deleteFrom('notifier_positions').execute();
        await forgetPositions();
        await start();
        await record([{ user: 'ann' }]);
        await waitFor(5);
      }
      const told = (await waiting('each')).map(({ content }) => JSON.parse(content).trace_id);
      expect(told.slice(0, 4)).toEqual(ids.filter((_, at) => at !== place));
      const kept = await (await Quarantine.open(path.join(directory, 'journal'))).list({}, 10);
      expect(kept.map(({ routing }) => routing.traceId)).toEqual([ids[place]]);
    },
  );

  test('a user whose name stands twice is the one that is listed', async () => {
    const { settings } = await metadata
      .selectFrom('notifications')
      .select('settings')
      .executeTakeFirstOrThrow();
    const users = {
      operation_type: 'complete',
      notify_user_list: [{ user_group: 'g', user_list: ['ann'] }],
    };
    await metadata
      .updateTable('notifications')
      .set({ settings: JSON.stringify({ ...users, topic_id: JSON.parse(settings).topic_id }) })
      .execute();
    notifier.refresh();
    const ids = await record([
      { userText: '{"name":"ann","name":"ann"}' },
      { userText: '{"name":"ann","name":"ann/op_service","level":1.0}' },
      { userText: '{"name":"eve","name":"eve"}' },
      { user: 'ann' },
    ]);
    await waitFor(3);
    const told = (await waiting('each')).map(({ content }) => JSON.parse(content).trace_id);
    expect(told).toEqual([0, 1, 3].map((at) => ids[at]));
  });

  test('a stretch that cannot be written is looked at trace by trace, and only the one at fault is set aside', async () => {
    // Nothing that a producer can send does this: the metadata store itself refuses one message.
    await sql`create trigger refusing before insert on smn_messages
      when new.content like '%poison%' begin select raise(abort, 'no such message'); end`.execute(metadata);
    const ids = await record([{}, { request: 'poison' }, {}, {}, { request: 'poison' }, {}]);
    await expect.poll(async () => (await waiting('each')).length, { timeout: 20_000, interval: 100 }).toBe(4);
    const told = (await waiting('each')).map(({ content }) => JSON.parse(content).trace_id);
    expect(told).toEqual([0, 2, 3, 5].map((at) => ids[at]));
    const quarantine = await Quarantine.open(path.join(directory, 'journal'));
    await expect.poll(async () => (await quarantine.list({}, 10)).length).toBe(2);
    await sql`drop trigger refusing`.execute(metadata);
    await quarantine.replay(journal, {});
    await expect
      .poll(async () => (await quarantine.list({}, 10)).length, { timeout: 20_000, interval: 100 })
      .toBe(0);
    expect(await waiting('each')).toHaveLength(6);
  });

  test('what cannot be read of a stretch that was begun costs nothing', async () => {
    await record([{}]);
    await waitFor(1);
    for (const begun of ['zzz', '{', 'null', '{"until":1}']) {
      await notifier.stop();
      await metadata.updateTable('notifier_positions').set({ begun }).execute();
      const before = (await waiting('each')).length;
      await start();
      await record([{}]);
      await expect.poll(async () => (await waiting('each')).length).toBe(before + 1);
    }
  });

  test('a notification that is changed holds from then on; a topic that is gone gets nothing', async () => {
    await metadata.updateTable('notifications').set({ enabled: 0 }).execute();
    notifier.refresh();
    await record([{}]);
    await metadata
      .updateTable('notifications')
      .set({ enabled: 1, active_since: NOW + 10 })
      .execute();
    notifier.refresh();
    const [, told] = await record([{ recordTime: NOW + 9 }, { recordTime: NOW + 10 }]);
    await waitFor(1);
    expect((await waiting('each')).map(({ content }) => JSON.parse(content).trace_id)).toEqual([told]);
    await metadata.deleteFrom('smn_topics').execute();
    notifier.refresh();
    await record([{ recordTime: NOW + 20 }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await metadata.selectFrom('smn_messages').selectAll().execute()).toEqual([]);
  });

  test.each(['topic', 'subscription'].flatMap((what) => [5, 1000].map((shareRows) => ({ what, shareRows }))))(
    'a $what that goes while its key events are put into queues is no error, with $shareRows rows',
    async ({ what, shareRows }) => {
      await notifier.stop();
      const complaints: string[] = [];
      let gone: Promise<unknown> | undefined;
      const remove = () =>
        what === 'topic'
          ? metadata.deleteFrom('smn_topics').execute()
          : metadata.deleteFrom('smn_subscriptions').where('id', '=', 'each').execute();
      await start({
        ...{ partRows: 5, shareRows },
        log: pino({ level: 'warn' }, { write: (line: string) => complaints.push(line) }),
        onQueued: (messages) => {
          queued += messages;
          gone ??= remove();
        },
      });
      await record(Array.from({ length: 30 }, () => ({})));
      await waitFor(30);
      await gone;
      expect(complaints).toEqual([]);
      const batches = await waiting('batch');
      expect(batches.reduce((sum, { traces }) => sum + traces, 0)).toBe(what === 'topic' ? 0 : 30);
    },
  );

  test('a notification from before the clock was set back tells what comes now', async () => {
    await metadata
      .updateTable('notifications')
      .set({ active_since: NOW + 3_600_000 })
      .execute();
    notifier.refresh();
    const [told] = await record([{}]);
    await waitFor(1);
    expect((await waiting('each')).map(({ content }) => JSON.parse(content).trace_id)).toEqual([told]);
  });

  test('a subscriber for whom too many wait is told so, and gets no more; others go on', async () => {
    const message = { topic_id: '', kind: 'trace' as const, notification: 'n', content: '{}', traces: 1 };
    const { topic_id } = await metadata
      .selectFrom('smn_subscriptions')
      .select('topic_id')
      .executeTakeFirstOrThrow();
    await metadata
      .insertInto('smn_messages')
      .values({ ...message, id: 'm', topic_id, created_at: NOW, expires_at: NOW })
      .execute();
    await sql`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
      INSERT INTO smn_deliveries (message_id, subscription_id, state, attempts, reason)
      SELECT 'm', 'each', 'waiting', 0, '' FROM n`.execute(metadata);
    await record([{}, {}, {}]);
    await waitFor(3);
    expect(await waiting('each')).toHaveLength(100_000);
    const told = await metadata.selectFrom('smn_attempts').selectAll().execute();
    expect(told).toMatchObject([
      { subscription_id: 'each', answer: expect.stringContaining('2 key events were not queued') },
    ]);
    expect((await waiting('batch')).reduce((sum, { traces }) => sum + traces, 0)).toBe(3);
  });

  /** More subscribers and notifications, one by one and in batches. */
  async function widen(): Promise<void> {
    for (const [like, count] of [
      ['each', 12],
      ['batch', 6],
    ] as const) {
      const subscription = await metadata
        .selectFrom('smn_subscriptions')
        .selectAll()
        .where('id', '=', like)
        .executeTakeFirstOrThrow();
      for (let i = 1; i < count; i++) {
        await metadata
          .insertInto('smn_subscriptions')
          .values({ ...subscription, id: `${like}${i}`, endpoint: `http://${like}${i}` })
          .execute();
      }
    }
    const notification = await metadata.selectFrom('notifications').selectAll().executeTakeFirstOrThrow();
    for (const id of ['n0', 'n2']) {
      await metadata
        .insertInto('notifications')
        .values({ ...notification, id, name: id })
        .execute();
    }
  }

  test.each([
    ['with the others', 10_000],
    ['apart', 100],
  ])(
    'many messages are written in parts, %s, others write in between, and a restart at any part repeats none',
    async (_, shareRows) => {
      await widen();
      await notifier.stop();
      const ids = await record(Array.from({ length: 10 }, () => ({})));
      const other = await openMetadata(path.join(directory, 'metadata.db'));
      const parts: number[] = [];
      const sent = new Set<string>();
      let had = 0;
      let passedOver = false;
      const stored = () => metadata.selectFrom('notifier_positions').selectAll().executeTakeFirst();
      for (let run = 0; ; run++) {
        if (run > 500) throw new Error('it does not come to an end');
        // Stops after its next part.
        await start({ partRows: 5, shareRows });
        await notifier.stop();
        await other
          .updateTable('projects')
          .set({ name: `between ${run}` })
          .execute();
        const rows = await metadata
          .selectFrom('smn_deliveries')
          .select(['seq', 'message_id', 'subscription_id'])
          .execute();
        parts.push(rows.length);
        had += rows.length;
        // As if they were sent: a message that is gone must not come again.
        for (const { message_id, subscription_id } of rows) {
          const one = `${message_id} ${subscription_id}`;
          expect(sent).not.toContain(one);
          sent.add(one);
        }
        await metadata.deleteFrom('smn_deliveries').execute();
        await metadata.deleteFrom('smn_messages').execute();
        const row = await stored();
        const arrears = await metadata.selectFrom('notifier_arrears').selectAll().execute();
        passedOver ||= arrears.length > 0;
        if (arrears.length === 0 && row?.begun === '' && row.offset === journal.durableEnd.offset) break;
      }
      await other.destroy();
      expect(had).toBe(3 * 12 * ids.length + 3 * 6);
      expect(Math.max(...parts)).toBeLessThanOrEqual(5);
      expect(passedOver).toBe(shareRows === 100);
    },
    60_000,
  );

  /** Another project, with a notification like that of the first, and a subscriber. */
  async function settleOther(): Promise<string> {
    const topic = await metadata.selectFrom('smn_topics').selectAll().executeTakeFirstOrThrow();
    const other = PROJECTS[1] as string;
    await metadata
      .insertInto('projects')
      .values({ id: other, domain_id: 'd', name: 'eu-nl', region: 'eu-nl', created_at: 0 })
      .execute();
    await metadata
      .insertInto('smn_topics')
      .values({ ...topic, id: 'other', project_id: other })
      .execute();
    const [each, first] = await Promise.all([
      metadata.selectFrom('smn_subscriptions').selectAll().where('id', '=', 'each').executeTakeFirstOrThrow(),
      metadata.selectFrom('notifications').selectAll().where('id', '=', 'n1').executeTakeFirstOrThrow(),
    ]);
    await metadata
      .insertInto('smn_subscriptions')
      .values({ ...each, id: 'others', topic_id: 'other' })
      .execute();
    await metadata
      .insertInto('notifications')
      .values({
        ...{ ...first, id: 'n9', project_id: other },
        settings: first.settings.replaceAll(PROJECT, other),
      })
      .execute();
    return other;
  }
  const setQuery = (query: string) =>
    metadata.updateTable('notifications').set({ query }).where('project_id', '=', PROJECT).execute();

  test.each([
    ['messages', { shareRows: 100 }, ''],
    ['steps', { shareSteps: 3000 }, 'x'],
  ])(
    'what takes too many %s waits for its turns, in order, also when it is restarted while others and more of it come',
    async (_, share, query) => {
      const given = { partRows: 50, ...share };
      await widen();
      const other = await settleOther();
      await setQuery(query);
      const ids: string[] = [];
      const others: string[] = [];
      let passedOver = false;
      for (let round = 0; round < 20; round++) {
        await notifier.stop();
        ids.push(...(await record(Array.from({ length: round % 4 === 3 ? 1 : 20 }, () => ({})))));
        others.push(...(await record([{ project: other }])));
        await start(given);
        await new Promise((resolve) => setTimeout(resolve, round * 5));
        passedOver ||= (await metadata.selectFrom('notifier_arrears').selectAll().execute()).length > 0;
      }
      expect(passedOver).toBe(true);
      await vi.waitFor(async () => {
        expect(await metadata.selectFrom('notifier_arrears').selectAll().execute()).toEqual([]);
        expect(await waiting('others')).toHaveLength(others.length);
        expect(await waiting('each')).toHaveLength(3 * ids.length);
      }, 20_000);
      const idsOf = async (subscription: string) =>
        (await waiting(subscription)).map(({ content }) => JSON.parse(content).trace_id as string);
      expect(await idsOf('others')).toEqual(others);
      expect(await idsOf('each')).toEqual(ids.flatMap((id) => [id, id, id]));
      expect((await waiting('batch')).reduce((sum, { traces }) => sum + traces, 0)).toBe(3 * ids.length);
    },
  );

  test('a project whose queries take long to look at its traces keeps no other waiting', async () => {
    await notifier.stop();
    const other = await settleOther();
    await setQuery(String.raw`-("\\ x" OR "\\y")`);
    const ids = await record(Array.from({ length: 20 }, () => ({ request: '\\'.repeat(4000) })));
    await record([{ project: other }]);
    let first: { messages: number; others: Promise<unknown[]> } | undefined;
    await start({
      // Of two traces.
      shareSteps: 20_000,
      onQueued: (messages) => {
        first ??= { messages, others: waiting('others') };
      },
    });
    await vi.waitFor(async () => expect(await waiting('each')).toHaveLength(ids.length), 20_000);
    expect(first?.messages).toBe(1);
    expect(await first?.others).toHaveLength(1);
  });

  test('a query is asked of what is recorded, and one that cannot be read tells nothing', async () => {
    await setQuery('request.resource_type:y code:403');
    notifier.refresh();
    const [, told] = await record([{}, { code: 403 }, { code: 403, request: '{}' }]);
    await waitFor(1);
    await setQuery('gone:1');
    notifier.refresh();
    await record([{ code: 403 }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await setQuery('');
    notifier.refresh();
    const [last] = await record([{}]);
    await waitFor(2);
    expect((await waiting('each')).map(({ content }) => JSON.parse(content).trace_id)).toEqual([told, last]);
  });

  test('a project in which too much waits gets no more, and its subscribers are told', async () => {
    await widen();
    await notifier.stop();
    await start({ mostWaiting: 20 });
    await record([{}, {}, {}]);
    await waitFor(9);
    expect(await metadata.selectFrom('smn_deliveries').select('seq').execute()).toHaveLength(20);
    await until(async () => {
      const told = await metadata.selectFrom('smn_attempts').selectAll().execute();
      return new Set(told.map((row) => row.subscription_id)).size === 18 || undefined;
    });
  });
});
