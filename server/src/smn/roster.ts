import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { Database, Metadata } from '../metadata/index.ts';
import { type Subscription, toSubscription } from './subscriptions.ts';
import { topicUrn } from './urn.ts';

/** Endpoints that are looked through at once. */
const ENDPOINTS_AT_ONCE = 1000;

/** Behind it a page begins. */
export interface Mark {
  createdAt: number;
  id: string;
}

export interface Wanted {
  /** Absent: of all topics of the project. */
  topicId?: string | undefined;
  protocol?: string | undefined;
  status?: number | undefined;
  /** Stands in the remark. */
  remark?: string | undefined;
  endpoint?: string | undefined;
}

/** How the subscriptions of a topic are. */
export interface TopicHealth {
  urn: string;
  subscriptions: number;
  /** Of those: messages do not arrive, or are held back. */
  failing: number;
  waiting: number;
  dead: number;
}

type Row = Selectable<Database['smn_subscriptions']> & { name: string; region: string };

/** Subscriptions of a project as they are looked at: there may be many, so never all of them at once. Oldest first. */
export class Roster {
  private readonly metadata: Metadata;

  constructor(metadata: Metadata) {
    this.metadata = metadata;
  }

  async one(projectId: string, id: string): Promise<Subscription | undefined> {
    const row = await this.rows(projectId).where('smn_subscriptions.id', '=', id).executeTakeFirst();
    return row && subscriptionOf(projectId, row);
  }

  /** @param after absent: from the first */
  async page(projectId: string, wanted: Wanted, limit: number, after?: Mark): Promise<Subscription[]> {
    const ids = this.found(projectId, wanted)
      .$if(after !== undefined, (query) => query.where((builder) => behind(builder, after as Mark)))
      .limit(limit);
    return this.load(projectId, ids);
  }

  /** A page and the number of all. @param shows how an endpoint is told; absent: as it is */
  async find(
    projectId: string,
    wanted: Wanted,
    { offset, limit }: { offset: number; limit: number },
    shows?: (endpoint: string) => string,
  ): Promise<{ count: number; subscriptions: Subscription[] }> {
    if (shows && wanted.endpoint !== undefined) {
      const ids = await this.shownAs(projectId, wanted, shows);
      const some = ids.slice(offset, offset + limit);
      return { count: ids.length, subscriptions: some.length > 0 ? await this.load(projectId, some) : [] };
    }
    const { count } = await this.metadata
      .selectFrom(this.found(projectId, wanted).as('found'))
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    const ids = this.found(projectId, wanted).limit(limit).offset(offset);
    return { count: Number(count), subscriptions: await this.load(projectId, ids) };
  }

  async health(projectId: string): Promise<TopicHealth[]> {
    const topics = await this.metadata
      .selectFrom('smn_topics')
      .innerJoin('projects', 'projects.id', 'smn_topics.project_id')
      .leftJoin('smn_subscriptions', 'smn_subscriptions.topic_id', 'smn_topics.id')
      .where('smn_topics.project_id', '=', projectId)
      .select(['smn_topics.id', 'smn_topics.name', 'projects.region'])
      .select(({ fn }) => fn.count<number>('smn_subscriptions.id').as('subscriptions'))
      .select(
        sql<number>`total(smn_subscriptions.status = 1 AND (paused <> '' OR failures > 0))`.as('failing'),
      )
      .groupBy('smn_topics.id')
      .orderBy('smn_topics.created_at')
      .execute();
    const deliveries = await this.metadata
      .selectFrom('smn_topics')
      .innerJoin('smn_subscriptions', 'smn_subscriptions.topic_id', 'smn_topics.id')
      .innerJoin('smn_deliveries', 'smn_deliveries.subscription_id', 'smn_subscriptions.id')
      .where('smn_topics.project_id', '=', projectId)
      .select(['topic_id', 'state'])
      .select(({ fn }) => fn.countAll<number>().as('messages'))
      .groupBy(['topic_id', 'state'])
      .execute();
    const messages = new Map(deliveries.map((row) => [`${row.topic_id} ${row.state}`, Number(row.messages)]));
    return topics.map(({ id, name, region, subscriptions, failing }) => ({
      urn: topicUrn(region, projectId, name),
      subscriptions: Number(subscriptions),
      failing: Number(failing),
      waiting: messages.get(`${id} waiting`) ?? 0,
      dead: messages.get(`${id} dead`) ?? 0,
    }));
  }

