import type { FastifyRequest } from 'fastify';
import type { Iam, IssuedToken, PasswordLogin, ScopeRequest } from '../../../iam/index.ts';
import { addressOf } from '../../address.ts';
import { about } from '../../audit.ts';

/**
 * Signs a user in, and tells its trace whom. A try that is refused unseen, again and again, leaves no further
 * traces: a crowd would fill the trail with them.
 * @throws CtsError 401, 429
 */
export async function signInByPassword(
  request: FastifyRequest,
  iam: Iam,
  user: PasswordLogin['user'],
  scope: ScopeRequest = {},
): Promise<IssuedToken> {
  about(request, { name: 'loginfailed', ...(await iam.named(user)) });
  const onUnseen = () => about(request, { done: true });
  const token = await iam.login({ user, address: addressOf(request), onUnseen }, scope);
  about(request, { name: 'login' });
  return token;
}
