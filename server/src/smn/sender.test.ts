import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http, { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { MailServer } from '../testing/mail.ts';
import { Receiver } from '../testing/receiver.ts';
import { until } from '../testing/until.ts';
import { contentOf, packPiece, RecentPieces } from './batch.ts';
import { Certificates } from './certificates.ts';
import { findDue, forgetIdle } from './due.ts';
import { KNOWN_SLOW_PLACES_OF_ONE } from './limits.ts';
import { DeliveryLog } from './log.ts';
import { Messages } from './messages.ts';
import { DeliveryNetwork } from './network.ts';
import { Roster } from './roster.ts';
import { Sender } from './sender.ts';
import { type Extension, type Subscription, Subscriptions } from './subscriptions.ts';
import { type Topic, Topics } from './topics.ts';

const PROJECT = 'a'.repeat(32);
const OWNER = { projectId: PROJECT, region: 'eu-de' };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ROOT = Buffer.alloc(32, 1);

let directory: string;
let metadata: Metadata;
let now: number;
let topic: Topic;
let topics: Topics;
let messages: Messages;
let subscriptions: Subscriptions;
let sender: Sender;
let log: DeliveryLog;
let receiver: Receiver;
let pauses: [boolean, string][];

async function build(
  change: Partial<ConstructorParameters<typeof Sender>[0]> = {},
  networks = ['127.0.0.0/8'],
) {
  const clock = () => now;
  const wake = () => sender?.wake();
  const network = new DeliveryNetwork(networks);
  messages = new Messages(metadata, clock, wake);
  topics = new Topics(metadata, clock, () => undefined);
  subscriptions = new Subscriptions({ metadata, messages, network, time: sure(clock), rootKey: ROOT });
  log = new DeliveryLog(metadata, clock, wake);
  sender = new Sender({
    metadata,
    messages,
    subscriptions,
    certificates: new Certificates(metadata, ROOT, clock),
    network,
    recent: new RecentPieces(),
    time: sure(clock),
    log: pino({ level: 'silent' }),
    smtp: { url: '', from: 'opencts@example.com' },
    sms: { url: '', method: 'POST', headers: {}, body: '' },
    publicUrl: () => 'https://cts.example.com',
    onPause: (_subscription, paused, reason) => void pauses.push([paused, reason]),
    ...change,
  });
  await sender.start();
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-smn-'));
  const file = path.join(directory, 'metadata.db');
  await (await openMetadata(file)).destroy();
  // As in its thread.
  metadata = connectMetadata(file);
  await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
  const project = { id: PROJECT, domain_id: 'd', name: 'eu-de', region: 'eu-de', created_at: 0 };
  await metadata.insertInto('projects').values(project).execute();
  now = Date.UTC(2026, 10, 5, 12);
  pauses = [];
  receiver = await new Receiver().start();
  await build();
  ({ topic } = await topics.create(OWNER, { name: 'alerts', displayName: '', enterpriseProjectId: '0' }));
});
afterEach(async () => {
  await sender.stop();
  await receiver.stop();
  await metadata.destroy();
  await rm(directory, { recursive: true, force: true });
});

/** Lets time pass in steps, and each time what is due be tried. */
async function pass(ms: number, step: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    now += step;
    sender.wake();
    await sender.settled();
  }
}
async function confirmed(endpoint = `${receiver.url}/hook`, protocol = 'http', extension: Extension = {}) {
  const { subscription } = await subscriptions.subscribe(topic, {
    protocol,
    endpoint,
    remark: '',
    extension,
  });
  await metadata
    .updateTable('smn_subscriptions')
    .set({ status: 1 })
    .where('id', '=', subscription.id)
    .execute();
  await metadata.deleteFrom('smn_deliveries').where('subscription_id', '=', subscription.id).execute();
  receiver.received.length = 0;
  return (await subscriptions.find(topic, subscription.id)) as Subscription;
}
const publish = (text: string, live = 24 * HOUR) =>
  messages.publish(topic, { subject: text, default: text, byProtocol: {} }, live);
const told = () => receiver.of('Notification').map(({ body }) => body.message as string);
const again = async ({ id }: Subscription) => (await subscriptions.find(topic, id)) as Subscription;

test('what comes while it is found out when to look next is sent at once', async () => {
  await sender.stop();
  await confirmed();
  let asked = 0;
  const latest = () => {
    // After the look itself: when the next one is due.
    if (++asked === 2) void publish('in between');
    return now;
  };
  await build({ time: { ...sure(() => now), latest } });
  await sender.settled();
  expect(await until(() => (told().length > 0 ? told() : undefined))).toEqual(['in between']);
  expect(asked).toBeGreaterThan(2);
});

