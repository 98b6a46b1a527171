import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InsertRefused, StoreUnavailable } from '../query.ts';
import type { InsertReply, InsertRequest, InsertSetup } from './insert-thread.ts';

/** The same file seen from `src/` and from `dist/`. */
const THREAD = fileURLToPath(new URL('../../../dist/traces/store/insert-thread.js', import.meta.url));

/** Hands batches to the thread that sends them. The thread begins with the first one. */
export class Inserter {
  private readonly setup: InsertSetup;
  private worker: Worker | undefined;
  private requests = 0;
  private readonly waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  constructor(setup: InsertSetup) {
    this.setup = setup;
  }

  /** @param lines are given away: the caller cannot read them afterwards */
  insert(lines: Uint8Array<ArrayBuffer>, token: string): Promise<void> {
    this.worker ??= this.start();
    const request: InsertRequest = { id: ++this.requests, lines, token };
    return new Promise((resolve, reject) => {
      this.waiting.set(request.id, { resolve, reject });
      this.worker?.postMessage(request, [lines.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(THREAD, { workerData: this.setup });
    worker.on('message', ({ id, failure }: InsertReply) => {
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (!failure) caller?.resolve();
      else if (failure.refused) caller?.reject(new InsertRefused(failure.message));
      else caller?.reject(new StoreUnavailable(`the trace store did not take an insert: ${failure.message}`));
    });
    // A thread that ended leaves its inserts undecided; the next insert begins another one.
    worker.on('error', (error) => this.lose(error));
    worker.on('exit', () => this.lose(new Error('the insert thread ended')));
    return worker;
  }

  private lose(cause: Error): void {
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) {
      reject(new StoreUnavailable('the trace store did not take an insert', { cause }));
    }
    this.waiting.clear();
  }
}
