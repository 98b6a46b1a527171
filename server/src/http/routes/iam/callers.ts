import { ERRORS } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';

/** The account that a caller belongs to, and acts in. */
export const home = (principal: Principal) => principal.user.domain.id;

/** For what a user may do about itself, and an administrator about others. @throws CtsError 403 */
export function selfOr(principal: Principal, userId: string, action: string): void {
  if (principal.user.id !== userId && !principal.allows(action)) throw ERRORS.actionDenied(action);
}

/**
 * What is for a while makes no credentials that last, and brings none back: neither access keys nor ingest keys nor
 * passwords, its own user's or others'. @throws CtsError 403
 */
export function refuseTemporary({ temporary }: Principal): void {
  if (!temporary) return;
  throw ERRORS.iamForbidden(
    'a temporary access key makes no credentials: no access keys, no ingest keys and no passwords',
  );
}

/** Clients name the account, which can only be the caller's own. @throws CtsError 403 */
export function ownAccount(principal: Principal, domainId: string | undefined): void {
  if (domainId && domainId !== home(principal)) {
    throw ERRORS.iamForbidden('domain_id is not the id of your account');
  }
}