describe('a receiver that fails', () => {
  test.each<['hang' | number]>([[500], [429]])(
    'with %s for an hour gets everything afterwards, once and in order',
    async (answer) => {
      const subscription = await confirmed();
      receiver.always = answer;
      for (let i = 0; i < 20; i++) {
        await publish(`m${i}`);
        await pass(3 * MINUTE, MINUTE);
      }
      const tries = told().length;
      expect(tries).toBeGreaterThan(10);
      expect(tries).toBeLessThan(60);
      expect(new Set(told())).toEqual(new Set(['m0']));
      expect(await again(subscription)).toMatchObject({ paused: 'failing' });
      expect(pauses).toEqual([[true, expect.stringContaining(String(answer))]]);
      receiver.always = 200;
      receiver.received.length = 0;
      await pass(15 * MINUTE, MINUTE);
      await until(() => (told().length >= 20 ? true : undefined));
      expect(told()).toEqual(Array.from({ length: 20 }, (_, i) => `m${i}`));
      expect(await again(subscription)).toMatchObject({ paused: '', failures: 0, failingSince: undefined });
      expect(pauses.map(([paused]) => paused)).toEqual([true, false]);
    },
    60_000,
  );

  test('tells its address neither in a dead letter nor in the news of its pause', async () => {
    const subscription = await confirmed(`${receiver.url}/services/T0SECRET/B0SECRET/abc`);
    receiver.says = ({ path }) => `Cannot POST ${path}`;
    receiver.always = 503;
    await publish('m');
    await pass(45 * MINUTE, MINUTE);
    expect(pauses).toEqual([[true, '503 Service Unavailable Cannot POST ********']]);
    receiver.always = 404;
    await pass(2 * HOUR, 10 * MINUTE);
    const [letter] = await log.deadLetters(subscription, 10);
    expect(letter?.reason).toBe('404 Not Found Cannot POST ********');
  }, 60_000);

  test('is tried again with growing intervals', async () => {
    await confirmed();
    receiver.always = 503;
    const at: number[] = [];
    await publish('m');
    for (let i = 0; i < 300; i++) {
      await pass(SECOND, SECOND);
      while (at.length < told().length) at.push(now);
    }
    const waits = at.slice(1).map((time, i) => (time - (at[i] ?? 0)) / SECOND);
    expect(waits.length).toBeGreaterThan(4);
    expect(waits.at(-1)).toBeGreaterThan(30);
    for (const [i, wait] of waits.entries())
      if (i > 0) expect(wait).toBeGreaterThanOrEqual((waits[i - 1] ?? 0) * 0.9);
  }, 60_000);

  test('keeps nobody else waiting', async () => {
    const other = await new Receiver().start();
    await confirmed();
    await confirmed(`${other.url}/other`);
    receiver.always = 'hang';
    await publish('m');
    await until(() => other.of('Notification')[0]);
    await other.stop();
  });

  test('that refuses for good is tried six times more; the message is dead, and can be sent again', async () => {
    const subscription = await confirmed();
    receiver.always = 403;
    await publish('refused');
    await publish('next');
    await pass(10 * MINUTE, 10 * SECOND);
    expect(told().filter((text) => text === 'refused')).toHaveLength(7);
    const dead = await until(async () => {
      const letters = await log.deadLetters(subscription, 10);
      return letters.length > 0 ? letters : undefined;
    });
    expect(dead.at(-1)).toMatchObject({
      summary: 'refused',
      attempts: 6,
      reason: expect.stringContaining('403'),
    });
    receiver.always = 200;
    receiver.received.length = 0;
    const [letter] = dead.slice(-1);
    expect(await log.replay(subscription, [letter?.id ?? 0])).toBe(1);
    await until(() => (told().includes('refused') ? true : undefined));
    expect((await log.deadLetters(subscription, 10)).some(({ id }) => id === letter?.id)).toBe(false);
  }, 60_000);

  test('for longer than a message lives: it is dead with its reason, what is younger arrives', async () => {
    const subscription = await confirmed();
    receiver.always = 500;
    await publish('short', 5 * MINUTE);
    await publish('long');
    await pass(10 * MINUTE, MINUTE);
    receiver.always = 200;
    receiver.received.length = 0;
    await pass(20 * MINUTE, MINUTE);
    await until(() => (told().includes('long') ? true : undefined));
    expect(told()).toEqual(['long']);
    expect(await log.deadLetters(subscription, 10)).toMatchObject([
      { summary: 'short', reason: 'it could not be delivered in time' },
    ]);
    await log.replay(subscription);
    await until(() => (told().includes('short') ? true : undefined));
    expect((await log.attempts(subscription))[0]).toMatchObject({ delivered: true });
  }, 60_000);

  test('leaves the project no more dead letters than it may have: the oldest go, and its log tells it', async () => {
    await sender.stop();
    await build({ mostDead: 10 });
    const subscription = await confirmed();
    const other = 'b'.repeat(32);
    await metadata
      .insertInto('projects')
      .values({ id: other, domain_id: 'd', name: 'eu-nl', region: 'eu-nl', created_at: 0 })
      .execute();
    receiver.always = 500;
    await publish('first', MINUTE);
    await pass(5 * MINUTE, MINUTE);
    // Of another project: it has a bound of its own.
    await metadata.updateTable('smn_topics').set({ project_id: other }).execute();
    ({ topic } = await topics.create(OWNER, { name: 'more', displayName: '', enterpriseProjectId: '0' }));
    const second = await confirmed(`${receiver.url}/second`);
    for (let i = 0; i < 25; i++) await publish(`m${i}`, MINUTE);
    await pass(5 * MINUTE, MINUTE);
    const letters = await log.deadLetters(second, 100);
    expect(letters.length).toBeGreaterThan(8);
    expect(letters.length).toBeLessThanOrEqual(10);
    expect(letters.map(({ summary }) => summary)).toEqual(letters.map((_, i) => `m${24 - i}`));
    expect(await log.deadLetters({ ...subscription, projectId: other }, 100)).toHaveLength(1);
    const kept = metadata.selectFrom('smn_messages').select('id').where('kind', '=', 'published');
    expect(await kept.execute()).toHaveLength(letters.length + 1);
    const [told] = (await log.attempts(second)).filter(({ messageId }) => messageId === '');
    expect(told?.answer).toMatch(/^\d+ dead letters were removed/);
  });

  test('a person pauses and resumes it; what waits arrives then', async () => {
    const subscription = await confirmed();
    await subscriptions.pause(subscription, 'manual');
    await publish('m');
    await pass(HOUR, 10 * MINUTE);
    expect(told()).toEqual([]);
    await subscriptions.pause(subscription, '');
    sender.wake();
    await until(() => (told().length === 1 ? true : undefined));
  });

  test('a subscriber that leaves gets nothing more but how to return', async () => {
    const subscription = await confirmed();
    receiver.always = 500;
    await publish('m');
    await until(() => told()[0]);
    receiver.always = 200;
    receiver.received.length = 0;
    expect(await subscriptions.leave(subscription.id, 'wrong')).toBeUndefined();
    await subscriptions.leave(subscription.id, subscriptions.leaveToken(subscription.id));
    await pass(MINUTE, 10 * SECOND);
    await until(() => receiver.of('UnsubscribeConfirmation')[0]);
    await publish('later');
    await pass(MINUTE, 10 * SECOND);
    expect(told()).toEqual([]);
    const link = new URL(receiver.of('UnsubscribeConfirmation')[0]?.body.subscribe_url);
    await subscriptions.confirm(link.searchParams.get('token') ?? '');
    await publish('again');
    await until(() => (told().includes('again') ? true : undefined));
  });

  test('a sender that starts anew goes on where the one before was', async () => {
    await confirmed();
    receiver.always = 500;
    await publish('m');
    await until(() => told()[0]);
    await sender.stop();
    receiver.always = 200;
    now += MINUTE;
    await build();
    await until(() => (told().length >= 2 ? true : undefined));
  });
});

