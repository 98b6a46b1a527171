import type { Logger } from 'pino';

/** For each part of the service to come to its end. */
const PART_MS = 5_000;
/** For all of them together. */
const ALL_MS = 10_000;
/** What is left to a part when all the time is used up. */
const LEAST_MS = 200;

/** A part by its name, and how it ends. */
export type Ending = readonly [part: string, end: () => unknown];

/**
 * Ends the parts one after the other, each within its time; one that takes longer, or fails, is named in the
 * log and left to the end of the process.
 */
export async function endInOrder(endings: readonly Ending[], log: Logger): Promise<void> {
  const deadline = performance.now() + ALL_MS;
  for (const [part, end] of endings) {
    const ms = Math.max(Math.min(PART_MS, deadline - performance.now()), LEAST_MS);
    try {
      const ended = await within(ms, async () => end());
      if (!ended) log.error({ part, ms }, 'this part did not stop in time and was cut off');
    } catch (error) {
      log.error({ err: error, part }, 'this part did not stop as it should');
    }
  }
}

/** Whoever asks again gets what the first one was promised. */
export function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let promised: Promise<Result> | undefined;
  return () => {
    promised ??= work();
    return promised;
  };
}

/** @returns whether the work ended in time */
export async function within(ms: number, work: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work().then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
