import { type Kysely, type Migration, sql } from 'kysely';

/** Settings of a management tracker that nobody has made. */
const FIRST_SETTINGS = {
  isLtsEnabled: false,
  bucket: '',
  filePrefix: '',
  isObsCreated: false,
  bucketLifecycle: 0,
  compressType: 'gzip',
  isSortByService: true,
  isValidated: false,
  isEncrypted: false,
  kmsId: '',
  isOrganizationTracker: false,
  excludedServices: [],
};

/** In order of their names; one that was released is never changed. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001_accounts': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('domains')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('projects')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('domain_id', 'text', (column) => column.notNull().references('domains.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('projects_name', ['domain_id', 'name'])
        .execute();
      await db.schema
        .createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('domain_id', 'text', (column) => column.notNull().references('domains.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('password_hash', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('users_name', ['domain_id', 'name'])
        .execute();
      await db.schema
        .createTable('revoked_tokens')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0002_permissions': {
    async up(db: Kysely<unknown>) {
      for (const table of ['domains', 'projects', 'users']) {
        await db.schema
          .alterTable(table)
          .addColumn('description', 'text', (column) => column.notNull().defaultTo(''))
          .execute();
      }
      for (const table of ['domains', 'projects']) {
        await db.schema
          .alterTable(table)
          .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
          .execute();
      }
      await db.schema
        .createTable('groups')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('domain_id', 'text', (column) => column.notNull().references('domains.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('groups_name', ['domain_id', 'name'])
        .execute();
      await db.schema
        .createTable('memberships')
        .addColumn('group_id', 'text', (column) =>
          column.notNull().references('groups.id').onDelete('cascade'),
        )
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addPrimaryKeyConstraint('memberships_key', ['user_id', 'group_id'])
        .execute();
      await db.schema
        .createTable('roles')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('domain_id', 'text', (column) => column.notNull().references('domains.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('roles_name', ['domain_id', 'name'])
        .execute();
      await db.schema
        .createTable('grants')
        .addColumn('group_id', 'text', (column) =>
          column.notNull().references('groups.id').onDelete('cascade'),
        )
        .addColumn('role_id', 'text', (column) => column.notNull())
        .addColumn('scope', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('grants_key', ['group_id', 'role_id', 'scope'])
        .execute();
      await db.schema
        .createTable('access_keys')
        .addColumn('access', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('sealed_secret', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('active', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint')
        .execute();
      await db.schema.createIndex('access_keys_user').on('access_keys').column('user_id').execute();
      await db.schema
        .createTable('ingest_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('key_hash', 'text', (column) => column.notNull().unique())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint')
        .addUniqueConstraint('ingest_keys_name', ['project_id', 'name'])
        .execute();
      // Before there were roles, every user was an administrator: nobody is shut out by them.
      await sql`INSERT INTO "groups" (id, domain_id, name, description, created_at)
                SELECT id, id, 'admin', 'Administrators', created_at FROM domains`.execute(db);
      await sql`INSERT INTO memberships (group_id, user_id) SELECT domain_id, id FROM users`.execute(db);
      for (const role of ['1', '2', 'd']) {
        for (const scope of ['domain', 'projects']) {
          await sql`INSERT INTO grants (group_id, role_id, scope)
                    SELECT id, ${role.padStart(32, '0')}, ${scope} FROM domains`.execute(db);
        }
      }
    },
  },
  '0003_trackers': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('trackers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('settings', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('trackers_name', ['project_id', 'name'])
        .execute();
      // Before there were trackers, everything was recorded: that goes on.
      await sql`INSERT INTO trackers (id, project_id, type, name, enabled, settings, created_at)
                SELECT substr(id, 1, 8) || '-' || substr(id, 9, 4) || '-4' || substr(id, 14, 3) || '-8' ||
                       substr(id, 18, 3) || '-' || substr(id, 21, 12),
                       id, 'system', 'system', 1, ${JSON.stringify(FIRST_SETTINGS)}, created_at
                FROM projects`.execute(db);
      await db.schema
        .createTable('tracker_tags')
        .addColumn('tracker_id', 'text', (column) =>
          column.notNull().references('trackers.id').onDelete('cascade'),
        )
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('tracker_tags_key', ['tracker_id', 'key'])
        .execute();
      await db.schema
        .createTable('configurations')
        .addColumn('project_id', 'text', (column) => column.primaryKey().references('projects.id'))
        .addColumn('settings', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('buckets')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('domain_id', 'text', (column) => column.notNull().references('domains.id'))
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('lifecycle_days', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('notifications')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('settings', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('notifications_name', ['project_id', 'name'])
        .execute();
    },
  },
  '0004_outside_users': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('users').addColumn('external_id', 'text').execute();
      await db.schema
        .createIndex('users_external')
        .unique()
        .on('users')
        .columns(['domain_id', 'external_id'])
        .execute();
    },
  },
  '0005_archive': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('trace_files')
        .addColumn('bucket', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('tracker_id', 'text', (column) => column.notNull())
        .addColumn('service', 'text', (column) => column.notNull())
        .addColumn('bytes', 'bigint', (column) => column.notNull())
        .addColumn('traces', 'bigint', (column) => column.notNull())
        .addColumn('first_time', 'bigint', (column) => column.notNull())
        .addColumn('last_time', 'bigint', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('md5', 'text', (column) => column.notNull())
        .addColumn('delivered_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('trace_files_key', ['bucket', 'key'])
        .execute();
      await db.schema
        .createIndex('trace_files_delivered')
        .on('trace_files')
        .columns(['tracker_id', 'delivered_at'])
        .execute();
      await db.schema
        .createIndex('trace_files_project')
        .on('trace_files')
        .columns(['project_id', 'key'])
        .execute();
      await db.schema
        .createTable('deliveries')
        .addColumn('tracker_id', 'text', (column) => column.primaryKey())
        .addColumn('detail', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('signing_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('public_key', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('digest_chains')
        .addColumn('tracker_id', 'text', (column) => column.notNull())
        .addColumn('service', 'text', (column) => column.notNull())
        .addColumn('last_end', 'bigint', (column) => column.notNull())
        .addColumn('last_bucket', 'text', (column) => column.notNull())
        .addColumn('last_key', 'text', (column) => column.notNull())
        .addColumn('last_hash', 'text', (column) => column.notNull())
        .addColumn('last_signature', 'text', (column) => column.notNull())
        .addColumn('ended', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('digest_chains_key', ['tracker_id', 'service'])
        .execute();
    },
  },
  '0006_keys': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('kms_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('alias', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('deletion_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('kms_keys_alias', ['project_id', 'alias'])
        .execute();
      await db.schema
        .createTable('kms_key_versions')
        .addColumn('key_id', 'text', (column) =>
          column.notNull().references('kms_keys.id').onDelete('cascade'),
        )
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('sealed_material', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('kms_key_versions_key', ['key_id', 'version'])
        .execute();
      for (const name of ['earliest', 'latest']) {
        await db.schema
          .alterTable('trace_files')
          .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
          .execute();
      }
      // Of files that are there already only the record times are known: traces may be 8 days older, or 15 minutes ahead.
      await sql`UPDATE trace_files SET earliest = first_time - 691200000, latest = last_time + 900000`.execute(
        db,
      );
      await db.schema
        .createIndex('trace_files_latest')
        .on('trace_files')
        .columns(['project_id', 'latest', 'key'])
        .execute();
      await db.schema.alterTable('trace_files').addColumn('encryption_key', 'text').execute();
      await db.schema
        .createTable('archived_hours')
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('hour', 'bigint', (column) => column.notNull())
        .addColumn('traces', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('archived_hours_key', ['project_id', 'hour'])
        .execute();
    },
  },
  '0007_smn': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('smn_topics')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('display_name', 'text', (column) => column.notNull())
        .addColumn('push_policy', 'integer', (column) => column.notNull())
        .addColumn('introduction', 'text', (column) => column.notNull())
        .addColumn('access_policy', 'text', (column) => column.notNull())
        .addColumn('enterprise_project_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('smn_topics_name', ['project_id', 'name'])
        .execute();
      await db.schema
        .createTable('smn_topic_tags')
        .addColumn('topic_id', 'text', (column) =>
          column.notNull().references('smn_topics.id').onDelete('cascade'),
        )
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('smn_topic_tags_key', ['topic_id', 'key'])
        .execute();
      await db.schema
        .createTable('smn_subscriptions')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('topic_id', 'text', (column) =>
          column.notNull().references('smn_topics.id').onDelete('cascade'),
        )
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('remark', 'text', (column) => column.notNull())
        .addColumn('extension', 'text', (column) => column.notNull())
        .addColumn('status', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('next_at', 'bigint', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('failing_since', 'bigint')
        .addColumn('paused', 'text', (column) => column.notNull())
        .addUniqueConstraint('smn_subscriptions_endpoint', ['topic_id', 'protocol', 'endpoint'])
        .execute();
      await db.schema
        .createTable('smn_tokens')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('subscription_id', 'text', (column) =>
          column.notNull().references('smn_subscriptions.id').onDelete('cascade'),
        )
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('smn_confirmations')
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('sent_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('smn_confirmations_endpoint')
        .on('smn_confirmations')
        .columns(['protocol', 'endpoint', 'sent_at'])
        .execute();
      await db.schema
        .createTable('smn_templates')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('smn_templates_name', ['project_id', 'name', 'protocol'])
        .execute();
      await db.schema
        .createTable('smn_messages')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('topic_id', 'text', (column) =>
          column.notNull().references('smn_topics.id').onDelete('cascade'),
        )
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('notification', 'text', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('traces', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('smn_deliveries')
        .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('message_id', 'text', (column) =>
          column.notNull().references('smn_messages.id').onDelete('cascade'),
        )
        .addColumn('subscription_id', 'text', (column) =>
          column.notNull().references('smn_subscriptions.id').onDelete('cascade'),
        )
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('died_at', 'bigint')
        .execute();
      await db.schema
        .createIndex('smn_deliveries_subscription')
        .on('smn_deliveries')
        .columns(['subscription_id', 'state', 'seq'])
        .execute();
      await db.schema
        .createIndex('smn_deliveries_message')
        .on('smn_deliveries')
        .column('message_id')
        .execute();
      await db.schema
        .createTable('smn_attempts')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('subscription_id', 'text', (column) =>
          column.notNull().references('smn_subscriptions.id').onDelete('cascade'),
        )
        .addColumn('message_id', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('took', 'integer', (column) => column.notNull())
        .addColumn('delivered', 'integer', (column) => column.notNull())
        .addColumn('answer', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('smn_attempts_subscription')
        .on('smn_attempts')
        .columns(['subscription_id', 'id'])
        .execute();
      await db.schema
        .createTable('smn_certificates')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('pem', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('notifier_positions')
        .addColumn('journal_id', 'text', (column) => column.primaryKey())
        .addColumn('segment', 'integer', (column) => column.notNull())
        .addColumn('offset', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .alterTable('notifications')
        .addColumn('active_since', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0008_rights': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('domains')
        .addColumn('operator', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await sql`UPDATE domains SET operator = 1
                WHERE id = (SELECT id FROM domains ORDER BY created_at, id LIMIT 1)`.execute(db);
      await db.schema
        .alterTable('buckets')
        .addColumn('project_id', 'text', (column) => column.references('projects.id').onDelete('set null'))
        .execute();
      // Whose tracker had it made, where that is certain.
      await sql`UPDATE buckets SET project_id = (
                  SELECT min(project_id) FROM trackers
                  WHERE CASE WHEN json_valid(settings)
                    THEN json_extract(settings, '$.bucket') = buckets.name
                      AND json_extract(settings, '$.isObsCreated') END
                  HAVING count(DISTINCT project_id) = 1)`.execute(db);
    },
  },
  '0009_credentials': {
    async up(db: Kysely<unknown>) {
      for (const table of ['domains', 'projects', 'users', 'access_keys']) {
        await db.schema
          .alterTable(table)
          .addColumn('epoch', 'text', (column) => column.notNull().defaultTo(''))
          .execute();
      }
      await db.schema
        .createTable('known_networks')
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('network', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('known_networks_key', ['user_id', 'network'])
        .execute();
    },
  },
  '0010_operations': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('operations')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('domain_id', 'text', (column) => column.notNull())
        .addColumn('project_id', 'text')
        .addColumn('trace', 'text', (column) => column.notNull())
        .addColumn('places', 'text')
        .addColumn('ended', 'integer', (column) => column.notNull())
        .execute();
    },
  },
  '0011_loop': {
    async up(db: Kysely<unknown>) {
      // A topic goes with its messages: without it every message of all topics is looked at.
      await db.schema.createIndex('smn_messages_topic').on('smn_messages').column('topic_id').execute();
      await db.schema
        .createIndex('revoked_tokens_expiry')
        .on('revoked_tokens')
        .column('expires_at')
        .execute();
      await db.schema
        .createIndex('smn_tokens_subscription')
        .on('smn_tokens')
        .column('subscription_id')
        .execute();
    },
  },
  '0012_notifier_parts': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('notifier_positions')
        .addColumn('begun', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
  '0013_staged': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('smn_messages')
        .addColumn('staged', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await sql`CREATE INDEX smn_messages_staged ON smn_messages (created_at) WHERE staged = 1`.execute(db);
    },
  },
  '0014_arrears': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('notifier_arrears')
        .addColumn('journal_id', 'text', (column) => column.notNull())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('segment', 'integer', (column) => column.notNull())
        .addColumn('offset', 'integer', (column) => column.notNull())
        .addColumn('until_segment', 'integer', (column) => column.notNull())
        .addColumn('until_offset', 'integer', (column) => column.notNull())
        .addColumn('begun', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('notifier_arrears_key', ['journal_id', 'project_id'])
        .execute();
    },
  },
  '0015_identity_version': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('identity_version')
        .addColumn('version', 'integer', (column) => column.notNull())
        .execute();
      await sql`INSERT INTO identity_version VALUES (0)`.execute(db);
      const bearing: [table: string, ...events: string[]][] = [
        ...['domains', 'projects', 'users', 'groups', 'memberships', 'roles', 'grants'].map(
          (table): [string, ...string[]] => [table, 'INSERT', 'UPDATE', 'DELETE'],
        ),
        // When a key was used last is written at its use, and concerns nobody.
        ['access_keys', 'UPDATE OF active, epoch, user_id, sealed_secret', 'DELETE'],
        ['ingest_keys', 'UPDATE OF key_hash, source, project_id', 'DELETE'],
        ['revoked_tokens', 'INSERT'],
      ];
      for (const [table, ...events] of bearing) {
        for (const event of events) {
          const name = `identity_${table}_${event.slice(0, 6).toLowerCase()}`;
          await sql`${sql.raw(`CREATE TRIGGER ${name} AFTER ${event} ON ${table}
            BEGIN UPDATE identity_version SET version = version + 1; END`)}`.execute(db);
        }
      }
    },
  },
  '0016_installation': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('installation')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('key_check', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0017_earlier_routes': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('earlier_routes')
        .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('journal_id', 'text', (column) => column.notNull())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('tracker', 'text', (column) => column.notNull())
        .addColumn('route', 'text', (column) => column.notNull())
        .addColumn('until_segment', 'integer')
        .addColumn('until_offset', 'integer')
        .addColumn('removed_at', 'bigint')
        .execute();
    },
  },
  '0018_chains': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('chains')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('bucket', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('tracker', 'text', (column) => column.notNull())
        .addColumn('folder', 'text', (column) => column.notNull())
        .addColumn('place', 'text', (column) => column.notNull())
        .addColumn('prefix', 'text', (column) => column.notNull())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('number', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('chains_name', ['bucket', 'name'])
        .execute();
      await db.schema
        .createTable('digests')
        .addColumn('chain_id', 'integer', (column) => column.notNull().references('chains.id'))
        .addColumn('seq', 'bigint', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('start_time', 'bigint', (column) => column.notNull())
        .addColumn('end_time', 'bigint', (column) => column.notNull())
        .addColumn('first_number', 'bigint', (column) => column.notNull())
        .addColumn('last_number', 'bigint', (column) => column.notNull())
        .addColumn('total_files', 'bigint', (column) => column.notNull())
        .addColumn('total_traces', 'bigint', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('md5', 'text', (column) => column.notNull())
        .addColumn('signature', 'text', (column) => column.notNull())
        .addColumn('key_id', 'text', (column) => column.notNull())
        .addColumn('ended', 'integer', (column) => column.notNull())
        .addColumn('written_at', 'bigint', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('digests_key', ['chain_id', 'seq'])
        .execute();
      await db.schema
        .createIndex('digests_numbers')
        .on('digests')
        .columns(['chain_id', 'last_number', 'first_number'])
        .execute();
      for (const name of ['chain_id', 'number']) {
        await db.schema
          .alterTable('trace_files')
          .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
          .execute();
      }
      await numberFiles(db);
      await goOnWithDigests(db);
      await db.schema
        .createIndex('trace_files_number')
        .unique()
        .on('trace_files')
        .columns(['chain_id', 'number'])
        .execute();
      await db.schema.dropTable('digest_chains').execute();
    },
  },
  '0019_evidence_log': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('logs')
        .addColumn('domain_id', 'text', (column) => column.primaryKey())
        .addColumn('size', 'bigint', (column) => column.notNull())
        .addColumn('subtrees', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('log_entries')
        .addColumn('domain_id', 'text', (column) => column.notNull())
        .addColumn('idx', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addColumn('entry', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('log_entries_key', ['domain_id', 'idx'])
        .execute();
      await db.schema
        .createTable('log_hashes')
        .addColumn('domain_id', 'text', (column) => column.notNull())
        .addColumn('level', 'integer', (column) => column.notNull())
        .addColumn('idx', 'bigint', (column) => column.notNull())
        .addColumn('hash', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('log_hashes_key', ['domain_id', 'level', 'idx'])
        .execute();
      await db.schema
        .createTable('log_copies')
        .addColumn('domain_id', 'text', (column) => column.notNull())
        .addColumn('bucket', 'text', (column) => column.notNull())
        .addColumn('size', 'bigint', (column) => column.notNull())
        .addColumn('hour', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('log_copies_key', ['domain_id', 'bucket'])
        .execute();
      await db.schema
        .createTable('log_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('public_key', 'text', (column) => column.notNull())
        .addColumn('sealed_private_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
  '0020_digests_by_time': {
    async up(db: Kysely<unknown>) {
      await db.schema.createIndex('digests_end').on('digests').columns(['chain_id', 'end_time']).execute();
    },
  },
  '0021_restored_logs': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('logs')
        .addColumn('suffix', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      await db.schema
        .alterTable('buckets')
        .addColumn('unsure', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0022_listed_jobs': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('listed_jobs')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('tracker_id', 'text', (column) => column.notNull().unique())
        .addColumn('project_id', 'text', (column) => column.notNull())
        .addColumn('tracker', 'text', (column) => column.notNull())
        .addColumn('bucket', 'text', (column) => column.notNull())
        .addColumn('journal_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull().defaultTo(''))
        .addColumn('ready_segment', 'integer')
        .addColumn('ready_offset', 'integer')
        .addColumn('up_to', 'bigint')
        .addColumn('total', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('traces', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('slices', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('last_time', 'bigint')
        .addColumn('last_id', 'text')
        .addColumn('pending_time', 'bigint')
        .addColumn('pending_id', 'text')
        .addColumn('pending_traces', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0023_users_of_the_clouds': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('users')
        .addColumn('profile', 'text', (column) => column.notNull().defaultTo('{}'))
        .execute();
      await db.schema
        .alterTable('roles')
        .addColumn('type', 'text', (column) => column.notNull().defaultTo('AX'))
        .execute();
    },
  },
  '0024_filter_polices': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('smn_subscriptions')
        .addColumn('filter_polices', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    },
  },
  '0025_renamed_projects': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('projects')
        .addColumn('filed_as', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
  '0026_pages_of_subscriptions': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createIndex('smn_subscriptions_topic')
        .on('smn_subscriptions')
        .columns(['topic_id', 'created_at', 'id'])
        .execute();
    },
  },
  '0027_subscribers_with_work': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('smn_subscriptions')
        .addColumn('pace', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await db.schema
        .alterTable('smn_subscriptions')
        .addColumn('has_work', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      // Who has confirmed was quick enough so far.
      await sql`UPDATE smn_subscriptions SET pace = iif(status = 1, 1, 0),
        has_work = EXISTS (SELECT 1 FROM smn_deliveries WHERE subscription_id = smn_subscriptions.id AND state = 'waiting')`.execute(
        db,
      );
      await sql`CREATE INDEX smn_subscriptions_work ON smn_subscriptions (next_at) WHERE has_work = 1`.execute(
        db,
      );
      for (const event of ['INSERT', 'UPDATE OF state']) {
        const name = `smn_work_${event.slice(0, 6).toLowerCase()}`;
        await sql`${sql.raw(`CREATE TRIGGER ${name} AFTER ${event} ON smn_deliveries WHEN NEW.state = 'waiting'
          BEGIN UPDATE smn_subscriptions SET has_work = 1 WHERE id = NEW.subscription_id AND has_work = 0; END`)}`.execute(
          db,
        );
      }
    },
  },
  '0028_confirmations_of_accounts': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('smn_confirmations')
        .addColumn('domain_id', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
  '0029_files_to_be_verified': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('trace_files')
        .addColumn('validated', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  '0030_members_and_holders': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createIndex('memberships_group')
        .on('memberships')
        .columns(['group_id', 'user_id'])
        .execute();
      await db.schema.createIndex('grants_role').on('grants').columns(['role_id', 'group_id']).execute();
    },
  },
  '0031_saved_searches': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('saved_searches')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('project_id', 'text', (column) =>
          column.notNull().references('projects.id').onDelete('cascade'),
        )
        .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('view', 'text', (column) => column.notNull())
        .addColumn('shared', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('saved_searches_name', ['project_id', 'user_id', 'name'])
        .execute();
      await db.schema.createIndex('saved_searches_user').on('saved_searches').column('user_id').execute();
    },
  },
  '0032_queries_of_notifications': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('notifications')
        .addColumn('query', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    },
  },
};

const DATED = String.raw`^CloudTraces/([^/]+)/\d+/\d+/\d+/([^/]+)/`;
const OF_FILE = new RegExp(
  `${DATED}()(?:([^/]+)/)?(?:([^/]*?)_)?CloudTrace_(\\1(?:-[^/]+)?)_[^_/]+_[0-9a-f]{16}\\.json(?:\\.gz)?$`,
);
const OF_DIGEST = new RegExp(
  `${DATED}(Digest/)(?:([^/]+)/)?(?:([^/]*?)_)?CloudTrace-Digest_(\\1(?:-[^/]+)?)_[^_/]+\\.json\\.gz$`,
);

/** The chain in which a file or digest file lies by its key; one whose key says nothing is a chain of its own. */
async function chainFor(
  db: Kysely<unknown>,
  bucket: string,
  key: string,
  projectId: string,
): Promise<number> {
  const [, region = '', tracker = '', , folder = '', prefix = '', place = ''] =
    OF_FILE.exec(key) ?? OF_DIGEST.exec(key) ?? [];
  const name = region === '' ? key : [region, tracker, folder, place].join('/');
  const { rows } = await sql<{ id: number }>`
    INSERT INTO chains (bucket, name, region, tracker, folder, place, prefix, project_id, number)
    VALUES (${bucket}, ${name}, ${region}, ${tracker}, ${folder}, ${place}, ${prefix}, ${projectId}, 0)
    ON CONFLICT (bucket, name) DO UPDATE SET prefix = excluded.prefix RETURNING id`.execute(db);
  return rows[0]?.id as number;
}

