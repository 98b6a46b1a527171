import { createTransport, type Transporter } from 'nodemailer';
import { isMailAddress } from '../endpoints.ts';
import { MOST_DISPLAY_BYTES } from '../limits.ts';
import { oneLine } from '../plain-text.ts';
import { delivered, failed, type Outcome, toldOf, unset } from './channel.ts';

const TIMEOUT_MS = 20_000;

export interface Mail {
  to: string;
  /** Display name of the sender. */
  fromName: string;
  subject: string;
  text: string;
  html: string;
  /** Address at which the receiver leaves; absent: there is none. */
  leave?: string;
  messageId: string;
}

/** E-mail through the operator's mail server. */
export class MailChannel {
  private readonly from: string;
  private readonly transport: Transporter | undefined;

  /** @param url of the mail server; empty: there is none */
  constructor(url: string, from: string) {
    this.from = from;
    if (url !== '') {
      const limits = {
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
      };
      this.transport = createTransport({ url, pool: true, maxConnections: 4, ...limits });
    }
  }

  async send({ to, fromName, subject, text, html, leave, messageId }: Mail): Promise<Outcome> {
    if (!this.transport) {
      return unset('no mail server is configured', 'OPENCTS_SMTP_URL');
    }
    // What was subscribed before such addresses were refused.
    if (!isMailAddress(to)) return failed('it is no e-mail address', false);
    try {
      const { response } = await this.transport.sendMail({
        from: { name: oneLine(fromName, MOST_DISPLAY_BYTES) || 'OpenCTS', address: this.from },
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${messageId}@${this.from.slice(this.from.indexOf('@') + 1)}>`,
        ...(leave ? { list: { unsubscribe: leave } } : {}),
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return delivered(response ?? 'taken');
    } catch (error) {
      const { responseCode = 0 } = error as Error & { responseCode?: number };
      // 5xx of SMTP is for good.
      return failed(toldOf(error as Error), responseCode < 500);
    }
  }

  close(): void {
    this.transport?.close();
  }
}
