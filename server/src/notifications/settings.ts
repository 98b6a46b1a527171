import type { NewNotification } from './schema.ts';

/** What is kept of a notification as JSON. */
export type NotificationSettings = Pick<
  NewNotification,
  'operation_type' | 'operations' | 'notify_user_list' | 'filter'
> & {
  topic_id: string;
  agency_name: string;
};
