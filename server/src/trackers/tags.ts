import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { MOST_TAGS } from './limits.ts';
import type { Tag } from './schema.ts';
import type { StoredTracker } from './stored-tracker.ts';

/** The tags of trackers. */
export class TrackerTags {
  private readonly metadata: Metadata;

  constructor(metadata: Metadata) {
    this.metadata = metadata;
  }

  /** Tags of some trackers, by tracker id. */
  async of(trackers: readonly StoredTracker[]): Promise<Map<string, Required<Tag>[]>> {
    const tags = new Map<string, Required<Tag>[]>(trackers.map(({ id }) => [id, []]));
    if (trackers.length === 0) return tags;
    const rows = await this.metadata
      .selectFrom('tracker_tags')
      .selectAll()
      .where('tracker_id', 'in', [...tags.keys()])
      .orderBy('key')
      .execute();
    for (const { tracker_id, key, value } of rows) tags.get(tracker_id)?.push({ key, value });
    return tags;
  }

  /** Adds tags; a key that is there takes the new value. @throws CtsError 400 beyond 20 tags */
  async add(tracker: StoredTracker, tags: readonly Tag[]): Promise<void> {
    await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('tracker_tags')
        .select('key')
        .where('tracker_id', '=', tracker.id)
        .execute();
      const keys = new Set([...known, ...tags].map(({ key }) => key));
      if (keys.size > MOST_TAGS) {
        throw ERRORS.invalidBody('tags', `tags would be ${keys.size}; a tracker has at most ${MOST_TAGS}`);
      }
      for (const { key, value = '' } of tags) {
        await transaction
          .insertInto('tracker_tags')
          .values({ tracker_id: tracker.id, key, value })
          .onConflict((conflict) => conflict.columns(['tracker_id', 'key']).doUpdateSet({ value }))
          .execute();
      }
    });
  }

  /** Removes tags by key, or only where the value is the one given. */
  async remove(tracker: StoredTracker, tags: readonly { key: string; value?: string }[]): Promise<void> {
    await this.metadata.transaction().execute(async (transaction) => {
      for (const { key, value } of tags) {
        let query = transaction
          .deleteFrom('tracker_tags')
          .where('tracker_id', '=', tracker.id)
          .where('key', '=', key);
        if (value !== undefined) query = query.where('value', '=', value);
        await query.execute();
      }
    });
  }
}
