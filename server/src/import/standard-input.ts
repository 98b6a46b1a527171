import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** @param signal ends it, which may be idle for ever */
export async function* standardInput(signal?: AbortSignal): AsyncGenerator<Buffer> {
  const iterator = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const aborted = new Promise<undefined>((resolve) => {
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  while (!signal?.aborted) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next === undefined || next.done) return;
    yield next.value;
  }
}

/** Standard input as a file, which can be read more than once; once it is aborted, what has come until then. */
export async function keptInput(signal: AbortSignal): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'opencts-import-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const file = path.join(folder, 'standard input');
  try {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    if (signal.aborted) return { path: file, remove };
    await remove();
    throw error;
  }
  return { path: file, remove };
}
