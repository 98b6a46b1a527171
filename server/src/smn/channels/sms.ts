import { withoutEcho } from '../echo.ts';
import { Rates } from '../rates.ts';
import { failed, NOT_TRUSTED, type Outcome, delivered as taken, unset } from './channel.ts';
import type { OperatorLog } from './operator-log.ts';
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
  const url = fill(gateway.url, encodeURIComponent);
  const body = fill(gateway.body, inBody);
  const outcome = await send({ url, method: gateway.method, headers: gateway.headers, body });
  const values = [text, body, ...Object.values(gateway.headers)];
  return ofGateway(outcome, () => withoutEcho(outcome.answer, { values, endpoint: url }));
}

/** The gateway is the operator's: who sends or gets a message is told its status, no more. */
function ofGateway({ delivered, passing, status, answer }: Outcome, detail: () => string): Outcome {
  if (delivered) return taken(`the gateway of text messages took it (${status})`);
  const unheard = answer.endsWith(NOT_TRUSTED) ? `: ${NOT_TRUSTED}` : ' gave no answer';
  const what = status === undefined ? unheard : ` refused it (${status})`;
  return { ...failed(`the gateway of text messages${what}`, passing), detail };
}

/** Text messages without a topic: tried once, and limited for each number as any other. */
export class DirectSms {
  private readonly gateway: SmsGateway;
  private readonly clock: () => number;
  private readonly log: OperatorLog;
  private readonly rates = new Rates();

  constructor(gateway: SmsGateway, clock: () => number, log: OperatorLog) {
    this.gateway = gateway;
    this.clock = clock;
    this.log = log;
  }

  async send(number: string, text: string): Promise<Outcome> {
    const now = this.clock();
    if (this.rates.wait(number, 'sms', now) > 0) {
      return failed(`too many text messages went to ${number}; try later`, true);
    }
    this.rates.count(number, now);
    const outcome = await sendSms(this.gateway, number, text);
    this.log.tell('sms', outcome);
    return outcome;
  }
}
