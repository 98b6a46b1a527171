import type { Transaction } from 'kysely';
import { ERRORS } from '../../errors.ts';
import type { Database, Metadata } from '../../metadata/index.ts';

/** What an account has a bounded number of. */
type Counted = 'projects' | 'users' | 'groups' | 'roles';

/** Adds one to those of an account, unless it has as many as it may: others who add one wait. @throws CtsError 400 */
export async function withRoom(
  metadata: Metadata,
  table: Counted,
  most: number,
  domainId: string,
  add: (transaction: Transaction<Database>) => Promise<unknown>,
): Promise<void> {
  await metadata.transaction().execute(async (transaction) => {
    await refuseFull(transaction, table, most, domainId);
    await add(transaction);
  });
}

/** @throws CtsError 400 */
export async function refuseFull(
  transaction: Transaction<Database>,
  table: Counted,
  most: number,
  domainId: string,
): Promise<void> {
  const { count } = await transaction
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('domain_id', '=', domainId)
    .executeTakeFirstOrThrow();
  if (count >= most) throw ERRORS.iamFull(`an account has at most ${most} ${table}`);
}

/** @throws CtsError 409 */
export async function refuseTaken(
  metadata: Metadata,
  table: 'domains' | 'users' | 'groups',
  kind: string,
  key: ['domain_id' | 'name', string][],
): Promise<void> {
  let query = metadata.selectFrom(table).select('id');
  for (const [column, value] of key) query = query.where(column as 'name', '=', value);
  if (await query.executeTakeFirst()) throw ERRORS.iamConflict(kind, key.at(-1)?.[1] ?? '');
}
