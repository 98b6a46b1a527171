import type { Waiting } from './queued-messages.ts';
import type { Subscription } from './subscriptions.ts';
import type { Topic } from './topics.ts';

/** The links that stand in a message. */
export interface Links {
  /** To confirm, or to return. */
  subscribe?: string;
  unsubscribe: string;
}

/** @param leaveToken with which the subscriber leaves */
export function linksOf(
  topic: Topic,
  subscription: Subscription,
  { kind, content }: Waiting,
  { publicUrl, leaveToken }: { publicUrl: string; leaveToken: string },
): Links {
  const base = `${publicUrl}/smn/subscription`;
  const region = { region: topic.region, region_id: topic.region };
  const leaving = new URLSearchParams({
    ...region,
    subscription_urn: subscription.urn,
    token: leaveToken,
  });
  const links = { unsubscribe: `${base}/unsubscribe?${leaving}` };
  if (kind !== 'confirmation' && kind !== 'farewell') return links;
  const { token } = JSON.parse(content) as { token: string };
  const coming = new URLSearchParams({
    ...region,
    token,
    topic_urn: topic.urn,
    endpoint: subscription.endpoint,
  });
  return { ...links, subscribe: `${base}/confirm?${coming}` };
}
