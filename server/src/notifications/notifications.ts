import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Selectable, Transaction } from 'kysely';
import { ERRORS } from '../errors.ts';
import type { Database, Metadata } from '../metadata/index.ts';
import { FairQueue } from '../shares/index.ts';
import { parseUrn, type Topics } from '../smn/index.ts';
import { checkAmounts } from './amounts.ts';
import { parseCondition } from './conditions.ts';
import { LIST_SHARES, MOST_QUERIES } from './limits.ts';
import { parseRuleQuery } from './rule-query.ts';
import type { ChangedNotification, NewNotification, Notification } from './schema.ts';
import type { NotificationSettings } from './settings.ts';
import { readQuery, readSettings } from './stored.ts';

export const MOST_NOTIFICATIONS = 100;

/** Whose notification: a project, its account and region. */
export interface NotificationOwner {
  projectId: string;
  domainId: string;
  region: string;
}

/** Stands for what cannot be read until it is saved anew. */
const UNREADABLE: NotificationSettings = { operation_type: 'customized', topic_id: '', agency_name: '' };

/** Key event notifications of all projects: which traces are to be told, and to whom. */
export class Notifications {
  /** For lists of all notifications of a project. */
  readonly lists = new FairQueue(LIST_SHARES);
  private readonly metadata: Metadata;
  private readonly topics: Topics;
  private readonly clock: () => number;
  private readonly changed: () => void;

  /** @param changed other traces are to be told now */
  constructor(metadata: Metadata, topics: Topics, clock: () => number, changed: () => void) {
    this.metadata = metadata;
    this.topics = topics;
    this.clock = clock;
    this.changed = changed;
  }

  /** Those of a kind and a name, as far as given, in order of their making. All together can be megabytes. */
  list(
    owner: NotificationOwner,
    sought: { type?: 'smn' | 'fun'; name?: string } = {},
  ): Promise<Notification[]> {
    return this.lists.run(owner.domainId, async () => {
      const heads = (await this.heads(owner)).filter(
        ({ type, name }) => (!sought.type || type === sought.type) && (!sought.name || name === sought.name),
      );
      const found: Notification[] = [];
      for (const { id } of heads) {
        const one = await this.read(owner, id);
        if (one) found.push(one);
        await turn();
      }
      return found;
    });
  }

  /** What they are called, in order of their making. */
  heads({ projectId }: NotificationOwner) {
    return this.metadata
      .selectFrom('notifications')
      .select(['id', 'name', 'type'])
      .where('project_id', '=', projectId)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  /**
   * Enabled when it has a topic.
   * @throws CtsError 400 with the code of the rule that is broken (`docs/reference/cts-errors.md` 2)
   */
  async create(owner: NotificationOwner, request: NewNotification): Promise<Notification> {
    const { topic_id = '', agency_name = '' } = request;
    const query = request.query?.trim() ?? '';
    const type = await this.check(owner, request, topic_id);
    const id = randomUUID();
    const row = {
      id,
      project_id: owner.projectId,
      name: request.notification_name,
      type,
      enabled: topic_id ? 1 : 0,
      settings: settingsOf(request, topic_id, agency_name),
      query,
      created_at: this.clock(),
      active_since: this.clock(),
    };
    await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('notifications')
        .select('name')
        .where('project_id', '=', owner.projectId)
        .execute();
      refuseTaken(
        row.name,
        known.map(({ name }) => name),
      );
      if (known.length >= MOST_NOTIFICATIONS) {
        throw ERRORS.refused(
          'CTS.0407',
          undefined,
          `a project has at most ${MOST_NOTIFICATIONS} notifications; delete one first`,
        );
      }
      if (query !== '') await refuseMoreQueries(transaction, owner, id);
      await transaction.insertInto('notifications').values(row).execute();
    });
    this.changed();
    return this.get(owner, id);
  }

  /** Operations, users and filter are replaced; query, topic and agency stay when left out. @throws CtsError 400, 404 */
  async update(owner: NotificationOwner, request: ChangedNotification): Promise<Notification> {
    const known = await this.heads(owner);
    const { notification_name: name } = request;
    const id = meant(known, request);
    const before = id === undefined ? undefined : await this.read(owner, id);
    if (!before || id === undefined) throw ERRORS.noSuchNotification(request.notification_id || name);
    refuseTaken(
      name,
      known.filter((one) => one.id !== id).map((one) => one.name),
    );
    const { topic_id = before.topic_id ?? '', agency_name = before.agency_name ?? '' } = request;
    const query = (request.query ?? before.query ?? '').trim();
    const type = await this.check(owner, { ...request, query }, topic_id);
    if (request.status === 'enabled' && !topic_id) {
      throw ERRORS.refused('CTS.0404', 'topic_id', 'status is enabled, but there is no topic_id to send to');
    }
    await this.metadata.transaction().execute(async (transaction) => {
      if (query !== '') await refuseMoreQueries(transaction, owner, id);
      await transaction
        .updateTable('notifications')
        .set({
          name,
          type,
          enabled: request.status === 'enabled' ? 1 : 0,
          settings: settingsOf(request, topic_id, agency_name),
          query,
          // What happened while it was off is not caught up.
          ...(before.status === 'disabled' ? { active_since: this.clock() } : {}),
        })
        .where('id', '=', id)
        .execute();
    });
    this.changed();
    return this.get(owner, id);
  }

  async remove(owner: NotificationOwner, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.metadata
      .deleteFrom('notifications')
      .where('project_id', '=', owner.projectId)
      .where('id', 'in', ids)
      .execute();
    this.changed();
  }

  /** The one that a change means, if it is there. */
  async find(owner: NotificationOwner, change: ChangedNotification): Promise<Notification | undefined> {
    const id = meant(await this.heads(owner), change);
    return id === undefined ? undefined : this.read(owner, id);
  }

  /** Rules between members, and that the topic is there. @returns what kind of target it is */
  private async check(
    owner: NotificationOwner,
    request: NewNotification,
    topicId: string,
  ): Promise<'smn' | 'fun'> {
    const type = check(owner, request, topicId);
    if (topicId === '' || type === 'fun') return type;
    if (await this.topics.byName(owner, parseUrn(topicId)?.name ?? '')) return type;
    throw ERRORS.refused('CTS.0402', 'topic_id', `topic_id is ${topicId}, but there is no such topic`);
  }

  /** @throws CtsError 404 CTS.0403 */
  private async get(owner: NotificationOwner, id: string): Promise<Notification> {
    const found = await this.read(owner, id);
    if (!found) throw ERRORS.noSuchNotification(id);
    return found;
  }

  private async read(owner: NotificationOwner, id: string): Promise<Notification | undefined> {
    const row = await this.metadata
      .selectFrom('notifications')
      .selectAll()
      .where('project_id', '=', owner.projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && toNotification(owner, row);
  }
}

