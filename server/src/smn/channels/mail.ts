import { createTransport, type Transporter } from 'nodemailer';
import { isUntrusted } from '../../trust.ts';
import { withoutEcho } from '../echo.ts';
import { isMailAddress } from '../endpoints.ts';
import { MOST_DISPLAY_BYTES } from '../limits.ts';
import { oneLine } from '../plain-text.ts';
import { delivered, failed, NOT_TRUSTED, type Outcome, toldOf, unset } from './channel.ts';

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

type SmtpError = Error & { responseCode?: number; response?: string };

/** Numbers alone: the server is the operator's, and says where it is and what it is. */
function refusalOf(error: SmtpError): string {
  const { responseCode, response = '' } = error;
  if (isUntrusted(error)) return `the mail server: ${NOT_TRUSTED}`;
  if (responseCode === undefined) return 'the mail server gave no answer';
  const [, status] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? [];
  return `the mail server refused it (${[responseCode, ...(status ? [status] : [])].join(' ')})`;
}

/** E-mail through the operator's mail server. */
export class MailChannel {
  private readonly from: string;
  private readonly transport: Transporter | undefined;
  private readonly credentials: string[];

  /** @param url of the mail server; empty: there is none */
  constructor(url: string, from: string) {
    this.from = from;
    const { username = '', password = '' } = URL.canParse(url) ? new URL(url) : {};
    this.credentials = [username, password];
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
      await this.transport.sendMail({
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
      return delivered('the mail server took it');
    } catch (error) {
      const { responseCode = 0 } = error as SmtpError;
      const values = [...this.credentials, text, ...(leave ? [leave] : [])];
      const detail = () => withoutEcho(toldOf(error as Error), { values });
      // 5xx of SMTP is for good.
      return { ...failed(refusalOf(error as SmtpError), responseCode < 500), detail };
    }
  }

  close(): void {
    this.transport?.close();
  }
}
