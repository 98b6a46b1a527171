import { randomBytes } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import { ERRORS } from '../errors.ts';
import { type Database, inPieces, type Metadata, PIECE_ROWS } from '../metadata/index.ts';
import { FairQueue } from '../shares/index.ts';
import {
  MOST_DISPLAY_BYTES,
  MOST_INTRODUCTION_BYTES,
  MOST_POLICY_BYTES,
  MOST_TAG_PAIRS,
  MOST_TOPIC_TAGS,
  MOST_TOPICS,
  TAG_SHARES,
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
  /** All of them, each with one of its values; without values: whatever its value is. */
  tags?: readonly { key: string; values: readonly string[] }[];
}

/** A topic in a list: without what may be long. */
export type ListedTopic = Omit<Topic, 'introduction' | 'accessPolicy'>;

export interface TopicTag {
  key: string;
  value: string;
}

export type TopicAttribute = 'access_policy' | 'introduction';

/** Topics of all projects (`docs/reference/smn-api.md` 2, 7). */
export class Topics {
  /** For looks at all topics of a project with their tags. */
  readonly looks = new FairQueue(TAG_SHARES);
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly changed: () => void;

  /** @param changed a topic was made or deleted */
  constructor(metadata: Metadata, clock: () => number, changed: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.changed = changed;
  }

  /** A page, newest first, and the number of all. */
  async find(
    owner: TopicOwner,
    filter: TopicFilter,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ count: number; topics: ListedTopic[] }> {
    const count = await this.count(owner, filter);
    const rows = await this.found(owner, filter)
      .select(['id', 'project_id', 'name', 'display_name', 'push_policy', 'enterprise_project_id'])
      .select(['created_at', 'updated_at'])
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute();
    return { count, topics: rows.map((row) => toListed(row, owner.region)) };
  }

  async count(owner: TopicOwner, filter: TopicFilter): Promise<number> {
    const { count } = await this.found(owner, filter)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  private found({ projectId }: TopicOwner, filter: TopicFilter) {
    const { id, name, fuzzyName, fuzzyDisplayName, enterpriseProjectId, tags = [] } = filter;
    let query = this.metadata.selectFrom('smn_topics').where('project_id', '=', projectId);
    if (id !== undefined) query = query.where('id', '=', id);
    if (name !== undefined) query = query.where('name', '=', name);
    if (fuzzyName) query = query.where(sql<boolean>`instr(name, ${fuzzyName}) > 0`);
    if (fuzzyDisplayName) query = query.where(sql<boolean>`instr(display_name, ${fuzzyDisplayName}) > 0`);
    if (enterpriseProjectId !== undefined) {
      query = query.where('enterprise_project_id', '=', enterpriseProjectId);
    }
    for (const { key, values } of tags) {
      query = query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('smn_topic_tags')
            .select('key')
            .whereRef('topic_id', '=', 'smn_topics.id')
            .where('key', '=', key)
            .$if(values.length > 0, (tagged) => tagged.where('value', 'in', values)),
        ),
      );
    }
    return query;
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

  byName(owner: TopicOwner, name: string): Promise<Topic | undefined> {
    return this.one(owner, { name });
  }

  async one(owner: TopicOwner, by: { name: string } | { id: string }): Promise<Topic | undefined> {
    const row = await this.found(owner, by).selectAll().executeTakeFirst();
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

  async tags({ id }: Pick<Topic, 'id'>): Promise<TopicTag[]> {
    return (await this.tagsOf([id])).get(id) ?? [];
  }

  /** Of several topics, by their ids; in order of their keys. */
  async tagsOf(ids: readonly string[]): Promise<Map<string, TopicTag[]>> {
    if (ids.length === 0) return new Map();
    const rows = await this.metadata
      .selectFrom('smn_topic_tags')
      .selectAll()
      .where('topic_id', 'in', ids)
      .orderBy('key')
      .execute();
    const tags = new Map(ids.map((id) => [id, [] as TopicTag[]]));
    for (const { topic_id, key, value } of rows) tags.get(topic_id)?.push({ key, value });
    return tags;
  }

  /** Of all topics of a project, each pair once, in their order: the first {@link MOST_TAG_PAIRS}. */
  async allTags({ projectId }: TopicOwner): Promise<{ tags: TopicTag[]; truncated: boolean }> {
    const tags = await this.metadata
      .selectFrom('smn_topic_tags')
      .innerJoin('smn_topics', 'smn_topics.id', 'smn_topic_tags.topic_id')
      .where('project_id', '=', projectId)
      .select(['key', 'value'])
      .distinct()
      .orderBy('key')
      .orderBy('value')
      .limit(MOST_TAG_PAIRS + 1)
      .execute();
    return { tags: tags.slice(0, MOST_TAG_PAIRS), truncated: tags.length > MOST_TAG_PAIRS };
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
  ...toListed(row, region),
  introduction: row.introduction,
  accessPolicy: row.access_policy,
});

const toListed = (
  row: Omit<Selectable<Database['smn_topics']>, 'introduction' | 'access_policy'>,
  region: string,
): ListedTopic => ({
  id: row.id,
  urn: topicUrn(region, row.project_id, row.name),
  projectId: row.project_id,
  region,
  name: row.name,
  displayName: row.display_name,
  pushPolicy: row.push_policy,
  enterpriseProjectId: row.enterprise_project_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
