import { setTimeout as wait } from 'node:timers/promises';
import { LONGEST_REFUSAL_MS, REFUSAL_STEP_MS } from './limits.ts';

/** Makes refusals of one network the slower, the more of them are under way. A timer each is all that they hold. */
export class Brake {
  private readonly underWay = new Map<string, number>();

  async hold(network: string): Promise<void> {
    const count = (this.underWay.get(network) ?? 0) + 1;
    this.underWay.set(network, count);
    await wait(Math.min(count * REFUSAL_STEP_MS, LONGEST_REFUSAL_MS));
    const left = (this.underWay.get(network) ?? 1) - 1;
    if (left === 0) this.underWay.delete(network);
    else this.underWay.set(network, left);
  }
}
