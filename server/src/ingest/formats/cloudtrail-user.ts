import type { Exact } from '@opencts/client/json';
import { isSaidBy, leftOver, type Members, membersOf, repeatedIn, text } from './cloudtrail-members.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';

const identityOf = (record: CloudTrailRecord): Members => membersIn(record.userIdentity);

const membersIn = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};

/** Members of an identity of which one says who acts. */
const SAYS_WHO = ['userName', 'principalId', 'arn', 'onBehalfOf', 'identityProvider', 'accessKeyId'];

/**
 * Whether the platform itself acts: it says so, or nobody is told, only for which account it is. What kind of event a
 * record calls itself does not count: people sign in with events of services.
 */
export function isPlatform(record: CloudTrailRecord): boolean {
  const { userIdentity } = record;
  const identity = identityOf(record);
  if (identity.type === 'AWSService') return true;
  if (typeof userIdentity === 'string' && userIdentity !== '') return false;
  const isSomebody = SAYS_WHO.some((name) => identity[name]) || text(identity.type) || signedInAs(record);
  if (isSomebody) return false;
  return (
    identity.accountId === undefined || Boolean(identity.invokedBy) || record.eventType === 'AwsServiceEvent'
  );
}

/** Whom people would name: the user, `role/session`, `root`, else the best that is known. */
export function operatorOf(record: CloudTrailRecord): string {
  const identity = identityOf(record);
  const { type } = identity;
  const principal = text(identity.principalId);
  if (type === 'Root') return 'root';
  const [kind, ...path] = (text(identity.arn)?.split(':').slice(5).join(':') ?? '').split('/');
  const session = principal?.split(':')[1];
  if (type === 'AssumedRole' || type === 'Role' || kind === 'assumed-role') {
    const issuer = membersIn(membersIn(identity.sessionContext).sessionIssuer);
    const names = [text(issuer.userName) ?? path[0], session ?? path[1]].filter(Boolean);
    if (names.length > 0) return names.join('/');
  }
  if (type === 'FederatedUser') return path.at(-1) ?? session ?? accountOf(record);
  return (
    text(identity.userName) ??
    signedInAs(record) ??
    (kind === 'user' ? path.at(-1) : undefined) ??
    principal ??
    text(membersIn(identity.onBehalfOf).userId) ??
    text(identity.arn) ??
    text(record.userIdentity) ??
    accountOf(record)
  );
}

/** Sign-in services tell it beside the identity. */
const signedInAs = (record: CloudTrailRecord) => text(membersIn(record.additionalEventData).UserName);

const accountOf = (record: CloudTrailRecord) =>
  text(identityOf(record).accountId) ?? text(record.recipientAccountId) ?? 'unknown';

const USER_MAPPED = new Set([
  'type',
  'principalId',
  'arn',
  'accountId',
  'accessKeyId',
  'userName',
  'invokedBy',
  'sessionContext',
]);
const USER_NAMES = new Set([
  'repeated',
  'id',
  'name',
  'user_name',
  'domain',
  'account_id',
  'access_key_id',
  'type',
  'principal_id',
  'principal_urn',
  'principal_is_root_user',
  'invoked_by',
  'session_context',
]);

/** @param written the identity as it was written */
export function userOf(record: CloudTrailRecord, written: Exact | string | undefined): Members {
  const identity = identityOf(record);
  const sent = membersOf(written);
  const account = accountOf(record);
  const isMapped = (name: string) =>
    USER_MAPPED.has(name) && (name === 'sessionContext' || name === 'invokedBy' || !isOdd(identity[name]));
  return {
    ...leftOver(sent, isMapped, USER_NAMES),
    repeated: typeof written === 'object' ? repeatedIn(written.text) : undefined,
    id: text(identity.principalId) ?? text(membersIn(identity.onBehalfOf).userId),
    name: operatorOf(record),
    user_name: text(identity.userName),
    domain: { id: account, name: account },
    account_id: text(identity.accountId),
    access_key_id: text(identity.accessKeyId),
    type: text(identity.type),
    principal_id: text(identity.principalId),
    principal_urn: text(identity.arn),
    principal_is_root_user: identity.type === 'Root' ? 'true' : 'false',
    invoked_by: identity.invokedBy === undefined ? undefined : [String(identity.invokedBy)],
    session_context: sent.sessionContext && sessionContext(identity.sessionContext, sent.sessionContext),
  };
}

const isOdd = (value: unknown) => value !== null && typeof value !== 'string';

/** @param written the context as it was written */
function sessionContext(context: unknown, written: Exact | string): Members {
  const sent = membersOf(written);
  const attributes = membersIn(membersIn(context).attributes);
  const { creationDate, mfaAuthenticated } = attributes;
  const created = Date.parse(String(creationDate));
  const isMapped = (name: string) =>
    (name === 'creationDate' && isSaidBy(created, creationDate)) ||
    (name === 'mfaAuthenticated' && typeof mfaAuthenticated === 'string');
  return {
    ...leftOver(sent, (name) => name === 'attributes'),
    attributes: {
      mfa_authenticated: text(mfaAuthenticated),
      ...leftOver(membersOf(sent.attributes), isMapped),
      created_at: Number.isNaN(created) ? undefined : String(created),
    },
  };
}
