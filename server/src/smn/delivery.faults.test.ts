import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sure } from '../clock/index.ts';
import { connectMetadata, type Metadata, openMetadata } from '../metadata/index.ts';
import { failingDisk } from '../testing/faults/failing-disk.ts';
import { someOf } from '../testing/faults/failures.ts';
import { type Rule, whyNoFaults } from '../testing/faults/faults.ts';
import { Receiver } from '../testing/receiver.ts';
import { RecentPieces } from './batch.ts';
import { Certificates } from './certificates.ts';
import { DeliveryLog } from './log.ts';
import { Messages } from './messages.ts';
import { DeliveryNetwork } from './network.ts';
import { Sender } from './sender.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';
import { type Topic, Topics } from './topics.ts';

const PROJECT = 'a'.repeat(32);
const ROOT = Buffer.alloc(32, 1);
const HOUR = 3_600_000;

describe.skipIf(whyNoFaults)('messages on a disk that fails', () => {
  const disk = failingDisk();
  let metadata: Metadata;
  let topic: Topic;
  let messages: Messages;
  let subscription: Subscription;
  let sender: Sender;
  let log: DeliveryLog;
  let receiver: Receiver;
  /** Of the sender's clock before the machine's. */
  let ahead: number;
  const clock = () => Date.now() + ahead;

  beforeEach(async () => {
    ahead = 0;
    const file = path.join(disk.directory, 'metadata.db');
    await (await openMetadata(file)).destroy();
    // As in its thread.
    metadata = connectMetadata(file);
    await metadata.insertInto('domains').values({ id: 'd', name: 'd', created_at: 0 }).execute();
    const project = { id: PROJECT, domain_id: 'd', name: 'eu-de', region: 'eu-de', created_at: 0 };
    await metadata.insertInto('projects').values(project).execute();
    receiver = await new Receiver().start();
    const wake = () => sender?.wake();
    const network = new DeliveryNetwork(['127.0.0.0/8']);
    messages = new Messages(metadata, clock, wake);
    const subscriptions = new Subscriptions({
      metadata,
      messages,
      network,
      time: sure(clock),
      rootKey: ROOT,
    });
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
      onPause: () => undefined,
    });
    await sender.start();
    const owner = { projectId: PROJECT, region: 'eu-de' };
    ({ topic } = await new Topics(metadata, clock, () => undefined).create(owner, {
      ...{ name: 'alerts', displayName: '', enterpriseProjectId: '0' },
    }));
    const made = await subscriptions.subscribe(topic, {
      ...{ protocol: 'http', endpoint: `${receiver.url}/hook`, remark: '', extension: {} },
    });
    subscription = made.subscription;
    await metadata.updateTable('smn_subscriptions').set({ status: 1 }).execute();
    await metadata.deleteFrom('smn_deliveries').execute();
    // The key that messages are signed with is there.
    await publish('first');
    await expect.poll(told, { timeout: 20_000 }).toEqual(['first']);
    await sender.settled();
    receiver.received.length = 0;
  });
  afterEach(async () => {
    disk.faults.clear();
    await sender.stop();
    await receiver.stop();
    await metadata.destroy();
  });

  const publish = (text: string) =>
    messages.publish(topic, { subject: text, default: text, byProtocol: {} }, 24 * HOUR);
  const told = () => receiver.of('Notification').map(({ body }) => body.message as string);

  /** Publishes three. @returns what was acknowledged */
  async function publishSome(name: string): Promise<string[]> {
    const acknowledged: string[] = [];
    for (let i = 0; i < 3; i++) {
      await publish(`${name}-${i}`).then(
        () => acknowledged.push(`${name}-${i}`),
        () => undefined,
      );
    }
    return acknowledged;
  }

  const CHANGES: Rule['calls'] = ['write', 'sync', 'truncate'];
  const FAILURES: Omit<Rule, 'path'>[] = [
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
  ];
  test.each(FAILURES)('%j: what was published is delivered, in order, and once', async (failing) => {
    const watch = disk.faults.watch(failing.calls, '*/metadata.db*');
    await publishSome('well');
    await expect.poll(told, { timeout: 20_000 }).toHaveLength(3);
    await sender.settled();
    const { seen } = watch;
    for (const skip of someOf(seen)) {
      disk.faults.clear();
      receiver.received.length = 0;
      disk.faults.fail({ ...failing, skip, path: '*/metadata.db*' });
      const acknowledged = await publishSome(`call-${skip}`);
      await expect.poll(told, { timeout: 10_000 }).toEqual(expect.arrayContaining(acknowledged));
      disk.faults.clear();
      await sender.settled();
      expect(told(), `call ${skip}`).toEqual(acknowledged);
    }
  });

  test('while the disk is full nothing is sent again and again because it cannot be noted', async () => {
    receiver.answers = [500];
    await publish('m');
    await publish('n');
    await sender.settled();
    receiver.received.length = 0;
    const full = disk.faults.fail({ calls: CHANGES, error: 'ENOSPC', times: 1e6, path: '*/metadata.db*' });
    ahead += HOUR;
    sender.wake();
    await expect.poll(told, { timeout: 40_000 }).toContain('m');
    const { hits } = full;
    await expect.poll(() => full.hits, { timeout: 20_000 }).toBeGreaterThan(hits + 5);
    expect(told()).toEqual(['m']);
    disk.faults.clear();
    await expect.poll(told, { timeout: 20_000 }).toEqual(['m', 'n']);
  });

  test('what cannot be delivered is dead, and there, when the disk is well again', async () => {
    receiver.always = 403;
    await publish('refused');
    for (let i = 0; i < 12; i++) {
      disk.faults.fail({ calls: CHANGES, error: 'EIO', skip: i, path: '*/metadata.db*' });
      ahead += HOUR / 4;
      sender.wake();
      await sender.settled();
      disk.faults.clear();
    }
    const dead = async () => (await log.deadLetters(subscription, 10)).map(({ summary }) => summary);
    await expect
      .poll(
        async () => {
          ahead += HOUR / 4;
          sender.wake();
          return dead();
        },
        { timeout: 20_000, interval: 200 },
      )
      .toEqual(['refused']);
  });
});