/** Files that are there already take their numbers in the order of their delivery. */
async function numberFiles(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    bucket: string;
    tracker_id: string;
    service: string;
    key: string;
    project_id: string;
  }>`
    SELECT bucket, tracker_id, service, max(key) AS key, project_id FROM trace_files
    GROUP BY bucket, tracker_id, service, project_id`.execute(db);
  for (const { bucket, tracker_id, service, key, project_id } of rows) {
    const id = await chainFor(db, bucket, key, project_id);
    await sql`UPDATE trace_files SET chain_id = ${id}
      WHERE bucket = ${bucket} AND tracker_id = ${tracker_id} AND service = ${service} AND project_id = ${project_id}`.execute(
      db,
    );
  }
  await sql`UPDATE trace_files SET number = ranked.number FROM (
      SELECT bucket, key, row_number() OVER (PARTITION BY chain_id ORDER BY delivered_at, key) AS number FROM trace_files
    ) AS ranked WHERE ranked.bucket = trace_files.bucket AND ranked.key = trace_files.key`.execute(db);
  await sql`UPDATE chains SET number = (SELECT count(*) FROM trace_files WHERE chain_id = chains.id)`.execute(
    db,
  );
}

/** The last digest file of each chain is known; which files those before it list, their own lists alone tell. */
async function goOnWithDigests(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    last_end: number;
    last_bucket: string;
    last_key: string;
    last_hash: string;
    last_signature: string;
    ended: number;
    project_id: string;
  }>`SELECT digest_chains.*, coalesce(
      (SELECT project_id FROM trackers WHERE trackers.id = tracker_id),
      (SELECT project_id FROM trace_files WHERE trace_files.tracker_id = digest_chains.tracker_id), '') AS project_id
    FROM digest_chains ORDER BY last_end DESC`.execute(db);
  for (const row of rows) {
    const id = await chainFor(db, row.last_bucket, row.last_key, row.project_id);
    const isMd5 = row.last_hash.length === 32;
    await sql`INSERT INTO digests (chain_id, seq, key, start_time, end_time, first_number, last_number, total_files,
        total_traces, sha256, md5, signature, key_id, ended, written_at, body)
      SELECT ${id}, 1, ${row.last_key}, ${row.last_end - 3_600_000}, ${row.last_end}, count(*) + 1, count(*), 0, 0,
        ${isMd5 ? '' : row.last_hash}, ${isMd5 ? row.last_hash : ''}, ${row.last_signature}, '', ${row.ended}, ${row.last_end}, ''
      FROM trace_files WHERE chain_id = ${id} AND delivered_at < ${row.last_end}
      ON CONFLICT (chain_id, seq) DO NOTHING`.execute(db);
  }
}
