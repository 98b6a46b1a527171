import type { Trace } from '../traces/index.ts';
import { joinPieces, openPiece, type RecentPieces } from './batch.ts';
import { MailChannel } from './channels/mail.ts';
import { type SmsGateway, sendSms } from './channels/sms.ts';
import { send } from './channels/web.ts';
import { bodyIn, formOf, type Parts } from './forms.ts';
import type { Published } from './messages.ts';
import type { Prepared } from './prepared.ts';
import { tracesOf, type Waiting } from './queued-messages.ts';
import {
  keyEventOf,
  partsOfBatch,
  type Rendered,
  renderInvitation,
  renderKeyEvent,
  renderPublished,
} from './render.ts';
import { type Links, linksOf } from './subscription-links.ts';
import { CONFIRMED, type Subscription, type Subscriptions } from './subscriptions.ts';
import type { Topic } from './topics.ts';
import { reading, readingNow } from './unreadable.ts';
import { type WebSender, webMessage } from './web-message.ts';

export interface OutgoingOptions extends WebSender {
  subscriptions: Subscriptions;
  recent: RecentPieces;
  smtp: { url: string; from: string };
  sms: SmsGateway;
}

/** Makes of what waits what is sent, as each protocol and each subscriber wants it. */
export class Outgoing {
  private readonly options: OutgoingOptions;
  private readonly mail: MailChannel;

  constructor(options: OutgoingOptions) {
    this.options = options;
    this.mail = new MailChannel(options.smtp.url, options.smtp.from);
  }

  close(): void {
    this.mail.close();
  }

  /** @throws UnreadableMessage */
  async prepare(topic: Topic, subscription: Subscription, batch: Waiting[]): Promise<Prepared> {
    const [first] = batch as [Waiting];
    const { protocol, endpoint } = subscription;
    const links = readingNow(first, () => this.linksOf(topic, subscription, first));
    if (first.kind === 'batch') return this.batched(topic, subscription, batch, links);
    const rendered = readingNow(first, () => this.render(topic, protocol, first, links.subscribe ?? ''));
    const { subject } = rendered;
    if (protocol === 'email') return this.mailed(topic, subscription, first, rendered, links);
    if (protocol === 'sms') {
      return { subject, send: () => sendSms(this.options.sms, endpoint, rendered.sms) };
    }
    if (formOf(subscription) !== 'opencts') return this.formed(subscription, subject, rendered.parts);
    return webMessage(this.options, topic, subscription, first, { subject, message: rendered.web }, links);
  }

  private async batched(
    topic: Topic,
    subscription: Subscription,
    batch: Waiting[],
    links: Links,
  ): Promise<Prepared> {
    const [first] = batch as [Waiting];
    const { recent } = this.options;
    const pieces = await Promise.all(
      batch.map((one) => recent.take(one.message_id) ?? reading(one, () => openPiece(one.content))),
    );
    const subject = `[OpenCTS] ${tracesOf(batch)} traces`;
    if (formOf(subscription) !== 'opencts') {
      const traces = pieces.flatMap(({ text }, index) =>
        readingNow(batch[index] as Waiting, () => JSON.parse(`[${text}]`) as Trace[]),
      );
      return this.formed(subscription, subject, partsOfBatch(traces));
    }
    const message = joinPieces(first.notification, pieces);
    return webMessage(this.options, topic, subscription, first, { subject, message }, links);
  }

  private mailed(
    topic: Topic,
    { id, endpoint }: Subscription,
    first: Waiting,
    rendered: Rendered,
    links: Links,
  ): Prepared {
    const { subject } = rendered;
    const told = first.kind === 'trace' || first.kind === 'published';
    const leave = told ? links.unsubscribe : undefined;
    const foot = leave ? `\n\n--\nNo more of these messages: ${leave}\n` : '';
    const mail = {
      to: endpoint,
      fromName: topic.displayName,
      subject: subject || `Message of ${topic.name}`,
      text: rendered.text + foot,
      html: rendered.html.replace(
        '</body>',
        leave
          ? `<p style="font-size:13px"><a href="${leave}">No more of these messages</a></p></body>`
          : '</body>',
      ),
      ...(leave ? { leave } : {}),
      messageId: `${first.message_id}.${id}`,
    };
    return { subject, send: () => this.mail.send(mail) };
  }

  /** In the receiver's own form, which has no room for a signature. */
  private formed(subscription: Subscription, subject: string, parts: Parts): Prepared {
    const { endpoint: url, extension, status } = subscription;
    const form = formOf(subscription);
    if (form === 'opencts') throw new Error('the form opencts is signed');
    const headers = {
      ...(status === CONFIRMED ? extension.header : {}),
      'content-type': 'application/json; charset=utf-8',
    };
    const body = bodyIn(form, parts);
    return { subject, send: () => send({ url, method: 'POST', headers, body }, this.options.network) };
  }

  private render(topic: Topic, protocol: string, message: Waiting, link: string): Rendered {
    if (message.kind === 'trace') {
      const { notification, content } = message;
      return renderKeyEvent(keyEventOf(notification, content, topic.projectId, this.options.publicUrl()));
    }
    if (message.kind === 'published') {
      return renderPublished(JSON.parse(message.content) as Published, protocol);
    }
    const kind = message.kind === 'farewell' ? 'farewell' : 'confirmation';
    return renderInvitation(kind, topic.displayName || topic.name, link);
  }

  private linksOf(topic: Topic, subscription: Subscription, message: Waiting): Links {
    const { publicUrl, subscriptions } = this.options;
    const leaveToken = subscriptions.leaveToken(subscription.id);
    return linksOf(topic, subscription, message, { publicUrl: publicUrl(), leaveToken });
  }
}
