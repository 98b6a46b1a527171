import type { FastifyRequest } from 'fastify';
import { ERRORS } from '../../../errors.ts';
import type { Iam, User } from '../../../iam/index.ts';
import { about } from '../../audit.ts';
import { refuseTemporary } from './callers.ts';

/** Changes a user on behalf of the caller. @throws CtsError 403, 404, 409 */
export async function changeUser(
  request: FastifyRequest,
  delegation: Iam['delegation'],
  id: string,
  change: Parameters<Iam['delegation']['changeUser']>[2],
): Promise<User> {
  const { principal } = request;
  about(request, { resourceId: id });
  if (id === principal.user.id && change.enabled === false) {
    throw ERRORS.iamForbidden('you cannot disable yourself');
  }
  if (change.password !== undefined) refuseTemporary(principal);
  const user = await delegation.changeUser(principal, id, change);
  about(request, { resourceName: user.name });
  return user;
}
