import { createHash } from 'node:crypto';
import { compacted, Exact, membersIn } from '@opencts/client/json';
import { UUID_PATTERN } from '../../traces/index.ts';
import { KNOWN } from '../input.ts';
import { kindOf, resourceOf } from './cloudtrail-resource.ts';

/**
 * A record of AWS CloudTrail, as far as its form is relied on (`docs/reference/sources.md` 3); everything else is
 * carried along.
 */
export interface CloudTrailRecord extends Record<string, unknown> {
  eventTime: string;
  eventSource: string;
  eventName: string;
}

type Members = Record<string, unknown>;

const UUID = new RegExp(UUID_PATTERN);

/** HTTP status of an error by its code; the first match counts, what matches nothing is a 400. */
const STATUS: [RegExp, string][] = [
  [/Throttl|RequestLimitExceeded|TooManyRequests/i, '429'],
  [/AccessDenied|Unauthorized|NotAuthorized|Forbidden|InvalidAccess/i, '403'],
  [/NotFound|NoSuch|DoesNotExist/i, '404'],
  [/AlreadyExists|Conflict|NotEmpty|InUse|InvalidDBInstanceState/i, '409'],
  [/InternalError|ServiceFailure|InternalFailure/i, '500'],
  [/ServiceUnavailable|Unavailable/i, '503'],
];

/** Services without a region; their traces belong to the family `global`. */
const GLOBAL = new Set(['iam', 'sts', 'organizations', 'route53', 'cloudfront', 'signin', 'account']);

/** Members that have a place of their own in a trace; all others are kept under their names in snake case. */
const MAPPED = new Set([
  'eventTime',
  'eventName',
  'eventType',
  'eventID',
  'userIdentity',
  'requestParameters',
  'responseElements',
  'errorCode',
  'errorMessage',
  'sourceIPAddress',
  'userAgent',
  'requestID',
  'readOnly',
  'recipientAccountId',
  'apiVersion',
  'eventVersion',
]);

/** Of these, what is no text has no place of its own. */
const TEXTS = new Set([
  'sourceIPAddress',
  'userAgent',
  'requestID',
  'recipientAccountId',
  'apiVersion',
  'eventVersion',
]);

/**
 * A CloudTrail record as a trace for the intake; the table in `docs/import-cloudtrail.md` says which member
 * goes where. No value is lost: what has no place of its own is kept as an extra member, and what is more than text
 * goes as it was written.
 * @param written the record as JSON text
 * @param shiftMs added to the time of the record
 */
export function fromCloudTrail(record: CloudTrailRecord, written: string, shiftMs = 0): Members {
  const sent = sentMembers(written);
  const service = record.eventSource.split('.')[0] ?? record.eventSource;
  const errorCode = record.errorCode ?? undefined;
  const failed = errorCode !== undefined;
  const resourceType = kindOf(service, record.eventName);
  const time = Date.parse(record.eventTime) + shiftMs;
  return {
    ...leftOver(sent, (name) => MAPPED.has(name) && !isOdd(name, record[name]), KNOWN),
    cloudtrail_repeated: repeatedIn(written),
    // `event_type` of a trace is its family.
    cloudtrail_event_type: sent.eventType,
    trace_id: traceIdOf(record, written),
    trace_name: traceName(record.eventName),
    trace_rating: failed ? 'warning' : 'normal',
    trace_type: sourceOf(record),
    service_type: service.toUpperCase().slice(0, 64),
    resource_type: resourceType,
    ...resourceOf(record, resourceType),
    time,
    event_time: isSaidBy(time, record.eventTime) ? undefined : record.eventTime,
    ...(isService(record)
      ? { invoked_by: identityOf(record).invokedBy, user_identity: sent.userIdentity }
      : { user: userOf(record, sent.userIdentity) }),
    source_ip: text(record.sourceIPAddress),
    code: failed ? statusOf(String(errorCode)) : '200',
    message: failed ? reasonOf(record, sent) : undefined,
    request: record.requestParameters === null ? undefined : sent.requestParameters,
    response: record.responseElements === null ? undefined : sent.responseElements,
    request_id: text(record.requestID),
    user_agent: text(record.userAgent),
    read_only: typeof record.readOnly === 'boolean' ? record.readOnly : undefined,
    resource_account_id: text(record.recipientAccountId),
    event_type: record.eventCategory === 'Data' ? 'data' : GLOBAL.has(service) ? 'global' : 'system',
    operation_id: record.eventName,
    api_version: text(record.apiVersion) ?? text(record.eventVersion),
    ...(record.apiVersion === undefined ? {} : { event_version: sent.eventVersion }),
  };
}

