/*
 * A thread that is ended in the middle of a call of the SQLite library takes the process with it: SIGABRT, no exit
 * code, and a core dump with the keys in it. So a process that exits lets its threads finish their calls, for which it
 * would wait anyway, and they begin no others.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/** What the threads of a process have in common, in all of them. */
const KEY = 'opencts.sqlite';
/** A thread that was ended between two calls may never be counted out. */
const MOST_WAIT_MS = 15_000;

const RUNNING = 0;
const EXITING = 1;
const state = new Int32Array(shared());

function shared(): SharedArrayBuffer {
  const known = getEnvironmentData(KEY);
  if (known instanceof SharedArrayBuffer) return known;
  const made = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, made);
  if (isMainThread) process.once('exit', finishCalls);
  return made;
}

function finishCalls(): void {
  Atomics.store(state, EXITING, 1);
  const end = performance.now() + MOST_WAIT_MS;
  for (let running = 1; running > 0; running = Atomics.load(state, RUNNING)) {
    const left = end - performance.now();
    if (left <= 0) return;
    Atomics.wait(state, RUNNING, running, left);
  }
}

/** Runs calls of the library; a process that exits meanwhile waits for them. */
export function finished<Found>(calls: () => Found): Found {
  if (isMainThread) return calls();
  enter();
  try {
    return calls();
  } finally {
    leave();
  }
}

function enter(): void {
  Atomics.add(state, RUNNING, 1);
  if (Atomics.load(state, EXITING) === 0) return;
  leave();
  // The thread is ended here.
  Atomics.wait(state, EXITING, 1);
}

function leave(): void {
  Atomics.sub(state, RUNNING, 1);
  if (Atomics.load(state, EXITING) === 1) Atomics.notify(state, RUNNING);
}
