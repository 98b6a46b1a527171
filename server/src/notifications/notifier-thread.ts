/*
 * The thread of key events: finding them at full ingest, writing the messages, and sending these takes no
 * turn of the event loop of the requests.
 */
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { destination, pino } from 'pino';
import { MACHINE, type MarkNow, Reckoning } from '../clock/index.ts';
import {
  Follower,
  type FollowerSetup,
  followedJournal,
  type Position,
  serveFollower,
} from '../journal/index.ts';
import { connectMetadata } from '../metadata/index.ts';
import {
  Certificates,
  DeliveryNetwork,
  Messages,
  RecentPieces,
  Sender,
  type SmsGateway,
  Subscriptions,
} from '../smn/index.ts';
import { NOTIFIER, Notifier } from './notifier.ts';

export interface NotifierSetup extends FollowerSetup {
  /** Traces that were recorded so long after they happened are not told. */
  lateMs: number;
  /** What time the service takes it to be. */
  time: MarkNow;
  /** File of the metadata store. */
  metadata: string;
  rootKey: Uint8Array;
  smtp: { url: string; from: string };
  sms: SmsGateway;
  /** Address blocks that messages may go to, besides those of the Internet. */
  deliveryNetworks: readonly string[];
}

/** What became of messages since the start. */
export interface SentCounts {
  delivered: number;
  /** Attempts. */
  failures: number;
  dead: number;
}

/** A subscriber was paused, or answers again. */
export interface PauseNews {
  urn: string;
  endpoint: string;
  projectId: string;
  paused: boolean;
  reason: string;
}

/** To the thread. */
export type NotifierOrder =
  /** Sending begins; where links lead, without a slash at its end. */
  | { publicUrl: string }
  /** What time the service takes it to be. */
  | { time: MarkNow }
  /** Notifications or topics have changed. */
  | 'refresh'
  /** There may be something to send. */
  | 'wake';

/** From the thread. */
export type NotifierNews =
  | { kind: 'passed'; position: Position; matched: number }
  | { kind: 'sent'; counts: SentCounts }
  | { kind: 'pause'; pause: PauseNews };

const COUNTS_EVERY_MS = 1_000;

const setup = workerData as NotifierSetup;
const tell = (news: NotifierNews) => parentPort?.postMessage(news);

const log = pino({ level: setup.logLevel, base: null }, destination({ fd: 2, sync: true }));
const time = new Reckoning(setup.time.mark, MACHINE, setup.time.at);
const clock = time.latest;
const { journal, aside } = followedJournal(NOTIFIER, setup);
const follower = await Follower.open(NOTIFIER, journal, path.join(setup.directory, 'positions'), {
  onLost: (reason) =>
    log.error({ reason }, 'how far the notifier was is lost; what the metadata store knows of it counts'),
});
const metadata = connectMetadata(setup.metadata);
const rootKey = Buffer.from(setup.rootKey);

let publicUrl: string | undefined;
// Before the address is known that links lead to, messages wait.
const wake = () => {
  if (publicUrl !== undefined) sender.wake();
};
const messages = new Messages(metadata, clock, wake);
const network = new DeliveryNetwork(setup.deliveryNetworks);
const recent = new RecentPieces();
const sender = new Sender({
  metadata,
  messages,
  subscriptions: new Subscriptions({ metadata, messages, network, time, rootKey }),
  certificates: new Certificates(metadata, rootKey, clock),
  network,
  recent,
  time,
  log,
  smtp: setup.smtp,
  sms: setup.sms,
  publicUrl: () => publicUrl ?? '',
  onPause: ({ urn, endpoint, projectId }, paused, reason) =>
    tell({ kind: 'pause', pause: { urn, endpoint, projectId, paused, reason } }),
});
const notifier = new Notifier({
  journal,
  journalId: setup.journalId,
  follower,
  aside,
  metadata,
  recent,
  time,
  clock,
  lateMs: setup.lateMs,
  log,
  onQueued: wake,
  onPassed: (position, matched) => tell({ kind: 'passed', position, matched }),
});

let told = 0;
const tellCounts = () => {
  const { delivered, failures, dead } = sender.counts;
  if (delivered + failures + dead === told) return;
  told = delivered + failures + dead;
  tell({ kind: 'sent', counts: { delivered, failures, dead } });
};
const counting = setInterval(tellCounts, COUNTS_EVERY_MS);

await notifier.start();
serveFollower<NotifierOrder>(
  journal,
  async () => {
    await notifier.stop();
    await sender.stop();
    clearInterval(counting);
    tellCounts();
    await metadata.destroy();
  },
  (order) => {
    if (order === 'refresh') notifier.refresh();
    else if (order === 'wake') wake();
    else if ('time' in order) time.follow(order.time.mark, order.time.at);
    else {
      ({ publicUrl } = order);
      void sender.start();
    }
  },
);