describe('a clock that is wrong', () => {
  test('gives no message up: it is dead only when its time has surely passed', async () => {
    let ahead = 0;
    await sender.stop();
    await build({ time: { earliest: () => now, latest: () => now + ahead } });
    const subscription = await confirmed();
    receiver.always = 500;
    await publish('kept');
    await pass(MINUTE, MINUTE);
    ahead = 30 * 24 * HOUR;
    await pass(HOUR, 5 * MINUTE);
    expect(sender.counts.dead).toBe(0);
    expect(await again(subscription)).toMatchObject({ paused: 'failing' });
    // It is set right; the next try had been set by the wrong one.
    ahead = 0;
    receiver.always = 200;
    receiver.received.length = 0;
    await pass(MINUTE, MINUTE);
    expect(told()).toEqual(['kept']);
  });
});

describe('receivers of the same account that take up time', () => {
  const slow = createHttpServer((_request, response) => {
    setTimeout(() => response.end(), 3_000);
  });
  beforeAll(async () => {
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
  });
  afterAll(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const url = () => `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  /** Many of them, with a confirmation for each. */
  const subscribeMany = async (to: Topic, pace: number) => {
    for (let i = 0; i < 300; i++) {
      const wanted = { protocol: 'http', endpoint: `${url()}/${to.name}/${i}`, remark: '', extension: {} };
      await subscriptions.subscribe(to, wanted);
    }
    await metadata.updateTable('smn_subscriptions').set({ pace }).where('topic_id', '=', to.id).execute();
  };

  test.each([
    ['nobody knows yet', 0],
    ['were slow last time', 2],
  ])(
    'keep none waiting who is quick, of another topic or of theirs, when they %s',
    async (_when, pace) => {
      await sender.stop();
      const { topic: others } = await topics.create(OWNER, {
        ...{ name: 'others', displayName: '', enterpriseProjectId: '0' },
      });
      await subscribeMany(others, pace);
      await subscribeMany(topic, pace);
      const quick = await confirmed();
      await metadata.updateTable('smn_subscriptions').set({ pace: 1 }).where('id', '=', quick.id).execute();
      await build();
      const waits: number[] = [];
      for (let i = 0; i < 4; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const began = performance.now();
        await publish(`m${i}`);
        await until(() => (told().length > i ? true : undefined));
        waits.push(performance.now() - began);
      }
      expect(Math.max(...waits)).toBeLessThan(3_000);
    },
    60_000,
  );

  test('do not wait for long themselves, once it is known that they are slow', async () => {
    await sender.stop();
    await subscribeMany(topic, 2);
    let most = 0;
    let open = 0;
    const count = (_request: http.IncomingMessage, response: http.ServerResponse) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
    };
    slow.on('request', count);
    await build();
    await until(() => (most >= 20 ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    slow.off('request', count);
    expect(most).toBe(KNOWN_SLOW_PLACES_OF_ONE);
  }, 30_000);
});

test('who is due is found soon, however many subscriptions there are', async () => {
  await sender.stop();
  await sql`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    INSERT INTO smn_subscriptions (id, topic_id, protocol, endpoint, remark, extension, filter_polices, status,
      created_at, next_at, failures, paused, pace)
    SELECT 's' || i, ${topic.id}, 'http', 'http://127.0.0.1:9/' || i, '', '{}', '[]', 1, i, 0, 0, '', i % 3 FROM n`.execute(
    metadata,
  );
  await publish('to all');
  await metadata
    .deleteFrom('smn_deliveries')
    .where('subscription_id', 'not in', ({ selectFrom }) =>
      selectFrom('smn_subscriptions').select('id').where('created_at', '<', 2_000),
    )
    .execute();
  await forgetIdle(metadata);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    const found = await findDue(metadata, now, ['s0', 's1']);
    times.push(performance.now() - began);
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['quick', 'untried', 'slow']));
    expect(found.some(({ id }) => id === 's0')).toBe(false);
  }
  expect(Math.min(...times)).toBeLessThan(50);
}, 60_000);

describe('receivers of another account that take up time', () => {
  let others: Topic;
  beforeEach(async () => {
    const id = 'b'.repeat(32);
    await metadata.insertInto('domains').values({ id: 'other', name: 'other', created_at: 0 }).execute();
    const project = { id, domain_id: 'other', name: 'eu-de', region: 'eu-de', created_at: 0 };
    await metadata.insertInto('projects').values(project).execute();
    const wanted = { name: 'others', displayName: '', enterpriseProjectId: '0' };
    ({ topic: others } = await topics.create({ projectId: id, region: 'eu-de' }, wanted));
  });
  const subscribeOthers = async (base: string, count: number) => {
    for (let i = 0; i < count; i++) {
      const wanted = { protocol: 'http', endpoint: `${base}/${i}`, remark: '', extension: {} };
      await subscriptions.subscribe(others, wanted);
    }
    sender.wake();
  };

  test.each([
    ['for the first time', 0],
    ['once more', 3],
  ])(
    'keep nobody waiting, when they hang %s',
    async (_when, failures) => {
      const hanging = await new Receiver().start();
      hanging.always = 'hang';
      try {
        await sender.stop();
        await confirmed();
        await subscribeOthers(hanging.url, 40);
        await metadata
          .updateTable('smn_subscriptions')
          .set({ failures })
          .where('topic_id', '=', others.id)
          .execute();
        await build();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const began = Date.now();
        await publish('m');
        await until(() => told()[0]);
        expect(Date.now() - began).toBeLessThan(2_000);
      } finally {
        await hanging.stop();
      }
    },
    30_000,
  );

  test('keep nobody waiting for good, when they switch protocols', async () => {
    const sockets: Socket[] = [];
    const switching = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
      socket.once('data', () => socket.write(head));
    }).listen(0, '127.0.0.1');
    await once(switching, 'listening');
    try {
      await confirmed();
      await subscribeOthers(`http://127.0.0.1:${(switching.address() as AddressInfo).port}`, 40);
      await sender.settled();
      expect(sockets.length).toBeGreaterThanOrEqual(40);
      for (const one of await new Roster(metadata).page(others.projectId, { topicId: others.id }, 100)) {
        expect((await log.attempts(one))[0]?.answer).toContain('101');
      }
      await publish('m');
      await until(() => told()[0]);
    } finally {
      for (const socket of sockets) socket.destroy();
      switching.close();
    }
  }, 30_000);
});

