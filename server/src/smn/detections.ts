import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { CtsError, ERRORS } from '../errors.ts';
import { FairQueue } from '../shares/index.ts';
import type { Certificates } from './certificates.ts';
import type { Outcome } from './channels/channel.ts';
import { send } from './channels/web.ts';
import { withoutEcho } from './echo.ts';
import { DETECTION_SHARES, MOST_DETECTIONS } from './limits.ts';
import type { DeliveryNetwork } from './network.ts';
import { Rates } from './rates.ts';
import { signedText } from './signed-text.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Topic } from './topics.ts';

/** How long what came of one can be asked for. */
const KEPT_MS = 3_600_000;

const MESSAGE = 'This message tests whether the endpoint can be reached. Nothing is to be done.';

/** What came of trying an endpoint, as the clouds tell it. */
export interface Detected {
  /** Of the answer; 0: it was not sent, -1: there was none. */
  code: number;
  answer: string;
  reached: boolean;
}

interface Task {
  topicId: string;
  begunAt: number;
  /** Absent: it is under way, or waits. */
  detected?: Detected;
}

export interface Tried {
  protocol: string;
  endpoint: string;
  header: Record<string, string>;
}

export interface DetectionsOptions {
  certificates: Certificates;
  subscriptions: Subscriptions;
  network: DeliveryNetwork;
  clock: () => number;
  log: Logger;
}

/**
 * Tries endpoints of HTTP(S), once each, before anybody subscribes: a request goes where that of a subscription may
 * go. What came of it is known for an hour, to this process. Each account has its share of those under way and of
 * those within a time, and whoever they go to hears no more of them than of confirmations.
 */
export class Detections {
  readonly turns = new FairQueue(DETECTION_SHARES);
  private readonly options: DetectionsOptions;
  private readonly rates = new Rates();
  private readonly ending = new AbortController();
  /** Oldest first. */
  private readonly tasks = new Map<string, Task>();

  constructor(options: DetectionsOptions) {
    this.options = options;
  }

  /**
   * @param publicUrl without a slash at its end
   * @returns id of the task
   * @throws CtsError 400, 403 as subscribing does; 429
   */
  async begin(topic: Topic, account: string, wanted: Tried, publicUrl: string): Promise<string> {
    const { subscriptions, clock, log } = this.options;
    const { protocol, endpoint, header } = wanted;
    const tried = subscriptions.check({ protocol, endpoint, remark: '', extension: { header } });
    const now = clock();
    const wait = this.rates.wait(account, 'detection', now);
    if (wait > 0) throw ERRORS.tooManyDetections(Math.ceil(wait / 1000));
    this.rates.count(account, now);
    await subscriptions.countUnasked({ ...tried, projectId: topic.projectId });
    this.forgetOld(now);
    const id = randomBytes(16).toString('hex');
    const task: Task = { topicId: topic.id, begunAt: now };
    this.tasks.set(id, task);
    const running = this.turns.run(
      account,
      async () => {
        task.detected = await this.detect(topic, id, { endpoint: tried.endpoint, header }, publicUrl);
      },
      this.ending.signal,
    );
    let refusal: unknown;
    running.catch((error) => {
      refusal = error;
      this.tasks.delete(id);
      if (!(error instanceof CtsError) && !this.ending.signal.aborted) {
        log.error({ err: error, topic: topic.urn }, 'an endpoint could not be tried');
      }
    });
    // Where too many wait already it is refused at once; what is not goes on by itself.
    await turn();
    if (refusal) throw refusal;
    return id;
  }

  /** @returns undefined: there is none of the topic by this id, or not any more; null: it has not ended */
  resultOf({ id: topicId }: Topic, id: string): Detected | null | undefined {
    this.forgetOld(this.options.clock());
    const task = this.tasks.get(id);
    if (task?.topicId !== topicId) return undefined;
    return task.detected ?? null;
  }

  /** What waits is dropped; what is under way ends by its own time. */
  stop(): void {
    this.ending.abort();
  }

  private forgetOld(now: number): void {
    for (const [id, { begunAt }] of this.tasks) {
      // Clocks are set back now and then.
      const isOld = begunAt <= now - KEPT_MS || begunAt > now;
      if (!isOld && this.tasks.size < MOST_DETECTIONS) break;
      this.tasks.delete(id);
    }
  }

  private async detect(
    topic: Topic,
    id: string,
    { endpoint, header }: { endpoint: string; header: Record<string, string> },
    publicUrl: string,
  ): Promise<Detected> {
    const { certificates, network, clock } = this.options;
    const type = 'Detection';
    const members = {
      ...{ message: MESSAGE, message_id: id, topic_urn: topic.urn, type },
      timestamp: `${new Date(clock()).toISOString().slice(0, 19)}Z`,
    };
    const { signature, certificateId } = await certificates.sign(topic.region, [signedText(members)]);
    const body = JSON.stringify({
      ...{ ...members, signature, signature_version: 'v1' },
      signing_cert_url: `${publicUrl}/smn/${certificateId}`,
    });
    const headers = {
      ...header,
      'content-type': 'application/json; charset=utf-8',
      'x-smn-message-type': type,
      'x-smn-message-id': id,
      'x-smn-topic-urn': topic.urn,
    };
    return detectedOf(await send({ url: endpoint, method: 'POST', headers, body }, network), {
      endpoint,
      header,
    });
  }
}

function detectedOf(
  { delivered, passing, answer, status }: Outcome,
  { endpoint, header }: Omit<Tried, 'protocol'>,
): Detected {
  if (delivered) return { code: status ?? 0, answer: 'the endpoint has answered', reached: true };
  return {
    code: status ?? (passing ? -1 : 0),
    answer: withoutEcho(answer, { values: Object.values(header), endpoint }),
    reached: false,
  };
}
