import path from 'node:path';
import { pauseOf } from '../auditing/index.ts';
import { Notifications, Notifying } from '../notifications/index.ts';
import {
  Certificates,
  DeliveryLog,
  DeliveryNetwork,
  Detections,
  DirectSms,
  Messages,
  OperatorLog,
  Roster,
  Subscriptions,
  Templates,
  Topics,
} from '../smn/index.ts';
import type { Foundation } from './foundation.ts';

/** Key event notifications, topics, and the delivery of their messages; it delivers when it is told from where. */
export async function startDelivery(
  { config, log, clock, time, metadata, rootKey, journal, operations, ears }: Foundation,
  lateMs: number,
) {
  const { dataDir } = config;
  const network = new DeliveryNetwork(config.deliveryNetworks);
  const smtp = { url: config.smtpUrl, from: config.mailFrom };
  const sms = {
    url: config.smsUrl,
    method: config.smsMethod,
    headers: config.smsHeaders,
    body: config.smsBody,
  };
  const setup = {
    directory: path.join(dataDir, 'journal'),
    journalId: journal.id,
    end: journal.durableEnd,
    logLevel: config.logLevel,
    metadata: path.join(dataDir, 'metadata.db'),
    lateMs,
    time: time.now(),
    rootKey,
    smtp,
    sms,
    deliveryNetworks: config.deliveryNetworks,
  };
  const notifying = new Notifying(setup, {
    ...ears,
    onPause: async ({ urn, endpoint, projectId, paused, reason }) => {
      try {
        const { domain_id: domainId } = await metadata
          .selectFrom('projects')
          .select('domain_id')
          .where('id', '=', projectId)
          .executeTakeFirstOrThrow();
        await operations.report({ domainId, projectId }, pauseOf({ urn, endpoint }, paused, reason), true);
      } catch (error) {
        log.error({ err: error, urn }, 'the pause of a subscriber could not be recorded');
      }
    },
  });
  await notifying.start();
  time.onMark = (mark) => notifying.keepTime(mark);
  const wake = () => notifying.wake();
  const rulesChanged = () => notifying.refresh();
  const topics = new Topics(metadata, clock, rulesChanged);
  const messages = new Messages(metadata, clock, wake);
  const directSms = new DirectSms(sms, clock, new OperatorLog(log));
  const certificates = new Certificates(metadata, rootKey, clock);
  const subscriptions = new Subscriptions({ metadata, messages, network, time, rootKey });
  return {
    notifying,
    topics,
    messages,
    notifications: new Notifications(metadata, topics, clock, rulesChanged),
    subscriptions,
    roster: new Roster(metadata),
    templates: new Templates(metadata, clock),
    certificates,
    detections: new Detections({ certificates, subscriptions, network, clock, log }),
    deliveryLog: new DeliveryLog(metadata, clock, wake),
    sendSms: (number: string, text: string) => directSms.send(number, text),
  };
}
