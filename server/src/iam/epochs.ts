import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database, Metadata } from '../metadata/index.ts';

/**
 * What ends credentials at once. Tokens, console sessions and temporary access keys carry the epochs of their
 * user, account, project and access key as they were when they were issued, and count only while these are the
 * same (`bonds.ts`). Epochs are random: one that has passed does not come back, not even with a restored backup.
 */
type Connection = Metadata | Transaction<Database>;

export const nextEpoch = () => ({ epoch: randomBytes(6).toString('base64url') });

export async function endCredentialsOf(metadata: Connection, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await metadata.updateTable('users').set(nextEpoch()).where('id', 'in', userIds).execute();
}

export async function endCredentialsOfMembers(metadata: Connection, groupId: string): Promise<void> {
  const members = metadata.selectFrom('memberships').select('user_id').where('group_id', '=', groupId);
  await metadata.updateTable('users').set(nextEpoch()).where('id', 'in', members).execute();
}

/** @param roleId a role that an account has made */
export async function endCredentialsOfHolders(metadata: Connection, roleId: string): Promise<void> {
  const account = metadata.selectFrom('roles').select('domain_id').where('id', '=', roleId);
  await metadata
    .updateTable('users')
    .set(nextEpoch())
    .where('domain_id', '=', account)
    .where(holdsRole(roleId))
    .execute();
}

/** Whether a user is in a group that holds a role: of each user, groups are looked at up to the first that does. */
export const holdsRole = (roleId: string) =>
  sql<boolean>`EXISTS (SELECT 1 FROM memberships
    WHERE user_id = users.id AND +group_id IN (SELECT group_id FROM grants WHERE role_id = ${roleId}))`;

export async function endCredentialsFor(
  metadata: Connection,
  what: 'domains' | 'projects',
  id: string,
): Promise<void> {
  await metadata.updateTable(what).set(nextEpoch()).where('id', '=', id).execute();
}
