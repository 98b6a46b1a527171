import type { FastifyPluginAsync } from 'fastify';
import type { ServerDeps } from '../../server-deps.ts';
import { confirmingRoutes } from './confirming.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { deliveryRoutes } from './deliveries.ts';
import { detectionRoutes } from './detection.ts';
import { filterPolicyRoutes } from './filter-polices.ts';
import { linkRoutes } from './links.ts';
import { messageRoutes } from './messages.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { templateRoutes } from './templates.ts';
import { topicTagRoutes } from './topic-tags.ts';
import { topicRoutes } from './topics.ts';

/** Simple Message Notification v2 (`docs/reference/smn-api.md`). */
export const smnRoutes: FastifyPluginAsync<ServerDeps> = async (server, deps) => {
  await server.register(topicRoutes, deps);
  await server.register(topicTagRoutes, deps);
  await server.register(subscriptionRoutes, deps);
  await server.register(filterPolicyRoutes, deps);
  await server.register(messageRoutes, deps);
  await server.register(templateRoutes, deps);
  await server.register(detectionRoutes, deps);
  await server.register(linkRoutes, deps);
  await server.register(deliveryRoutes, deps);
  await server.register(deadLetterRoutes, deps);
  await server.register(confirmingRoutes, deps);
};
