export { checkAmounts } from './amounts.ts';
export { readBegun } from './begun.ts';
export { parseCondition } from './conditions.ts';
export { MOST_NOTIFICATIONS, type NotificationOwner, Notifications } from './notifications.ts';
export { Notifying } from './notifying.ts';
export { parseRuleQuery } from './rule-query.ts';
export { ChangedNotification, NewNotification, Notification, NotificationPreview } from './schema.ts';
export { readQuery, readSettings as readNotification } from './stored.ts';
