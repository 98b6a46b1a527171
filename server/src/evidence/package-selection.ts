import { sql } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import type { Owner } from './holdings.ts';

const HOUR = 3_600_000;
/** A file that no digest covers so long after its delivery waits for none. */
const WAIT_MS = 2 * HOUR;
/** Rows of one statement. */
const PAGE = 500;

export interface PackageRange extends Owner {
  /** Epoch ms, both inclusive. */
  from: number;
  until: number;
}

/** A chain, and what of it lies in the range. */
export interface Stretch {
  id: number;
  bucket: string;
  /** Its digests, by their places in the chain; undefined: none. */
  digests: { first: number; last: number } | undefined;
  /** The last of them, to which the others are linked. */
  last: { key: string; sha256: string } | undefined;
  /** Files behind this number wait for their digest; undefined: none does. */
  covered: number | undefined;
}

export interface SelectedDigest {
  seq: number;
  key: string;
  /** Its files are in the package; else it is there for the links, or for the log. */
  isWithin: boolean;
}

type Files = { from: 'digests' | 'nowhere'; after: number; limit: number; encrypted?: boolean };

/** Chooses what goes into a package: what the digests list whose hours touch its time, and what none ever will. */
export class PackageSelection {
  private readonly metadata: Metadata;
  private readonly range: PackageRange;
  private readonly now: number;

  constructor(metadata: Metadata, range: PackageRange, now: number) {
    this.metadata = metadata;
    this.range = range;
    this.now = now;
  }

  /** The chains of the project of which something lies in the range. @throws CtsError 400 */
  async stretches(): Promise<Stretch[]> {
    const { projectId, domainId } = this.range;
    const chains = await this.metadata
      .selectFrom('chains')
      .innerJoin('buckets', 'buckets.name', 'chains.bucket')
      .select(['chains.id', 'bucket'])
      .where('chains.project_id', '=', projectId)
      .where('domain_id', '=', domainId)
      .orderBy('bucket')
      .orderBy('chains.name')
      .execute();
    const stretches: Stretch[] = [];
    for (const { id, bucket } of chains) {
      const digests = await this.digestsIn(id);
      const last = digests && (await this.digestAt(id, digests.last));
      const newest = await this.digestAt(id);
      const covered = newest?.ended === 0 ? newest.last_number : undefined;
      const stretch = { id, bucket, digests, last, covered };
      if (digests || (await this.some(stretch, { from: 'nowhere', after: 0, limit: 1 })).length > 0)
        stretches.push(stretch);
    }
    return stretches;
  }

  /** Whether anything of it is encrypted. */
  async hasEncrypted(stretch: Stretch): Promise<boolean> {
    for (const from of ['digests', 'nowhere'] as const) {
      if ((await this.some(stretch, { from, after: 0, limit: 1, encrypted: true })).length > 0) return true;
    }
    return false;
  }

  /** In their order, and before them the one to which the first is linked. */
  async *digests({ id, digests }: Stretch): AsyncGenerator<SelectedDigest> {
    if (!digests) return;
    const { first, last } = digests;
    for (let after = first - 2; ; ) {
      const rows = await this.metadata
        .selectFrom('digests')
        .select(['seq', 'key', 'start_time'])
        .where('chain_id', '=', id)
        .where('body', '=', '')
        .where('seq', '>', after)
        .where('seq', '<=', last)
        .orderBy('seq')
        .limit(PAGE)
        .execute();
      for (const { seq, key, start_time } of rows)
        yield { seq, key, isWithin: seq >= first && start_time <= this.range.until };
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.seq ?? last;
    }
  }

  /** Keys of the trace files that its digests list, and of those that none ever will. */
  async *files(stretch: Stretch): AsyncGenerator<string> {
    for (const from of ['digests', 'nowhere'] as const) {
      for (let after = 0; ; ) {
        const rows = await this.some(stretch, { from, after, limit: PAGE });
        for (const { key } of rows) yield key;
        if (rows.length < PAGE) break;
        after = rows.at(-1)?.number ?? after;
      }
    }
  }

