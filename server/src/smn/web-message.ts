import type { BatchMessage } from './batch.ts';
import type { Certificates } from './certificates.ts';
import { send } from './channels/web.ts';
import type { DeliveryNetwork } from './network.ts';
import type { Prepared } from './prepared.ts';
import type { Waiting } from './queued-messages.ts';
import { signedText } from './signed-text.ts';
import type { Links } from './subscription-links.ts';
import type { Subscription } from './subscriptions.ts';
import type { Topic } from './topics.ts';

export interface WebSender {
  certificates: Certificates;
  network: DeliveryNetwork;
  /** Without a slash at its end. */
  publicUrl: () => string;
}

/** Headers and body of `docs/reference/smn-api.md` 8, signed as in 9. */
export async function webMessage(
  { certificates, network, publicUrl }: WebSender,
  topic: Topic,
  { endpoint, extension }: Subscription,
  { kind, message_id, created_at }: Waiting,
  { subject, message }: { subject: string; message: string | BatchMessage },
  links: Links,
): Promise<Prepared> {
  const type =
    kind === 'confirmation'
      ? 'SubscriptionConfirmation'
      : kind === 'farewell'
        ? 'UnsubscribeConfirmation'
        : 'Notification';
  const notifies = type === 'Notification';
  const members: Record<string, string> = {
    message_id,
    ...(notifies && subject !== '' ? { subject } : {}),
    ...(links.subscribe ? { subscribe_url: links.subscribe } : {}),
    timestamp: `${new Date(created_at).toISOString().slice(0, 19)}Z`,
    topic_urn: topic.urn,
    type,
  };
  const texts = typeof message === 'string' ? [message] : message.texts;
  // `message` is the first in alphabetical order; it may be long.
  const signed = ['message\n', ...texts, '\n', signedText(members)];
  const { signature, certificateId } = await certificates.sign(topic.region, signed);
  const others = {
    ...members,
    ...(notifies ? { unsubscribe_url: links.unsubscribe } : {}),
    signature,
    signature_version: 'v1',
    signing_cert_url: `${publicUrl()}/smn/${certificateId}`,
  };
  const headers = {
    ...(notifies ? extension.header : {}),
    'content-type': 'application/json; charset=utf-8',
    ...(typeof message === 'string' ? {} : { 'content-encoding': 'gzip' }),
    'x-smn-message-type': type,
    'x-smn-message-id': message_id,
    'x-smn-topic-urn': topic.urn,
  };
  const body = typeof message === 'string' ? JSON.stringify({ message, ...others }) : message.body(others);
  return { subject, send: () => send({ url: endpoint, method: 'POST', headers, body }, network) };
}