describe('other receivers of one account', () => {
  const many = 20;
  let others: http.Server;
  let answerAfter: number | undefined;
  beforeEach(async () => {
    others = http.createServer((request, response) => {
      request.resume();
      if (answerAfter !== undefined) setTimeout(() => response.end(), answerAfter);
    });
    await once(others.listen(0, '127.0.0.1'), 'listening');
    for (let i = 0; i < many; i++) {
      await confirmed(`http://127.0.0.1:${(others.address() as AddressInfo).port}/${i}`);
    }
  });
  afterEach(() => {
    others.closeAllConnections();
    others.close();
  });

  test.each([
    ['that never answer', undefined, 1],
    ['that take long for each of many messages', 900, 40],
  ])(
    '%s keep none waiting for more than a few seconds',
    async (_how, ms, messages) => {
      answerAfter = ms;
      await Promise.all(Array.from({ length: messages }, (_, i) => publish(`before ${i}`)));
      await new Promise((resolve) => setTimeout(resolve, 500));
      await confirmed();
      const began = Date.now();
      await publish('after');
      await until(() => told()[0]);
      expect(told()).toEqual(['after']);
      expect(Date.now() - began).toBeLessThan(8_000);
    },
    30_000,
  );
});

describe('requests do not go into networks that are not allowed', () => {
  const refused = [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
  ];
  const disguised = [
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[fe80::1]',
    '[fd00::1]',
    '[64:ff9b::7f00:1]',
    '2130706433',
    '0x7f.1',
  ];
  test.each([...refused, ...disguised])('%s is refused when somebody subscribes it', async (host) => {
    await sender.stop();
    await build({}, []);
    const wanted = { protocol: 'http', endpoint: `http://${host}/x`, remark: '', extension: {} };
    await expect(subscriptions.subscribe(topic, wanted)).rejects.toMatchObject({ code: 'SMN.0069' });
  });

  test('a name that leads there is refused when it is resolved', async () => {
    await sender.stop();
    await build({}, []);
    const { port } = new URL(receiver.url);
    const network = new DeliveryNetwork(['127.0.0.0/8']);
    subscriptions = new Subscriptions({ metadata, messages, network, time: sure(() => now), rootKey: ROOT });
    const subscription = await confirmed(`http://localhost:${port}/hook`);
    await publish('m');
    await until(async () => ((await log.attempts(subscription)).length > 0 ? true : undefined));
    expect((await log.attempts(subscription))[0]).toMatchObject({
      delivered: false,
      answer: expect.stringContaining('private network'),
    });
    expect(receiver.received).toEqual([]);
  });

  test('redirects are not followed, wherever they lead', async () => {
    const inner = await new Receiver().start();
    const subscription = await confirmed();
    receiver.location = `${inner.url}/latest/meta-data`;
    receiver.answers = [302, 307];
    await publish('m');
    await pass(MINUTE, 5 * SECOND);
    await until(() => (told().length >= 3 ? true : undefined));
    expect(inner.received).toEqual([]);
    expect((await log.attempts(subscription)).at(-1)?.answer).toContain('302');
    await inner.stop();
  });

  test('the operator can allow networks', () => {
    const network = new DeliveryNetwork(['10.1.0.0/16', 'fd00::/8']);
    expect(network.allows('10.1.2.3')).toBe(true);
    expect(network.allows('10.2.2.3')).toBe(false);
    expect(network.allows('fd12::1')).toBe(true);
    expect(network.allows('8.8.8.8')).toBe(true);
    expect(network.allows('::ffff:10.1.2.3')).toBe(true);
  });
});

