import type { Metadata } from '../metadata/index.ts';
import type { StoredTracker } from './stored-tracker.ts';

/** A tracker and its project, which tell what is transferred, and where to. */
export interface Transfer {
  tracker: StoredTracker;
  project: { filedAs: string; region: string; domainId: string };
}

/** A change of what a tracker transfers; one that is made has nothing before, one that is deleted nothing after. */
export interface Rerouted {
  before?: Transfer | undefined;
  after?: Transfer | undefined;
  /** The traces of the list are to go there, too. */
  alsoListed?: boolean;
}

/** Where the trace files of a project go, and under which name. */
export async function projectOf(transaction: Metadata, id: string): Promise<Transfer['project']> {
  const { name, filed_as, region, domain_id } = await transaction
    .selectFrom('projects')
    .select(['name', 'filed_as', 'region', 'domain_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { filedAs: filed_as || name, region, domainId: domain_id };
}