  /** Ids of those whose endpoint is told so. */
  private async shownAs(
    projectId: string,
    { endpoint, ...wanted }: Wanted,
    shows: (endpoint: string) => string,
  ): Promise<string[]> {
    const ids: string[] = [];
    let after: Mark | undefined;
    do {
      const from = after;
      const rows = await this.found(projectId, wanted)
        .select(['smn_subscriptions.created_at', 'endpoint'])
        .$if(from !== undefined, (query) => query.where((builder) => behind(builder, from as Mark)))
        .limit(ENDPOINTS_AT_ONCE)
        .execute();
      for (const row of rows) if (shows(row.endpoint) === endpoint) ids.push(row.id);
      const last = rows.length === ENDPOINTS_AT_ONCE ? rows.at(-1) : undefined;
      after = last && { createdAt: last.created_at, id: last.id };
    } while (after);
    return ids;
  }

  /** Ids, in their order. */
  private found(projectId: string, { topicId, protocol, status, remark = '', endpoint }: Wanted) {
    return this.metadata
      .selectFrom('smn_subscriptions')
      .innerJoin('smn_topics', 'smn_topics.id', 'smn_subscriptions.topic_id')
      .select('smn_subscriptions.id')
      .where('smn_topics.project_id', '=', projectId)
      .$if(topicId !== undefined, (query) => query.where('topic_id', '=', topicId as string))
      .$if(protocol !== undefined, (query) => query.where('protocol', '=', protocol as string))
      .$if(status !== undefined, (query) => query.where('status', '=', status as number))
      .$if(endpoint !== undefined, (query) => query.where('endpoint', '=', endpoint as string))
      .$if(remark !== '', (query) => query.where(sql<boolean>`instr(remark, ${remark}) > 0`))
      .orderBy('smn_subscriptions.created_at')
      .orderBy('smn_subscriptions.id');
  }

  private async load(
    projectId: string,
    ids: ReturnType<Roster['found']> | readonly string[],
  ): Promise<Subscription[]> {
    const rows = await this.rows(projectId)
      .where('smn_subscriptions.id', 'in', ids)
      .orderBy('smn_subscriptions.created_at')
      .orderBy('smn_subscriptions.id')
      .execute();
    return rows.map((row) => subscriptionOf(projectId, row));
  }

  private rows(projectId: string) {
    return this.metadata
      .selectFrom('smn_subscriptions')
      .innerJoin('smn_topics', 'smn_topics.id', 'smn_subscriptions.topic_id')
      .innerJoin('projects', 'projects.id', 'smn_topics.project_id')
      .selectAll('smn_subscriptions')
      .select(['smn_topics.name', 'projects.region'])
      .where('smn_topics.project_id', '=', projectId);
  }
}

const behind = (
  { or, and, eb }: ExpressionBuilder<Database, 'smn_subscriptions' | 'smn_topics'>,
  { createdAt, id }: Mark,
) =>
  or([
    eb('smn_subscriptions.created_at', '>', createdAt),
    and([eb('smn_subscriptions.created_at', '=', createdAt), eb('smn_subscriptions.id', '>', id)]),
  ]);

const subscriptionOf = (projectId: string, { name, region, ...row }: Row): Subscription =>
  toSubscription(row, { id: row.topic_id, urn: topicUrn(region, projectId, name), projectId });