/** Members of an object as they were written; text as what it says. */
function sentMembers(written: string): Record<string, Exact | string> {
  const members = (membersIn(written) ?? []).map(({ name, start, end }) => {
    const value = written.slice(start, end);
    return [name, value.startsWith('"') ? (JSON.parse(value) as string) : new Exact(value)] as const;
  });
  return Object.fromEntries(members);
}

/** Members that an object names more than once, as one. */
function repeatedIn(written: string): Exact | undefined {
  const members = membersIn(written) ?? [];
  const counts = new Map<string, number>();
  for (const { name } of members) counts.set(name, (counts.get(name) ?? 0) + 1);
  const texts = members
    .filter(({ name }) => counts.get(name) !== 1)
    .map(({ name, start, end }) => `${JSON.stringify(name)}:${written.slice(start, end)}`);
  return texts.length > 0 ? new Exact(`{${texts.join(',')}}`) : undefined;
}

const membersOf = (written: Exact | string | undefined) =>
  written instanceof Exact ? sentMembers(written.text) : {};

/** Whether a member does not fit the place of its own. */
function isOdd(name: string, value: unknown): boolean {
  if (value === null) return false;
  if (name === 'readOnly') return typeof value !== 'boolean';
  return name === 'eventID' ? !isUuid(value) : TEXTS.has(name) && typeof value !== 'string';
}

const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** Why an operation failed; what is no text as it was written. */
const reasonOf = (record: CloudTrailRecord, sent: Record<string, Exact | string>) =>
  ['errorCode', 'errorMessage']
    .filter((name) => record[name])
    .map((name) => (sent[name] instanceof Exact ? sent[name].text : sent[name]))
    .join(': ');

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** The record's own id, so that importing it again is a retry; without one, an id that follows from its content. */
function traceIdOf(record: CloudTrailRecord, written: string): string {
  if (isUuid(record.eventID)) return record.eventID;
  return `cloudtrail-${createHash('sha256').update(compacted(written)).digest('hex')}`;
}

function traceName(eventName: string): string {
  const allowed = eventName.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return (/^[A-Za-z]/.test(allowed) ? allowed : `e${allowed}`).slice(0, 64);
}

const identityOf = (record: CloudTrailRecord) => (record.userIdentity ?? {}) as Members;

function isService(record: CloudTrailRecord): boolean {
  return identityOf(record).type === 'AWSService' || record.eventType === 'AwsServiceEvent';
}

function sourceOf(record: CloudTrailRecord): string {
  if (isService(record)) return 'SystemAction';
  const console =
    /^AwsConsole/.test(String(record.eventType)) ||
    record.sessionCredentialFromConsole === 'true' ||
    /console\.amazonaws\.com|AWS-?Console/i.test(String(record.userAgent));
  return console ? 'ConsoleAction' : 'ApiCall';
}

function statusOf(errorCode: string): string {
  return STATUS.find(([pattern]) => pattern.test(errorCode))?.[1] ?? '400';
}

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

/** @param written the identity as it was written */
function userOf(record: CloudTrailRecord, written: Exact | string | undefined): Members {
  const identity = identityOf(record);
  const sent = membersOf(written);
  const account = text(identity.accountId) ?? text(record.recipientAccountId) ?? 'unknown';
  const name = userName(identity, account);
  return {
    ...leftOver(sent, (name) => USER_MAPPED.has(name)),
    repeated: written instanceof Exact ? repeatedIn(written.text) : undefined,
    id: text(identity.principalId),
    name,
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

/** Whom people would name: the user, `role/session`, `root`, else the best that is known. */
function userName(identity: Members, account: string): string {
  const session = text(identity.principalId)?.split(':')[1];
  const issuer = ((identity.sessionContext as Members | undefined)?.sessionIssuer as Members | undefined)
    ?.userName;
  if (identity.type === 'Root') return 'root';
  if (identity.type === 'AssumedRole') return [text(issuer), session].filter(Boolean).join('/') || account;
  return text(identity.userName) || text(identity.principalId) || text(identity.arn) || account;
}

/** @param written the context as it was written */
function sessionContext(context: unknown, written: Exact | string): Members {
  const sent = membersOf(written);
  const attributes = ((context as Members | null)?.attributes ?? {}) as Members;
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

/** Whether a time, ms, says all that a text does. */
function isSaidBy(time: number, said: unknown): boolean {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return false;
  const iso = date.toISOString();
  return said === iso || said === iso.replace('.000Z', 'Z');
}

/** @param taken names that say something else */
function leftOver(
  sent: Record<string, Exact | string>,
  isMapped: (name: string) => boolean,
  taken?: ReadonlySet<string>,
): Members {
  const named = (name: string) => (taken?.has(snake(name)) ? `cloudtrail_${snake(name)}` : snake(name));
  return Object.fromEntries(
    Object.entries(sent)
      .filter(([name]) => !isMapped(name))
      .map(([name, value]) => [named(name), value]),
  );
}

const snake = (name: string) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
