import type { FastifyRequest } from 'fastify';
import { hideAddress } from '../../../auditing/index.ts';
import { ERRORS } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';
import { parseUrn, type Subscription } from '../../../smn/index.ts';
import { type AuditDetails, about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** Of the caller's project. @throws CtsError 400, 404 */
export async function subscriptionByUrn(
  { topics, subscriptions }: Pick<ServerDeps, 'topics' | 'subscriptions'>,
  principal: Principal,
  urn: string,
): Promise<Subscription> {
  const parsed = parseUrn(urn);
  if (!parsed?.subscriptionId) {
    throw ERRORS.smn(
      400,
      '0014',
      `subscription_urn is ${JSON.stringify(urn.slice(0, 300))}; it must be the URN of a topic, ":" and 32 hex digits`,
      'subscription_urn',
    );
  }
  const owner = ownerOf(principal);
  const topic = parsed.projectId === owner.projectId ? await topics.byName(owner, parsed.name) : undefined;
  const found = topic && (await subscriptions.find(topic, parsed.subscriptionId));
  if (!found || found.urn !== urn) throw ERRORS.noSuchSubscription(urn);
  return found;
}

/** Tells the trace of a call which subscription it is about. */
export function aboutSubscription(
  request: FastifyRequest,
  { urn, endpoint }: Pick<Subscription, 'urn' | 'endpoint'>,
  details: AuditDetails = {},
): void {
  about(request, { resourceId: urn, resourceName: hideAddress(endpoint), ...details });
}
