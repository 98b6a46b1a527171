import { MAX_QUERY } from '@opencts/client/query';
import Type, { type Static } from 'typebox';

/** Limits of one notification (`docs/reference/cts-api.md` 5.1). */
export const MOST_OPERATIONS = 1000;
export const MOST_SERVICES = 100;
export const MOST_GROUPS = 10;
export const MOST_USERS = 50;
export const MOST_CONDITIONS = 6;

const Operations = Type.Array(
  Type.Object({
    service_type: Type.String({ minLength: 1, maxLength: 64 }),
    resource_type: Type.String({ minLength: 1, maxLength: 64 }),
    trace_names: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: MOST_OPERATIONS,
    }),
  }),
  {
    maxItems: MOST_OPERATIONS,
    errorCode: 'CTS.0401',
    description: 'Operations of a customized notification',
  },
);

const NotifyUsers = Type.Array(
  Type.Object({
    user_group: Type.String({ maxLength: 128 }),
    user_list: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: MOST_USERS }),
  }),
  { maxItems: MOST_GROUPS, description: 'Only operations by these users; at most 50 in 10 groups' },
);

const Filter = Type.Object({
  condition: Type.Enum(['AND', 'OR'], { default: 'AND' }),
  is_support_filter: Type.Boolean({ description: 'false: kept, but not applied' }),
  rule: Type.Array(Type.String({ maxLength: 512 }), {
    maxItems: MOST_CONDITIONS,
    description: '`field = value` or `field != value`',
  }),
});
export type NotificationFilter = Static<typeof Filter>;

const QueryText = Type.String({
  maxLength: MAX_QUERY,
  description:
    'Only traces that it finds, an addition of OpenCTS: a query without times, which holds together with the rest',
});

const Name = Type.String({
  pattern: '^[A-Za-z0-9_\\-\\p{Script=Han}]{1,64}$',
  errorCode: 'CTS.0411',
  rule: 'must hold 1 to 64 of letters, digits, "_" and "-"',
});

const TopicId = Type.String({
  maxLength: 512,
  description: 'URN of an SMN topic or a function; empty: none',
});

const common = {
  notification_name: Name,
  operation_type: Type.Enum(['complete', 'customized'], {
    description: 'complete: everything that is recorded',
  }),
  operations: Type.Optional(Operations),
  notify_user_list: Type.Optional(NotifyUsers),
  topic_id: Type.Optional(TopicId),
  filter: Type.Optional(Filter),
  query: Type.Optional(QueryText),
  agency_name: Type.Optional(Type.Enum(['cts_admin_trust', ''])),
};

export const NewNotification = Type.Object(common, { title: 'NewNotification' });
export type NewNotification = Static<typeof NewNotification>;

/** What a notification would look for, without the notification. */
export const NotificationPreview = Type.Object(
  {
    operation_type: common.operation_type,
    operations: common.operations,
    notify_user_list: common.notify_user_list,
    filter: common.filter,
    query: common.query,
  },
  { title: 'NotificationPreview' },
);
export type NotificationPreview = Static<typeof NotificationPreview>;

export const ChangedNotification = Type.Object(
  {
    notification_id: Type.String({ maxLength: 128, description: 'Empty: the one of that name' }),
    ...common,
    status: Type.Enum(['enabled', 'disabled']),
  },
  { title: 'ChangedNotification' },
);
export type ChangedNotification = Static<typeof ChangedNotification>;

/** A notification as answers give it. */
export const Notification = Type.Object(
  {
    notification_id: Type.String(),
    notification_name: Type.String(),
    notification_type: Type.Enum(['smn', 'fun']),
    operation_type: Type.Enum(['complete', 'customized']),
    operations: Operations,
    notify_user_list: NotifyUsers,
    status: Type.Enum(['enabled', 'disabled']),
    topic_id: Type.Optional(Type.String()),
    filter: Type.Optional(Filter),
    query: Type.Optional(Type.String()),
    agency_name: Type.Optional(Type.String()),
    project_id: Type.String(),
    domain_id: Type.String(),
    create_time: Type.Integer(),
  },
  { title: 'Notification' },
);
export type Notification = Static<typeof Notification>;
