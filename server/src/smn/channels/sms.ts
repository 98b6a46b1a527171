import { Rates } from '../rates.ts';
import { failed, type Outcome, unset } from './channel.ts';
import { send } from './web.ts';

export interface SmsGateway {
  /** Empty: there is none. */
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** `{number}` and `{text}` are put in, here and in the URL. */
  body: string;
}

/** A text message through the operator's HTTP gateway. */
export async function sendSms(gateway: SmsGateway, number: string, text: string): Promise<Outcome> {
  if (gateway.url === '') return unset('no gateway of text messages is configured', 'OPENCTS_SMS_URL');
  const type = gateway.headers['content-type'] ?? '';
  const inBody = type.includes('json')
    ? (value: string) => JSON.stringify(value).slice(1, -1)
    : type.includes('x-www-form-urlencoded')
      ? encodeURIComponent
      : (value: string) => value;
  const fill = (template: string, as: (value: string) => string) =>
    template.replaceAll(/\{(number|text)\}/g, (_, name) => as(name === 'number' ? number : text));
  return send({
    url: fill(gateway.url, encodeURIComponent),
    method: gateway.method,
    headers: gateway.headers,
    body: fill(gateway.body, inBody),
  });
}

/** Text messages without a topic: tried once, and limited for each number as any other. */
export class DirectSms {
  private readonly gateway: SmsGateway;
  private readonly clock: () => number;
  private readonly rates = new Rates();

  constructor(gateway: SmsGateway, clock: () => number) {
    this.gateway = gateway;
    this.clock = clock;
  }

  async send(number: string, text: string): Promise<Outcome> {
    const now = this.clock();
    if (this.rates.wait(number, 'sms', now) > 0) {
      return failed(`too many text messages went to ${number}; try later`, true);
    }
    this.rates.count(number, now);
    return sendSms(this.gateway, number, text);
  }
}