describe('text messages', () => {
  test('go through the gateway as its template says', async () => {
    await sender.stop();
    const headers = { 'content-type': 'application/json', authorization: 'Bearer s3cret' };
    const body = '{"to":"{number}","text":"{text}"}';
    await build({ sms: { url: `${receiver.url}/send?to={number}`, method: 'POST', headers, body } });
    const subscription = await confirmed('+4917012345', 'sms');
    await publish('a "quoted" {number}\nline');
    const { path: route, headers: sent, body: text } = await until(() => receiver.received[0]);
    expect(route).toBe('/send?to=%2B4917012345');
    expect(sent.authorization).toBe('Bearer s3cret');
    expect(text).toEqual({ to: '+4917012345', text: 'a "quoted" {number}\nline' });
    expect(JSON.stringify(await log.attempts(subscription))).not.toContain('s3cret');
  });

  test('are limited an hour; the others wait', async () => {
    await sender.stop();
    await build({ sms: { url: `${receiver.url}/send`, method: 'POST', headers: {}, body: '{text}' } });
    await confirmed('+4917012345', 'sms');
    for (let i = 0; i < 70; i++) await publish(`m${i}`);
    await pass(30 * MINUTE, MINUTE);
    expect(receiver.received).toHaveLength(60);
    await pass(40 * MINUTE, MINUTE);
    await until(() => (receiver.received.length === 70 ? true : undefined));
  }, 60_000);

  test('without a gateway it is told why nothing arrives', async () => {
    const subscription = await confirmed('+4917012345', 'sms');
    await publish('m');
    const [attempt] = await until(async () => {
      const attempts = await log.attempts(subscription);
      return attempts.length > 0 ? attempts : undefined;
    });
    expect(attempt?.answer).toContain('OPENCTS_SMS_URL');
  });
});

