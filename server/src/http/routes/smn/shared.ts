import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { hideAddress } from '../../../auditing/index.ts';
import { ERRORS } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';
import { PROTOCOLS, parseUrn, type Subscription } from '../../../smn/index.ts';
import { type AuditDetails, type AuditedOperation, about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** What every SMN route says of itself: the action, the trace, and that its errors have SMN's form. */
export const smn = (
  action: string,
  resourceType?: string,
  name?: string,
  namedBy?: AuditedOperation['namedBy'],
) => ({
  action,
  smn: true,
  ...(resourceType && name
    ? { audit: { service: 'SMN', resourceType, name, namedBy } satisfies AuditedOperation }
    : {}),
});

/** Beyond all that a project can have. */
export const MOST_OFFSET = 1_000_000;
const Offset = Type.Integer({ minimum: 0, maximum: MOST_OFFSET, default: 0, errorCode: 'SMN.0015' });
const Limit = Type.Integer({ minimum: 0, maximum: 100, default: 100, errorCode: 'SMN.0015' });
export const PAGE = { offset: Offset, limit: Limit };

export const RequestId = { request_id: Type.String() };
export const Done = Type.Object(RequestId);

export const SmnProject = Type.Object({ project_id: Type.String() });
export const TopicPath = Type.Interface([SmnProject], {
  topic_urn: Type.String({ description: 'urn:smn:{region}:{project_id}:{topic}' }),
});

export const Protocol = Type.String({
  maxLength: 64,
  errorCode: 'SMN.0011',
  known: PROTOCOLS,
  description: `One of ${PROTOCOLS.join(', ')}`,
});

/** An endpoint in an answer; its trace tells no more of it than readers are told. */
export const ShownAddress = Type.String({ hidden: 'address' });

/** A filter policy in an answer: as it is kept, whatever the bounds were then. */
export const ShownFilter = Type.Object({ name: Type.String(), string_equals: Type.Array(Type.String()) });

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

/** Times are text in SMN. */
export const smnTime = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const idOf = (request: FastifyRequest) => ({ request_id: request.id });
