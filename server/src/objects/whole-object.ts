import { addAbortSignal } from 'node:stream';
import { type ObjectHead, type ObjectStore, ObjectStoreError } from './store.ts';

type Got = Awaited<ReturnType<ObjectStore['get']>>;

/** What is read, and how. */
export interface WholeObject {
  objects: ObjectStore;
  bucket: string;
  key: string;
  /** It is given already. */
  first?: Got;
  /** Called once, before the first byte. */
  onHead?: (head: ObjectHead) => void;
  /**
   * Waits before it is gone on with. What it throws is thrown.
   * @param attempt how often it was tried without a byte more
   */
  again: (error: Error, attempt: number) => Promise<void>;
  signal?: AbortSignal;
}

/** All bytes of an object; where it breaks off it is gone on with, as long as it is the same. @throws ObjectStoreError */
export async function* objectBytes(asked: WholeObject): AsyncGenerator<Buffer> {
  const { objects, bucket, key, signal, again } = asked;
  let got = asked.first;
  let head: ObjectHead | undefined;
  let at = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      got ??= await objects.get(bucket, key, head && { from: at, to: head.size - 1 });
      if (head === undefined) asked.onHead?.(got.head);
      head ??= got.head;
      const { body } = got;
      if (got.head.version !== head.version) {
        body.destroy();
        throw new ObjectStoreError('denied', `${bucket}/${key} was changed while it was read`);
      }
      for await (const chunk of signal ? addAbortSignal(signal, body) : body) {
        at += (chunk as Buffer).length;
        attempt = 1;
        yield chunk as Buffer;
      }
      if (at >= head.size) return;
      throw new Error(`its end is missing from byte ${at} on`);
    } catch (error) {
      if (head !== undefined && at === head.size) return;
      if (error instanceof ObjectStoreError && error.problem !== 'away') throw error;
      await again(error as Error, attempt);
    }
    got = undefined;
  }
}
