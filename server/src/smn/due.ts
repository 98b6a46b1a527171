import { sql } from 'kysely';
import type { Metadata } from '../metadata/index.ts';
import { type Kind, MOST_OF_ONE } from './places.ts';

/** Nobody has to wait for longer: a clock that was ahead has set a time beyond. */
const MOST_WAIT_MS = 2 * 3_600_000;
/** Of those who can be served at once so many times as many are looked up: then the next ones are known already. */
const AHEAD = 8;

/** Few or none, so that asking for them costs nothing. */
const STAGED = sql<string>`(SELECT id FROM smn_messages WHERE staged = 1)`;

const KIND = sql<Kind>`CASE WHEN failures > 0 THEN 'failed' WHEN pace = 0 THEN 'untried' WHEN pace = 2 THEN 'slow' ELSE 'quick' END`;
const MOST = sql<number>`CASE kind WHEN 'failed' THEN ${sql.lit(AHEAD * MOST_OF_ONE.failed)}
  WHEN 'untried' THEN ${sql.lit(AHEAD * MOST_OF_ONE.untried)}
  WHEN 'slow' THEN ${sql.lit(AHEAD * MOST_OF_ONE.slow)} ELSE ${sql.lit(AHEAD * MOST_OF_ONE.quick)} END`;

/** A subscriber for whom something waits that may be tried now. */
export interface Due {
  id: string;
  account: string;
  kind: Kind;
}

/**
 * Whose turn it is, the first of each account first. Within an account, and within each kind of its subscribers,
 * projects take turns, and topics of a project: many subscribers of one are not in the way of the others.
 * @param serving who has its turn already
 */
export async function findDue(metadata: Metadata, now: number, serving: readonly string[]): Promise<Due[]> {
  const { rows } = await sql<Due>`
    WITH due AS MATERIALIZED (
      SELECT s.id, s.next_at, s.topic_id, t.project_id, ${KIND} AS kind
      FROM smn_subscriptions AS s JOIN smn_topics AS t ON t.id = s.topic_id
      WHERE s.has_work = 1 AND (s.next_at <= ${now} OR s.next_at > ${now + MOST_WAIT_MS}) AND s.paused <> 'manual'
        AND s.id NOT IN (SELECT value FROM json_each(${JSON.stringify(serving)}))
        AND EXISTS (SELECT 1 FROM smn_deliveries AS d WHERE d.subscription_id = s.id AND d.state = 'waiting'
          AND d.message_id NOT IN ${STAGED})),
    of_topics AS (SELECT *, row_number() OVER (PARTITION BY topic_id, kind ORDER BY next_at) AS topic_turn FROM due),
    of_projects AS (
      SELECT *, row_number() OVER (PARTITION BY project_id, kind ORDER BY topic_turn, next_at) AS project_turn
      FROM of_topics WHERE topic_turn <= ${MOST}),
    of_accounts AS (
      SELECT p.*, domain_id, row_number() OVER (PARTITION BY domain_id, kind ORDER BY project_turn, next_at) AS turn
      FROM of_projects AS p JOIN projects ON projects.id = p.project_id WHERE project_turn <= ${MOST})
    SELECT id, domain_id AS account, kind FROM of_accounts WHERE turn <= ${MOST}
    ORDER BY turn, kind = 'failed', next_at`.execute(metadata);
  return rows;
}

/** When the next one may be tried that may not now. */
export async function nextDue(metadata: Metadata, now: number): Promise<number> {
  const row = await metadata
    .selectFrom('smn_subscriptions')
    .select(({ fn }) => fn.min('next_at').as('next'))
    .where('has_work', '=', sql.lit(1))
    .where('next_at', '>', now)
    .executeTakeFirst();
  return Number(row?.next ?? Number.POSITIVE_INFINITY);
}

/** Whoever has nothing that waits is not looked at again before something does. @param id absent: all of them */
export async function forgetIdle(metadata: Metadata, id?: string): Promise<void> {
  await metadata
    .updateTable('smn_subscriptions')
    .set({ has_work: 0 })
    .where('has_work', '=', sql.lit(1))
    .$if(id !== undefined, (query) => query.where('id', '=', id as string))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('smn_deliveries')
            .select('seq')
            .whereRef('subscription_id', '=', 'smn_subscriptions.id')
            .where('state', '=', 'waiting'),
        ),
      ),
    )
    .execute();
}
