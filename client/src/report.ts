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

/** Traces of one request; the service takes more, but answers sooner to fewer. */
const MOST_AT_ONCE = 1000;

/**
 * Reports traces, however often it takes: after an error that may pass it waits (as long as the service asks,
 * else twice as long each time, with jitter) and sends the same again. Many traces go in several requests. Give
 * every trace a `trace_id`, so that a retry whose first try had arrived after all is not recorded twice.
 * @throws OpenCtsError that no repetition would help, or the last one when the signal aborts
 */
export async function reportUntilTaken(
  client: OpenCtsClient,
  traces: readonly object[],
  options: RetryOptions = {},
): Promise<ReportAnswer> {
  const total = await reportBatch(client, traces.slice(0, MOST_AT_ONCE), options);
  for (let first = MOST_AT_ONCE; first < traces.length; first += MOST_AT_ONCE) {
    add(total, await reportBatch(client, traces.slice(first, first + MOST_AT_ONCE), options), first);
  }
  return total;
}

function add(total: ReportAnswer, more: ReportAnswer, first: number): void {
  const sum = (a: number | undefined, b: number | undefined) =>
    a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
  total.accepted += more.accepted;
  total.duplicates += more.duplicates;
  total.rejected.push(...more.rejected.map((one) => ({ ...one, index: first + one.index })));
  total.late = sum(total.late, more.late);
  total.rejected_count = sum(total.rejected_count, more.rejected_count);
  total.not_recorded = sum(total.not_recorded, more.not_recorded);
  const reasons = [...(total.not_recorded_reasons ?? []), ...(more.not_recorded_reasons ?? [])];
  if (reasons.length > 0) total.not_recorded_reasons = [...new Set(reasons)];
}

async function reportBatch(
  client: OpenCtsClient,
  traces: readonly object[],
  { signal, onRetry, longestWaitMs = 30_000 }: RetryOptions,
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
