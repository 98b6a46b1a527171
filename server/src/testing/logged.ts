import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../objects/index.ts';

/** Size of an evidence log in the newest checkpoint that a bucket has: 0 until there is a digest. */
export async function logged(objects: ObjectStore, bucket: string): Promise<number> {
  const found = (await objects.list(bucket)).objects.find(({ key }) => key.endsWith('/checkpoint'));
  if (!found) return 0;
  const text = (await buffer((await objects.get(bucket, found.key)).body)).toString('utf8');
  return Number(text.split('\n')[1]);
}
