import { listTopics } from '../../api/topics.ts';
import type { Notification, Topic } from '../../api/types.ts';
import type { Console } from '../../console-context.ts';

/** Undefined for those who may not see topics: then nothing says that one is gone. */
export type KnownTopics = readonly Topic[] | undefined;

export const listKnownTopics = async (
  { api, may }: Pick<Console, 'api' | 'may'>,
  signal: AbortSignal,
): Promise<KnownTopics> => (may('smn:topic:list') ? listTopics(api, signal) : undefined);

export const topicName = (urn: string) => urn.slice(urn.lastIndexOf(':') + 1);

/** Whether it has a topic that was deleted since. */
export function hasLostTopic({ topic_id, notification_type }: Notification, topics: KnownTopics): boolean {
  if (!topic_id || notification_type !== 'smn' || !topics) return false;
  return topics.every(({ topic_urn }) => topic_urn !== topic_id);
}

export const tellsSomebody = (notification: Notification, topics: KnownTopics) =>
  notification.status === 'enabled' && Boolean(notification.topic_id) && !hasLostTopic(notification, topics);

/** Where a notification of all operations that a query finds is made. */
export const newNotification = (query: string) =>
  `/notifications/edit?${new URLSearchParams({ query, step: '2' })}`;
