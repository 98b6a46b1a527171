import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Metadata } from '../metadata/index.ts';

export interface Bucket {
  name: string;
  domainId: string;
  region: string;
  /** Days that objects stay; 0: for good. */
  lifecycleDays: number;
}

/** The buckets of the embedded object store: one folder each, names unique in the installation. */
export class Buckets {
  private readonly metadata: Metadata;
  private readonly directory: string;
  private readonly clock: () => number;

  constructor(metadata: Metadata, directory: string, clock: () => number) {
    this.metadata = metadata;
    this.directory = directory;
    this.clock = clock;
  }

  async find(name: string): Promise<Bucket | undefined> {
    const row = await this.metadata
      .selectFrom('buckets')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    if (!row) return undefined;
    return {
      name: row.name,
      domainId: row.domain_id,
      region: row.region,
      lifecycleDays: row.lifecycle_days,
    };
  }

  /** @throws Error when the folder cannot be made */
  async create({ name, domainId, region, lifecycleDays }: Bucket): Promise<void> {
    await mkdir(path.join(this.directory, name), { recursive: true, mode: 0o700 });
    await this.metadata
      .insertInto('buckets')
      .values({
        name,
        domain_id: domainId,
        region,
        lifecycle_days: lifecycleDays,
        created_at: this.clock(),
      })
      .execute();
  }

  async setLifecycle(name: string, days: number): Promise<void> {
    await this.metadata
      .updateTable('buckets')
      .set({ lifecycle_days: days })
      .where('name', '=', name)
      .execute();
  }
}