describe('e-mail', () => {
  test('a mail server that is away for an hour gets everything afterwards; one that refuses for good is believed', async () => {
    await sender.stop();
    const mail = await new MailServer().start();
    await build({ smtp: { url: mail.url, from: 'a@example.com' } });
    const subscription = await confirmed('jane@example.com', 'email');
    mail.refuses = 451;
    await publish('one');
    await pass(HOUR, 5 * MINUTE);
    expect(mail.received).toEqual([]);
    mail.refuses = 0;
    await pass(20 * MINUTE, MINUTE);
    const { text } = await until(() => mail.received[0]);
    expect(text).toContain('Subject: one');
    mail.refuses = 550;
    await publish('two');
    await pass(20 * MINUTE, MINUTE);
    await until(async () => ((await log.deadLetters(subscription, 10)).length === 1 ? true : undefined));
    await sender.stop();
    await mail.stop();
  }, 60_000);

  test('what is published cannot add headers or markup', async () => {
    await sender.stop();
    const mail = await new MailServer().start();
    await build({ smtp: { url: mail.url, from: 'a@example.com' } });
    await confirmed('jane@example.com', 'email');
    await publish('x\r\nBcc: eve@example.com\r\n<script>alert(1)</script>');
    const { text, to } = await until(() => mail.received[0]);
    expect(to).toEqual(['jane@example.com']);
    const [head = ''] = text.split('\r\n\r\n');
    expect(head).toContain('Subject: x Bcc: eve@example.com');
    expect(head).not.toMatch(/^Bcc:/m);
    expect(text.split('text/html')[1]).not.toContain('<script>');
    await sender.stop();
    await mail.stop();
  });
});

test('what was kept before it was refused adds no headers, and reaches nobody else', async () => {
  await sender.stop();
  const mail = await new MailServer().start();
  await build({ smtp: { url: mail.url, from: 'a@example.com' } });
  const odd = await confirmed('odd@example.com', 'email');
  await confirmed('jane@example.com', 'email');
  await metadata.updateTable('smn_topics').set({ display_name: 'x\r\nBcc: eve@example.com\0' }).execute();
  await metadata
    .updateTable('smn_subscriptions')
    .set({ endpoint: '|touch@b.cc' })
    .where('id', '=', odd.id)
    .execute();
  topic = (await messages.topicOf(topic.id)) as Topic;
  await publish('m');
  const { text, to } = await until(() => mail.received[0]);
  expect(to).toEqual(['jane@example.com']);
  expect(text.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
  await sender.settled();
  expect(mail.received).toHaveLength(1);
  expect((await log.attempts(odd))[0]).toMatchObject({ delivered: false, answer: 'it is no e-mail address' });
  await sender.stop();
  await mail.stop();
});

describe('a subscription as an earlier release may have left it', () => {
  const logged: string[] = [];
  const errors = () => logged.filter((line) => line.includes('"level":50'));
  beforeEach(async () => {
    logged.length = 0;
    await sender.stop();
    await build({ log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }) });
  });

  test.each(['', 'nowhere', 'http://', 'http://[::1', 'ftp://127.0.0.1/', 'https:/\0'])(
    'with the address %j gives its messages up, with the reason, and the log says nothing of it',
    async (endpoint) => {
      const odd = await confirmed();
      const other = await confirmed(`${receiver.url}/other`);
      await metadata.updateTable('smn_subscriptions').set({ endpoint }).where('id', '=', odd.id).execute();
      await publish('first');
      await publish('second');
      await pass(20 * MINUTE, 20 * SECOND);
      expect(told()).toEqual(['first', 'second']);
      expect(await log.deadLetters(odd, 10)).toHaveLength(2);
      expect(await log.deadLetters(other, 10)).toEqual([]);
      expect((await log.attempts(odd))[0]?.answer).not.toBe('');
      expect(errors()).toEqual([]);
    },
    30_000,
  );

  test('that cannot be served is logged once, and again when it fails after it was served', async () => {
    await confirmed();
    const breakIt = () => sql`alter table smn_attempts rename to away`.execute(metadata);
    const mend = () => sql`alter table away rename to smn_attempts`.execute(metadata);
    for (let times = 1; times <= 2; times++) {
      await breakIt();
      receiver.received.length = 0;
      await publish('m');
      await until(() => (receiver.of('Notification').length >= 3 ? true : undefined));
      expect(errors()).toHaveLength(times);
      await mend();
      await until(async () =>
        (await metadata.selectFrom('smn_deliveries').select('seq').execute()).length === 0 ? true : undefined,
      );
      await sender.settled();
    }
    expect(errors()[0]).toContain('a message failed');
  }, 30_000);

  test('that is removed while it is served is no failure', async () => {
    const going = await confirmed();
    let removed: Promise<void> | undefined;
    receiver.says = () => {
      removed ??= subscriptions.remove(going);
      return 'told';
    };
    await publish('m');
    await until(() => (removed ? true : undefined));
    await removed;
    await sender.settled();
    receiver.says = 'told';
    expect(receiver.of('Notification')).toHaveLength(1);
    expect(errors()).toEqual([]);
  });
});

