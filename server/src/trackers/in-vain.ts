import type { Metadata } from '../metadata/index.ts';
import type { Buckets } from '../objects/index.ts';
import { isReliedOn } from './lifecycle.ts';

/**
 * Removes a bucket that was made for a tracker which came to nothing, unless another tracker uses it by now.
 * Never rejects: what cannot be removed stays the project's bucket, and can be used by its name.
 */
export async function removeMadeInVain(
  { metadata, buckets }: { metadata: Metadata; buckets: Buckets },
  name: string,
): Promise<void> {
  try {
    const bucket = await buckets.find(name);
    if (!bucket) return;
    // Forgotten first: a tracker that is stored from now on does not find it.
    const forgotten = await metadata.transaction().execute(async (transaction) => {
      if (await isReliedOn(transaction, bucket)) return false;
      await transaction.deleteFrom('buckets').where('name', '=', name).execute();
      return true;
    });
    if (forgotten) await buckets.remove(bucket);
  } catch {
    // It was the object store, or the metadata, that would not have the tracker either.
  }
}
