import { ObjectStoreError } from './store.ts';

/**
 * Of an object that is put in parts. Stores take 5 MB or more a part, 10,000 parts and 5 GB at a time; a part is
 * held in memory until the store has it.
 */
const LEAST_PART = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** @param size of the object */
export const partBytes = (size: number) => Math.max(LEAST_PART, Math.ceil(size / MOST_PARTS));

/**
 * Bytes in parts of the same size; the last one has what is left. It comes when the source has ended well.
 * @param size of all together
 */
export async function* inParts(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
  size: number,
): AsyncGenerator<Buffer> {
  let left = size;
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    left -= chunk.length;
    if (left < 0) break;
    while (length + rest.length > bytes) {
      gathered.push(rest.subarray(0, bytes - length));
      rest = rest.subarray(bytes - length);
      yield Buffer.concat(gathered);
      gathered = [];
      length = 0;
    }
    gathered.push(rest);
    length += rest.length;
  }
  if (left !== 0) throw new ObjectStoreError('away', `${size} bytes were announced, and ${size - left} came`);
  yield Buffer.concat(gathered);
}