function toNotification(owner: NotificationOwner, row: Selectable<Database['notifications']>): Notification {
  const { value: stored } = readSettings(row.settings);
  const isReadable = readQuery(row.query).problem === undefined;
  const {
    topic_id,
    agency_name,
    operation_type,
    operations = [],
    notify_user_list = [],
    filter,
  } = stored ?? UNREADABLE;
  return {
    notification_id: row.id,
    notification_name: row.name,
    notification_type: row.type,
    operation_type,
    operations,
    notify_user_list,
    status: row.enabled === 1 && stored && isReadable ? 'enabled' : 'disabled',
    ...(topic_id ? { topic_id } : {}),
    ...(filter ? { filter } : {}),
    ...(row.query === '' ? {} : { query: row.query }),
    ...(agency_name ? { agency_name } : {}),
    project_id: row.project_id,
    domain_id: owner.domainId,
    create_time: row.created_at,
  };
}

/** The id of the one that is meant: by its id, or by its name where a client does not know the id yet (`docs/reference/cts-api.md` 5.2). */
function meant(
  known: readonly { id: string; name: string }[],
  { notification_id: id, notification_name: name }: ChangedNotification,
): string | undefined {
  return known.find((one) => (id === '' ? one.name === name : one.id === id))?.id;
}

function settingsOf(request: NewNotification, topic_id: string, agency_name: string): string {
  const { operation_type, operations, notify_user_list, filter } = request;
  const settings: NotificationSettings = {
    operation_type,
    operations,
    notify_user_list,
    filter,
    topic_id,
    agency_name,
  };
  return JSON.stringify(settings);
}

/** @param id the notification that is to have one. @throws CtsError 400 CTS.0407 */
async function refuseMoreQueries(
  transaction: Transaction<Database>,
  { projectId }: NotificationOwner,
  id: string,
): Promise<void> {
  const others = await transaction
    .selectFrom('notifications')
    .select('id')
    .where('project_id', '=', projectId)
    .where('query', '!=', '')
    .where('id', '!=', id)
    .execute();
  if (others.length < MOST_QUERIES) return;
  throw ERRORS.refused(
    'CTS.0407',
    'query',
    `query cannot be given: ${MOST_QUERIES} notifications of the project have one already, which is the most`,
  );
}

function refuseTaken(name: string, others: readonly string[]): void {
  if (others.includes(name)) {
    throw ERRORS.refused(
      'CTS.0400',
      'notification_name',
      `there is already a notification ${name} in this project`,
    );
  }
}

/** Rules between members. @returns what kind of target the topic is */
function check(owner: NotificationOwner, request: NewNotification, topicId: string): 'smn' | 'fun' {
  const { operation_type, operations = [], notify_user_list = [], filter } = request;
  if (operation_type === 'customized' && operations.length === 0) {
    throw ERRORS.refused(
      'CTS.0401',
      'operations',
      'operations is empty; a customized notification names some',
    );
  }
  if (operation_type === 'complete' && operations.length > 0) {
    throw ERRORS.refused(
      'CTS.0401',
      'operations',
      'operations cannot be chosen when operation_type is complete',
    );
  }
  if (operation_type === 'complete' && notify_user_list.length > 0) {
    throw ERRORS.invalidBody(
      'notify_user_list',
      'notify_user_list cannot be given when operation_type is complete',
    );
  }
  checkAmounts(request);
  for (const [index, text] of filter?.rule.entries() ?? []) parseCondition(text, `filter.rule.${index}`);
  parseRuleQuery(request.query ?? '');
  return targetOf(owner, topicId);
}

/** @throws CtsError 400 CTS.0402 when the target is not one of the project */
function targetOf({ region, projectId }: NotificationOwner, topicId: string): 'smn' | 'fun' {
  if (topicId === '') return 'smn';
  const [urn, service, ofRegion, ofProject, ...name] = topicId.split(':');
  if (urn === 'urn' && service === 'fss') return 'fun';
  if (
    urn !== 'urn' ||
    service !== 'smn' ||
    name.length !== 1 ||
    !/^[A-Za-z0-9_-]{1,255}$/.test(name[0] ?? '')
  ) {
    throw ERRORS.refused(
      'CTS.0402',
      'topic_id',
      'topic_id is not the URN of a topic; it must be urn:smn:{region}:{project_id}:{topic}',
    );
  }
  if (ofRegion !== region || ofProject !== projectId) {
    throw ERRORS.refused(
      'CTS.0402',
      'topic_id',
      `topic_id names a topic of another region or project; it must begin with urn:smn:${region}:${projectId}:`,
    );
  }
  return 'smn';
}