test('confirmations are limited for each endpoint', async () => {
  const wanted = { protocol: 'email', endpoint: 'jane@example.com', remark: '', extension: {} };
  for (let i = 0; i < 20; i++) await subscriptions.subscribe(topic, wanted);
  await expect(subscriptions.subscribe(topic, wanted)).rejects.toMatchObject({
    status: 403,
    code: 'SMN.0065',
  });
  now += HOUR;
  await subscriptions.subscribe(topic, wanted);
});

describe('batches', () => {
  const piece = async (first: number, count: number) => {
    const lines = Array.from({ length: count }, (_, i) => ({
      bytes: Buffer.from(JSON.stringify({ trace_id: String(first + i), user: '{"name":"jane"}' })),
      extra: false,
    }));
    const content = contentOf(await packPiece(lines));
    const id = `batch-${first}`;
    await metadata
      .insertInto('smn_messages')
      .values({
        ...{ id, topic_id: topic.id, kind: 'batch' as const, notification: 'all', content, traces: count },
        ...{ created_at: now, expires_at: now + HOUR },
      })
      .execute();
    const { id: subscription_id } = (
      await new Roster(metadata).page(PROJECT, { topicId: topic.id }, 1)
    )[0] as Subscription;
    await metadata
      .insertInto('smn_deliveries')
      .values({ message_id: id, subscription_id, state: 'waiting', attempts: 0, reason: '', died_at: null })
      .execute();
  };
  const requests = () =>
    receiver.of('Notification').map(({ body, headers }) => {
      expect(headers['content-encoding']).toBe('gzip');
      return (JSON.parse(body.message).traces as { trace_id: string }[]).map(({ trace_id }) =>
        Number(trace_id),
      );
    });

  test('are as large as the subscriber wants while there is enough, in order, each trace once', async () => {
    await confirmed(undefined, undefined, { batch: { traces: 500, seconds: 5 } });
    for (let at = 0; at < 30_000; at += 100) await piece(at, 100);
    sender.wake();
    await sender.settled();
    now += 5 * SECOND;
    sender.wake();
    await sender.settled();
    expect(requests().flat()).toEqual(Array.from({ length: 30_000 }, (_, i) => i));
    expect(requests().every((one) => one.length <= 500)).toBe(true);
    expect(requests().length).toBeLessThan(70);
    now += HOUR;
    sender.wake();
    await sender.settled();
    await until(async () => {
      const left = await metadata.selectFrom('smn_messages').selectAll().execute();
      return left.length === 0 || undefined;
    });
  }, 60_000);

  test('wait for nobody when the clock is set back', async () => {
    await confirmed(undefined, undefined, { batch: { traces: 100, seconds: 60 } });
    now += 20 * HOUR;
    await piece(0, 1);
    now -= 20 * HOUR;
    sender.wake();
    await until(() => requests().length === 1 || undefined);
  });

  test('wait for others no longer than they may', async () => {
    await confirmed(undefined, undefined, { batch: { traces: 500, seconds: 5 } });
    await piece(0, 3);
    sender.wake();
    await sender.settled();
    now += 4 * SECOND;
    await piece(3, 2);
    sender.wake();
    await sender.settled();
    expect(requests()).toEqual([]);
    now += SECOND;
    sender.wake();
    await sender.settled();
    expect(requests()).toEqual([[0, 1, 2, 3, 4]]);
  });

  test('come whole again after a failure', async () => {
    await confirmed(undefined, undefined, { batch: { traces: 100, seconds: 0 } });
    receiver.answers = [500];
    for (let at = 0; at < 300; at += 100) await piece(at, 100);
    sender.wake();
    await sender.settled();
    await pass(MINUTE, 10 * SECOND);
    expect(requests().slice(1).flat()).toEqual(Array.from({ length: 300 }, (_, i) => i));
    const [first, again] = receiver.of('Notification');
    expect(first?.body.message_id).toBe(again?.body.message_id);
  });
});

