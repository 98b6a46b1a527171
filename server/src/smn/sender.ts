import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenSubscriptions } from './broken-subscriptions.ts';
import { DeadLetters } from './dead-letters.ts';
import { Deliverer, type DelivererOptions } from './deliverer.ts';
import { type Due, findDue, nextDue } from './due.ts';
import { MOST_PROJECT_DEAD, TURN_MS } from './limits.ts';
import { type Place, Places } from './places.ts';
import { RETRY_FIRST_MS } from './retries.ts';
import type { Turn } from './turn.ts';
import { QueueUpkeep } from './upkeep.ts';

const LOOK_EVERY_MS = 5_000;
/** Time between looks for who is due, in the time that a look takes. */
const LOOK_SHARE = 4;

export interface SenderOptions extends DelivererOptions {
  /** MOST_PROJECT_DEAD if it does not say other. */
  mostDead?: number;
}

/**
 * Brings messages to their subscribers: at least once, one after the other in their order. One that fails is
 * tried again with growing intervals, and keeps the later ones waiting, until it is delivered, refused for
 * good, or too old; then it is dead, and can be looked at and sent again.
 */
export class Sender {
  private readonly options: SenderOptions;
  private readonly deliverer: Deliverer;
  private readonly upkeep: QueueUpkeep;
  private readonly serving = new Map<string, Promise<void>>();
  private readonly broken: BrokenSubscriptions;
  private readonly places = new Places();
  /** Who was due at the last look and got no place yet; and when to look again though there are some. */
  private found: Due[] = [];
  private lookAfter = 0;
  private readonly deadLetters: DeadLetters;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(options: SenderOptions) {
    this.options = options;
    this.deadLetters = new DeadLetters(options.metadata, options.mostDead ?? MOST_PROJECT_DEAD);
    this.deliverer = new Deliverer(options, this.deadLetters);
    this.broken = new BrokenSubscriptions(options.metadata, options.log);
    this.upkeep = new QueueUpkeep(options.metadata, options.time);
  }

  /** Since the start. */
  get counts() {
    const { delivered, failures, dead } = this.deliverer;
    return { delivered, failures, dead };
  }

  async start(): Promise<void> {
    await this.resume().catch((err) =>
      this.options.log.error({ err }, 'who could not be reached before is tried within the hour'),
    );
    this.wake();
  }

  /** Whoever could not be reached by a way that was not set up is tried at once when it is. */
  private async resume(): Promise<void> {
    const { metadata, smtp, sms, time } = this.options;
    const now = time.latest();
    const ways = [
      ...(smtp.url === '' ? [] : ['email' as const]),
      ...(sms.url === '' ? [] : ['sms' as const]),
    ];
    if (ways.length === 0) return;
    await metadata
      .updateTable('smn_subscriptions')
      .set({ next_at: now })
      .where('protocol', 'in', ways)
      .where('failures', '>', 0)
      .execute();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.deliverer.stop();
    clearTimeout(this.timer);
    await this.settled();
    clearTimeout(this.timer);
    this.deliverer.close();
  }

  /** Resolves when everything that could be sent has been tried. */
  async settled(): Promise<void> {
    while (this.looking || this.serving.size > 0) {
      await this.looking;
      await Promise.all(this.serving.values());
    }
  }

  /** There may be something to send. */
  wake(): void {
    this.again = true;
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
      // Somebody asked while it was found out when to look next.
      if (this.again && !this.stopping) this.wake();
    });
  }

  private async look(): Promise<void> {
    while (this.again && !this.stopping) {
      this.again = false;
      try {
        await this.serveAll();
      } catch (error) {
        this.options.log.error({ err: error }, 'messages could not be sent; it is tried again');
      }
    }
    clearTimeout(this.timer);
    if (!this.stopping) this.timer = setTimeout(() => this.wake(), await this.nextLook());
  }

  private async serveAll(): Promise<void> {
    const left: Due[] = [];
    for (const due of await this.candidates()) {
      const { id, account, kind } = due;
      if (this.serving.has(id)) continue;
      const place = this.places.take(account, kind);
      if (!place) {
        left.push(due);
        continue;
      }
      const serving = this.haveTurn(due, place).finally(() => {
        place.leave();
        this.serving.delete(id);
        this.wake();
      });
      this.serving.set(id, serving);
    }
    this.found = left;
  }

  /** Never rejects. */
  private async haveTurn({ id, kind }: Due, place: Place): Promise<void> {
    const turn: Turn = {
      ends: performance.now() + TURN_MS,
      isTrial: kind === 'untried',
      takesLong: () => {
        turn.ends = 0;
        place.giveUp();
        this.wake();
      },
    };
    let found = false;
    try {
      found = await this.deliverer.serve(id, turn);
      this.broken.served(id);
    } catch (error) {
      await this.broken.tell(id, error);
    }
    // Others have their turn before what cannot be served is looked at again.
    if (!found && !this.stopping) await sleep(RETRY_FIRST_MS);
  }

  /**
   * Who may be next. Where looking takes long it is not done for each that is served: those that were found last
   * time go on meanwhile.
   */
  private async candidates(): Promise<Due[]> {
    const now = performance.now();
    if (this.found.length > 0 && now < this.lookAfter) return this.found;
    this.found = await findDue(this.options.metadata, this.options.time.latest(), [...this.serving.keys()]);
    const took = performance.now() - now;
    this.lookAfter = performance.now() + Math.min(took * LOOK_SHARE, LOOK_EVERY_MS);
    return this.found;
  }

  /** ms until the first subscriber that failed may be tried again; not longer than a while, since clocks jump. */
  private async nextLook(): Promise<number> {
    const { metadata, time, log } = this.options;
    const now = time.latest();
    try {
      const next = await nextDue(metadata, now);
      await this.upkeep.forgetStaged();
      await this.upkeep.forgetOld();
      await this.deadLetters.tell(now);
      // What came since the last look was not found by it.
      const missed = this.found.length > 0 ? this.lookAfter - performance.now() : Number.POSITIVE_INFINITY;
      return Math.min(Math.max(Math.min(next - now, missed), 20), LOOK_EVERY_MS);
    } catch (error) {
      log.error({ err: error }, 'the queue of messages could not be read');
      return LOOK_EVERY_MS;
    }
  }
}
