import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenCtsClient, ReportAnswer } from './client.ts';
import { OpenCtsError } from './error.ts';

export interface RetryOptions {
  /** Ends the tries. */
  signal?: AbortSignal;
  /** Called before each wait. */
  onRetry?: (error: OpenCtsError, waitMs: number) => void;
  /** Longest wait between two tries, ms. */
  longestWaitMs?: number;
}

/**
 * Reports traces, however often it takes: after an error that may pass it waits (as long as the service asks,
 * else twice as long each time, with jitter) and sends the same again. Give every trace a `trace_id`, so that
 * a retry whose first try had arrived after all is not recorded twice.
 * @throws OpenCtsError that no repetition would help, or the last one when the signal aborts
 */
export async function reportUntilTaken(
  client: OpenCtsClient,
  traces: readonly object[],
  { signal, onRetry, longestWaitMs = 30_000 }: RetryOptions = {},
): Promise<ReportAnswer> {
  for (let wait = 200; ; wait = Math.min(wait * 2, longestWaitMs)) {
    try {
      return await client.reportTraces(traces);
    } catch (error) {
      if (!(error instanceof OpenCtsError) || !error.temporary || signal?.aborted) throw error;
      const pause = error.retryAfterMs ?? wait * (0.5 + Math.random() / 2);
      onRetry?.(error, pause);
      await sleep(Math.min(pause, longestWaitMs), undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) throw error;
    }
  }
}
