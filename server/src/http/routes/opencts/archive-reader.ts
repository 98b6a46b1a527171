import type { FastifyRequest } from 'fastify';
import type { FileReader } from '../../../archive/index.ts';
import { addressOf } from '../../address.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** Who reads a file, and whether it is decrypted for them. */
export const readerOf = (request: FastifyRequest): FileReader => ({
  user: request.principal.user,
  source_ip: addressOf(request),
  request_id: request.id,
  mayDecrypt: request.principal.allows('kms:dek:decrypt'),
});

/** Reading an object is a matter of the data tracker of its bucket. */
export function noteRead(
  recorder: ServerDeps['recorder'],
  request: FastifyRequest,
  object: { bucket: string; key: string; bytes: number },
): Promise<void> {
  const { principal } = request;
  const about = { domainId: principal.domainId, projectId: principal.project?.id ?? '' };
  const { mayDecrypt: _, ...who } = readerOf(request);
  return recorder.recordObject(about, { ...object, name: 'GET.OBJECT' }, who);
}