  /** Keys of its digests that cover files which the metadata do not know, or not any more. */
  async *digestsOfUnknown({ id, digests }: Stretch): AsyncGenerator<string> {
    const { first, last } = digests ?? { first: 1, last: 0 };
    const rows = await this.metadata
      .selectFrom('digests')
      .select('key')
      .where('chain_id', '=', id)
      .where('body', '=', '')
      .where('seq', '>=', first)
      .where('seq', '<=', last)
      .where('start_time', '<=', this.range.until)
      .where(({ eb, fn, selectFrom }) =>
        eb(
          sql<number>`last_number - first_number + 1`,
          '>',
          selectFrom('trace_files')
            .select(fn.countAll<number>().as('files'))
            .whereRef('trace_files.chain_id', '=', 'digests.chain_id')
            .whereRef('trace_files.number', '>=', 'digests.first_number')
            .whereRef('trace_files.number', '<=', 'digests.last_number'),
        ),
      )
      .orderBy('seq')
      .execute();
    for (const { key } of rows) yield key;
  }

  private async digestsIn(chain: number): Promise<Stretch['digests']> {
    const { from, until } = this.range;
    const { first, last, earlier } = await this.metadata
      .selectFrom('digests')
      .select(({ fn }) => [
        fn.min('seq').as('first'),
        fn.max('seq').as('last'),
        fn.max(sql<number>`CASE WHEN key_id = '' THEN end_time END`).as('earlier'),
      ])
      .where('chain_id', '=', chain)
      .where('body', '=', '')
      .where('end_time', '>=', from)
      // The log is asked for every digest that ends within an hour of the range.
      .where(({ eb, or }) => or([eb('start_time', '<=', until), eb('end_time', '<=', until + HOUR)]))
      .executeTakeFirstOrThrow();
    // What those of earlier versions cover, they alone know.
    if (earlier !== null) throw ERRORS.digestsOfBefore(Number(earlier));
    return first === null ? undefined : { first: Number(first), last: Number(last) };
  }

  /** @param seq absent: the newest */
  private digestAt(chain: number, seq?: number) {
    const query = this.metadata
      .selectFrom('digests')
      .select(['key', 'sha256', 'last_number', 'ended'])
      .where('chain_id', '=', chain);
    const wanted = seq === undefined ? query.orderBy('seq', 'desc').limit(1) : query.where('seq', '=', seq);
    return wanted.executeTakeFirst();
  }

  private some({ id, digests, covered }: Stretch, { from, after, limit, encrypted }: Files) {
    const { projectId, until } = this.range;
    let query = this.metadata
      .selectFrom('trace_files')
      .select(['key', 'number'])
      .where('chain_id', '=', id)
      .where('project_id', '=', projectId)
      .where('number', '>', after)
      .orderBy('number')
      .limit(limit);
    if (encrypted) query = query.where('encryption_key', 'is not', null);
    if (from === 'digests') {
      const { first, last } = digests ?? { first: 1, last: 0 };
      return query
        .where(({ exists }) =>
          exists(
            this.covering()
              .where('seq', '>=', first)
              .where('seq', '<=', last)
              .where('start_time', '<=', until),
          ),
        )
        .execute();
    }
    if (covered !== undefined) query = query.where('number', '<=', covered);
    return query
      .where('delivered_at', '>=', this.range.from)
      .where('delivered_at', '<=', Math.min(until, this.now - WAIT_MS))
      .where(({ exists, not }) => not(exists(this.covering())))
      .execute();
  }

  /** The digest that covers a file. */
  private covering() {
    return this.metadata
      .selectFrom('digests')
      .select('seq')
      .where('digests.chain_id', '=', sql.ref<number>('trace_files.chain_id'))
      .where('last_number', '>=', sql.ref<number>('trace_files.number'))
      .where('first_number', '<=', sql.ref<number>('trace_files.number'));
  }
}
