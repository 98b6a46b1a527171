import { randomBytes } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import { ERRORS } from '../errors.ts';
import { type Database, inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';
import {
  MOST_DISPLAY_BYTES,
  MOST_INTRODUCTION_BYTES,
  MOST_POLICY_BYTES,
  MOST_TOPIC_TAGS,
  MOST_TOPICS,
} from './limits.ts';
import { isLine, isText, LINE_RULE, TEXT_RULE } from './plain-text.ts';
import { emptyQueues } from './queue.ts';
import { parseUrn, topicUrn } from './urn.ts';

/** Whose topics: a project and its region. */
export interface TopicOwner {
  projectId: string;
  region: string;
}

export interface Topic {
  id: string;
  urn: string;
  projectId: string;
  region: string;
  name: string;
  displayName: string;
  /** 0: undeliverable messages are kept, 1: they are dropped. */
  pushPolicy: number;
  introduction: string;
  accessPolicy: string;
  enterpriseProjectId: string;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}

export interface TopicFilter {
  id?: string;
  name?: string;
  fuzzyName?: string;
  fuzzyDisplayName?: string;
  enterpriseProjectId?: string;
}

export interface TopicTag {
  key: string;
  value: string;
}

export type TopicAttribute = 'access_policy' | 'introduction';

/** Topics of all projects (`docs/reference/smn-api.md` 2, 7). */
export class Topics {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly changed: () => void;

  /** @param changed a topic was made or deleted */
  constructor(metadata: Metadata, clock: () => number, changed: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.changed = changed;
  }

  /** Newest first. */
  async list(owner: TopicOwner, filter: TopicFilter = {}): Promise<Topic[]> {
    const rows = await this.metadata
      .selectFrom('smn_topics')
      .selectAll()
      .where('project_id', '=', owner.projectId)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows
      .map((row) => toTopic(row, owner.region))
      .filter(
        (topic) =>
          (filter.id === undefined || topic.id === filter.id) &&
          (filter.name === undefined || topic.name === filter.name) &&
          topic.name.includes(filter.fuzzyName ?? '') &&
          topic.displayName.includes(filter.fuzzyDisplayName ?? '') &&
          (filter.enterpriseProjectId === undefined ||
            topic.enterpriseProjectId === filter.enterpriseProjectId),
      );
  }

  /** By its URN, which must be of the owner's project and region. @throws CtsError 400, 404 */
  async get(owner: TopicOwner, urn: string): Promise<Topic> {
    const parsed = parseUrn(urn);
    if (!parsed || parsed.subscriptionId) {
      throw ERRORS.smn(
        400,
        '0005',
        `topic_urn is ${JSON.stringify(urn.slice(0, 300))}; it must be urn:smn:{region}:{project_id}:{topic}`,
        'topic_urn',
      );
    }
    const { projectId, region, name } = parsed;
    const found =
      projectId === owner.projectId && region === owner.region ? await this.byName(owner, name) : undefined;
    if (!found) throw ERRORS.noSuchTopic(urn);
    return found;
  }

  async byName(owner: TopicOwner, name: string): Promise<Topic | undefined> {
    const row = await this.metadata
      .selectFrom('smn_topics')
      .selectAll()
      .where('project_id', '=', owner.projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row && toTopic(row, owner.region);
  }

  /** A topic of that name that is there already stays as it is. @throws CtsError 400, 403 */
  async create(
    owner: TopicOwner,
    wanted: { name: string; displayName: string; enterpriseProjectId: string },
  ): Promise<{ topic: Topic; made: boolean }> {
    checkDisplayName(wanted.displayName);
    const now = this.clock();
    const row = {
      id: randomBytes(16).toString('hex'),
      project_id: owner.projectId,
      name: wanted.name,
      display_name: wanted.displayName,
      push_policy: 0,
      introduction: '',
      access_policy: '',
      enterprise_project_id: wanted.enterpriseProjectId,
      created_at: now,
      updated_at: now,
    };
    const there = await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('smn_topics')
        .selectAll()
        .where('project_id', '=', owner.projectId)
        .where('name', '=', wanted.name)
        .executeTakeFirst();
      if (known) return known;
      await refuseFull(transaction, owner);
      await transaction.insertInto('smn_topics').values(row).execute();
      return undefined;
    });
    if (there) return { topic: toTopic(there, owner.region), made: false };
    this.changed();
    return { topic: toTopic(row, owner.region), made: true };
  }

  async rename(topic: Topic, displayName: string): Promise<void> {
    checkDisplayName(displayName);
    await this.change(topic, { display_name: displayName });
  }

  /** Its subscriptions, and what waits for them, go too. */
  async remove({ id }: Topic): Promise<void> {
    const subscriptions = await this.metadata
      .selectFrom('smn_subscriptions')
      .select('id')
      .where('topic_id', '=', id)
      .execute();
    await emptyQueues(
      this.metadata,
      subscriptions.map((one) => one.id),
    );
    await inPieces(() =>
      this.metadata
        .deleteFrom('smn_messages')
        .where('id', 'in', ({ selectFrom }) =>
          selectFrom('smn_messages').select('id').where('topic_id', '=', id).limit(PIECE_ROWS),
        )
        .executeTakeFirst(),
    );
    await this.metadata.deleteFrom('smn_topics').where('id', '=', id).execute();
    this.changed();
  }

  /** @param value empty: back to the default. @throws CtsError 400, 403 */
  async setAttribute(topic: Topic, name: TopicAttribute, value: string): Promise<void> {
    const most = name === 'introduction' ? MOST_INTRODUCTION_BYTES : MOST_POLICY_BYTES;
    if (Buffer.byteLength(value) > most) {
      throw ERRORS.smn(403, '0047', `value has more than ${most} bytes, the limit of ${name}`, 'value');
    }
    if (!isText(value)) throw ERRORS.smn(400, '0046', `value must hold ${TEXT_RULE}`, 'value');
    if (name === 'access_policy' && value !== '' && !isObject(value)) {
      throw ERRORS.smn(
        400,
        '0048',
        'value is no policy document: it must be the text of a JSON object',
        'value',
      );
    }
    await this.change(topic, { [name]: value });
  }

  async tags({ id }: Topic): Promise<TopicTag[]> {
    return this.metadata
      .selectFrom('smn_topic_tags')
      .select(['key', 'value'])
      .where('topic_id', '=', id)
      .orderBy('key')
      .execute();
  }

  /** Adds tags; a key that is there takes the new value. @throws CtsError 403 beyond 20 tags */
  async addTags(topic: Topic, tags: readonly TopicTag[]): Promise<void> {
    if (!tags.every(({ key, value }) => isLine(key) && isLine(value))) {
      throw ERRORS.smn(400, '0075', `tags must hold ${LINE_RULE}`, 'tags');
    }
    await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('smn_topic_tags')
        .select('key')
        .where('topic_id', '=', topic.id)
        .execute();
      const keys = new Set([...known, ...tags].map(({ key }) => key));
      if (keys.size > MOST_TOPIC_TAGS) {
        throw ERRORS.smn(
          403,
          '0075',
          `tags would be ${keys.size}; a topic has at most ${MOST_TOPIC_TAGS}`,
          'tags',
        );
      }
      for (const { key, value } of tags) {
        await transaction
          .insertInto('smn_topic_tags')
          .values({ topic_id: topic.id, key, value })
          .onConflict((conflict) => conflict.columns(['topic_id', 'key']).doUpdateSet({ value }))
          .execute();
      }
    });
  }

  /** @returns how many there were */
  async removeTags({ id }: Topic, keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const { numDeletedRows } = await this.metadata
      .deleteFrom('smn_topic_tags')
      .where('topic_id', '=', id)
      .where('key', 'in', keys)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  private async change(
    { id }: Topic,
    to: Partial<Record<TopicAttribute | 'display_name', string>>,
  ): Promise<void> {
    await this.metadata
      .updateTable('smn_topics')
      .set({ ...to, updated_at: this.clock() })
      .where('id', '=', id)
      .execute();
  }
}

