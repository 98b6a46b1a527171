import type { Protocol } from './endpoints.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How many messages one subscriber gets within so many ms, the longest time last. */
const RATES: Record<Protocol | 'form' | 'detection', [most: number, within: number][]> = {
  email: [
    [60, MINUTE],
    [600, HOUR],
  ],
  sms: [
    [10, MINUTE],
    [60, HOUR],
  ],
  http: [[1000, SECOND]],
  https: [[1000, SECOND]],
  // Chat systems: people read there, and whoever confirmed it was not the receiver.
  form: [
    [60, MINUTE],
    [1200, HOUR],
  ],
  // Of an account: where they go, nobody has asked for them.
  detection: [
    [60, MINUTE],
    [600, HOUR],
  ],
};

/** Bounds what goes to each subscriber. It forgets with the process: a restart may let a few more through. */
export class Rates {
  /** When messages went to a subscriber, oldest first. */
  private readonly sent = new Map<string, number[]>();

  /** ms until one more message may go to a subscriber; 0: now. */
  wait(id: string, protocol: keyof typeof RATES, now: number): number {
    // A stored protocol can be one that nobody knows.
    const rates = RATES[protocol] ?? RATES.form;
    const [, longest] = rates.at(-1) as [number, number];
    const all = this.sent.get(id) ?? [];
    // Clocks are set back now and then.
    const sent =
      (all[0] ?? now) > now - longest && (all.at(-1) ?? now) <= now
        ? all
        : all.filter((at) => at > now - longest && at <= now);
    this.sent.set(id, sent);
    for (const [most, within] of rates.toReversed()) {
      const first = sent[sent.length - most];
      if (first !== undefined && first > now - within) return first + within - now;
    }
    return 0;
  }

  /** A message went out. */
  count(id: string, now: number): void {
    const sent = this.sent.get(id);
    if (sent) sent.push(now);
    else this.sent.set(id, [now]);
  }
}
