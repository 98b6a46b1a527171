import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { AuditedOperation } from '../../audit.ts';

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

export const RequestId = { request_id: Type.String() };
export const Done = Type.Object(RequestId);

export const SmnProject = Type.Object({ project_id: Type.String() });
export const TopicPath = Type.Interface([SmnProject], {
  topic_urn: Type.String({ description: 'urn:smn:{region}:{project_id}:{topic}' }),
});

export const idOf = (request: FastifyRequest) => ({ request_id: request.id });