/** @throws CtsError 403 */
async function refuseFull(transaction: Transaction<Database>, { projectId }: TopicOwner): Promise<void> {
  const { topics } = await transaction
    .selectFrom('smn_topics')
    .select(({ fn }) => fn.countAll<number>().as('topics'))
    .where('project_id', '=', projectId)
    .executeTakeFirstOrThrow();
  if (topics >= MOST_TOPICS) {
    throw ERRORS.smn(403, '0004', `a project has at most ${MOST_TOPICS} topics; delete one first`);
  }
}

function checkDisplayName(name: string): void {
  if (Buffer.byteLength(name) <= MOST_DISPLAY_BYTES && isLine(name)) return;
  throw ERRORS.smn(
    400,
    '0003',
    `display_name must hold at most ${MOST_DISPLAY_BYTES} bytes, ${LINE_RULE}`,
    'display_name',
  );
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** @param region of the project */
export const toTopic = (row: Selectable<Database['smn_topics']>, region: string): Topic => ({
  id: row.id,
  urn: topicUrn(region, row.project_id, row.name),
  projectId: row.project_id,
  region,
  name: row.name,
  displayName: row.display_name,
  pushPolicy: row.push_policy,
  introduction: row.introduction,
  accessPolicy: row.access_policy,
  enterpriseProjectId: row.enterprise_project_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