describe('a message to very many', () => {
  const MANY = 1_200;
  beforeEach(async () => {
    const { id } = await confirmed();
    const one = await metadata
      .selectFrom('smn_subscriptions')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    for (let i = 1; i < MANY; i++) {
      await metadata
        .insertInto('smn_subscriptions')
        .values({ ...one, id: `s${i}`, endpoint: `${receiver.url}/${i}` })
        .execute();
    }
  }, 60_000);
  const deliveries = (of: Metadata) =>
    of
      .selectFrom('smn_deliveries')
      .select(({ fn }) => fn.countAll<number>().as('all'))
      .executeTakeFirstOrThrow();

  test('is written in pieces: others write in between, nothing is sent before the answer, then all is', async () => {
    // As in the process that answers.
    const process = await openMetadata(path.join(directory, 'metadata.db'));
    const seen: number[] = [];
    let answered = false;
    const publishing = new Messages(
      process,
      () => now,
      () => undefined,
    )
      .publish(topic, { subject: 'm', default: 'm', byProtocol: {} }, HOUR)
      .finally(() => {
        answered = true;
      });
    while (!answered) {
      await process.updateTable('projects').set({ description: 'between' }).execute();
      seen.push(Number((await deliveries(process)).all));
      if (!answered) expect(told()).toEqual([]);
      sender.wake();
    }
    await publishing;
    await process.destroy();
    expect(seen.some((count) => count > 0 && count < MANY)).toBe(true);
    sender.wake();
    await sender.settled();
    expect(told()).toHaveLength(MANY);
  }, 60_000);

  test.each([
    ['between two pieces', 'INSERT ON smn_deliveries WHEN (SELECT count(*) FROM smn_deliveries) >= 1000'],
    ['before its last write', 'UPDATE ON smn_messages'],
  ])(
    'that breaks off %s reaches nobody, and goes; the next one reaches all',
    async (_, when) => {
      const breaks = (name: string, at: string) =>
        sql`${sql.raw(`CREATE TRIGGER ${name} BEFORE ${at} BEGIN SELECT raise(ABORT, 'broken'); END`)}`.execute(
          metadata,
        );
      await breaks('broken', when);
      await expect(publish('half')).rejects.toThrow();
      const left = metadata.selectFrom('smn_messages').select('id').where('kind', '=', 'published');
      expect(await deliveries(metadata)).toEqual({ all: 0 });
      expect(await left.execute()).toEqual([]);
      await breaks('stays', 'DELETE ON smn_deliveries');
      await expect(publish('half')).rejects.toThrow('broken');
      await sql`DROP TRIGGER broken`.execute(metadata);
      await sql`DROP TRIGGER stays`.execute(metadata);
      expect(Number((await deliveries(metadata)).all)).toBeGreaterThan(0);
      await sender.stop();
      await build();
      await publish('whole');
      await sender.settled();
      expect(told()).toHaveLength(MANY);
      await pass(12 * MINUTE, MINUTE);
      expect(new Set(told())).toEqual(new Set(['whole']));
      expect(await deliveries(metadata)).toEqual({ all: 0 });
      expect(await metadata.selectFrom('smn_messages').select('id').execute()).toEqual([]);
    },
    60_000,
  );
});

test('a way that is not set up is tried once an hour and pauses nobody, and at once when it is set up', async () => {
  const wanted = { protocol: 'email', endpoint: 'ops@example.com', remark: '', extension: {} };
  const { subscription } = await subscriptions.subscribe(topic, wanted);
  const attempts = async () =>
    (await metadata.selectFrom('smn_attempts').selectAll().orderBy('id').execute()).map(
      ({ answer }) => answer,
    );
  await sender.settled();
  expect(await attempts()).toEqual(['no mail server is configured (OPENCTS_SMTP_URL)']);
  await pass(55 * 60_000, 60_000);
  expect(await attempts()).toHaveLength(1);
  await pass(3 * 3_600_000, 600_000);
  expect((await attempts()).length).toBeLessThanOrEqual(4);
  expect(pauses).toEqual([]);
  expect((await subscriptions.find(topic, subscription.id))?.paused).toBe('');
  const before = (await attempts()).length;
  await sender.stop();
  // Nobody listens there.
  await build({ smtp: { url: 'smtp://127.0.0.1:9', from: 'opencts@example.com' } });
  await sender.settled();
  const after = await attempts();
  expect(after).toHaveLength(before + 1);
  expect(after.at(-1)).toBe('the mail server gave no answer');
});
