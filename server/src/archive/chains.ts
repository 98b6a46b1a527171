import { type Insertable, sql } from 'kysely';
import type { Database, Metadata } from '../metadata/index.ts';
import { type ChainPlace, chainName, chainOf } from './layout.ts';

/** What is noted of a delivered file besides its number. */
export type DeliveredFile = Omit<Insertable<Database['trace_files']>, 'chain_id' | 'number'>;

/**
 * Notes, in a transaction, a file that lies in its bucket: it takes the next number of its chain.
 * @returns whether it was not noted before
 */
export async function noteFile(transaction: Metadata, file: DeliveredFile): Promise<boolean> {
  const known = await transaction
    .selectFrom('trace_files')
    .select('key')
    .where('bucket', '=', file.bucket)
    .where('key', '=', file.key)
    .executeTakeFirst();
  if (known) return false;
  const place = chainOf(file.key);
  if (!place) throw new Error(`${file.key} is no key of a trace file`);
  const chain = { bucket: file.bucket, projectId: file.project_id, place };
  const { id: chain_id, number } = await openChain(transaction, chain, 1);
  await transaction
    .insertInto('trace_files')
    .values({ ...file, chain_id, number })
    .execute();
  return true;
}

/** Begins a chain, or finds it. @param files that are added to it */
export async function openChain(
  transaction: Metadata,
  { bucket, projectId, place }: { bucket: string; projectId: string; place: ChainPlace },
  files = 0,
): Promise<{ id: number; number: number }> {
  return transaction
    .insertInto('chains')
    .values({ bucket, name: chainName(place), project_id: projectId, ...place, number: files })
    .onConflict((conflict) =>
      conflict.columns(['bucket', 'name']).doUpdateSet({
        number: sql`chains.number + ${files}`,
        prefix: place.prefix,
        project_id: projectId,
      }),
    )
    .returning(['id', 'number'])
    .executeTakeFirstOrThrow();
}
