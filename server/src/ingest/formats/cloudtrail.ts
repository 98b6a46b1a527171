import { createHash } from 'node:crypto';
import { compacted, Exact, membersIn } from '@opencts/client/json';
import { MAX_DEPTH, UUID_PATTERN } from '../../traces/index.ts';
import { KNOWN } from '../input.ts';

/** A record of AWS CloudTrail, as far as its form is relied on; everything else is carried along. */
export interface CloudTrailRecord extends Record<string, unknown> {
  eventTime: string;
  eventSource: string;
  eventName: string;
}

type Members = Record<string, unknown>;

const UUID = new RegExp(UUID_PATTERN);

/** Verbs that an operation's name begins with; what follows names the kind of resource. */
const VERB =
  /^(?:BatchGet|Batch|Get|List|Describe|Lookup|Search|Head|Create|Delete|Put|Update|Modify|Set|Reset|Add|Remove|Attach|Detach|Associate|Disassociate|Replace|Run|Start|End|Stop|Reboot|Terminate|Allocate|Release|Authorize|Revoke|Enable|Disable|Import|Export|Copy|Restore|Register|Deregister|Cancel|Tag|Untag|Invoke|Simulate|Generate|Check|Test|Send|Retire|Rotate|Schedule|Assume|Accept|Reject|Publish)(?=[A-Z])/;

/** Kind of resource where the operation's name does not tell; the last entry of a service is its usual kind. */
const KINDS: Record<string, [pattern: RegExp, resourceType: string][]> = {
  kms: [
    [/Alias/, 'alias'],
    [/./, 'key'],
  ],
  s3: [
    [/Object(?!Lock)|Upload/, 'object'],
    [/Account|ListBuckets/, 'account'],
    [/./, 'bucket'],
  ],
  secretsmanager: [[/./, 'secret']],
  ssm: [
    [/Parameter/, 'parameter'],
    [/Session/, 'session'],
    [/Command/, 'command'],
    [/TagsForResource|TagsToResource|TagsFromResource/, 'parameter'],
  ],
  signin: [[/./, 'user']],
  sts: [
    [/Role/, 'role'],
    [/./, 'identity'],
  ],
  lambda: [[/Function|Policy|Permission|Code/, 'function']],
  iam: [
    [/Role/, 'role'],
    [/LoginProfile|User|AccessKey/, 'user'],
    [/InstanceProfile/, 'instance-profile'],
    [/Group/, 'group'],
    [/Policy|Policies/, 'policy'],
  ],
};

/** Members that hold the id or the name of a kind of resource, most telling first. */
const KEYS: Record<string, { id?: string[]; name?: string[] }> = {
  bucket: { name: ['bucketName'] },
  object: { id: ['bucketName'], name: ['key'] },
  key: { id: ['keyId', 'keyArn'] },
  secret: { id: ['aRN', 'arn', 'secretId', 'SecretId'], name: ['name', 'secretId'] },
  parameter: { name: ['name', 'resourceId', 'names'] },
  role: { id: ['roleArn', 'roleId'], name: ['roleName', 'roleArn'] },
  user: { id: ['userId'], name: ['userName'] },
  policy: { id: ['policyArn'], name: ['policyName', 'policyArn'] },
  function: { name: ['functionName'] },
  instance: { id: ['instanceId'] },
  'password-data': { id: ['instanceId'] },
  'instance-information': { id: ['instanceId'] },
  'compliance-item': { id: ['resourceId'] },
  tag: { id: ['resourceId'] },
  address: { id: ['allocationId', 'publicIp'] },
  route: { id: ['routeTableId'] },
  'route-table': { id: ['routeTableId', 'associationId'] },
  'security-group': { id: ['groupId'], name: ['groupName'] },
  'flow-log': { id: ['FlowLogId', 'content'] },
  'event-selector': { name: ['trailName'] },
  'db-instance': { name: ['dBInstanceIdentifier'] },
  'db-snapshot': { name: ['dBSnapshotIdentifier'] },
  'log-group': { name: ['logGroupName'] },
  trail: { name: ['name', 'trailName'] },
  'trail-status': { name: ['name'] },
};

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
  return {
    ...leftOver(sent, (name) => MAPPED.has(name) && !isOdd(name, record[name]), KNOWN),
    // `event_type` of a trace is its family.
    cloudtrail_event_type: sent.eventType,
    trace_id: traceIdOf(record, written),
    trace_name: traceName(record.eventName),
    trace_rating: failed ? 'warning' : 'normal',
    trace_type: sourceOf(record),
    service_type: service.toUpperCase().slice(0, 64),
    resource_type: resourceType,
    ...resourceOf(record, resourceType),
    time: Date.parse(record.eventTime) + shiftMs,
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
  const attributes = ((context as Members | null)?.attributes ?? {}) as Members;
  const created = Date.parse(String(attributes.creationDate));
  return {
    ...leftOver(membersOf(written), (name) => name === 'attributes'),
    attributes: {
      created_at: Number.isNaN(created) ? undefined : String(created),
      mfa_authenticated: text(attributes.mfaAuthenticated),
    },
  };
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
const camel = (kind: string) => kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function kindOf(service: string, eventName: string): string {
  const known = KINDS[service]?.find(([pattern]) => pattern.test(eventName));
  if (known) return known[1];
  const noun = eventName.replace(VERB, '').replace(/\d{8}(v\d+)?$/, '');
  const kind = noun.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  return (
    singular(kind)
      .replaceAll(/[^a-z0-9-]/g, '-')
      .slice(0, 64) || service
  );
}

function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/sses$/.test(word)) return word.slice(0, -2);
  return /(?:ss|us|is)$/.test(word) ? word : word.replace(/s$/, '');
}

function resourceOf(
  record: CloudTrailRecord,
  kind: string,
): { resource_id?: string; resource_name?: string } {
  const places = [record.responseElements, record.requestParameters, record.additionalEventData];
  if (kind === 'user' && record.eventName === 'ConsoleLogin') places.push(record.userIdentity);
  const keys = KEYS[kind];
  const noun = camel(kind);
  const id = firstOf(places, keys ? (keys.id ?? []) : [`${noun}Id`, `${noun}Arn`, `${noun}ARN`]);
  const name = firstOf(places, keys ? (keys.name ?? []) : [`${noun}Name`, 'name']);
  const resources: unknown[] = Array.isArray(record.resources) ? record.resources : [];
  const arn = resources.map((resource) => text((resource as Members | null)?.ARN)).find(Boolean);
  return { resource_id: id ?? (name === undefined || kind === 'key' ? arn : undefined), resource_name: name };
}

/** The values of the first of these members that occurs anywhere; several are joined by commas. */
function firstOf(places: unknown[], keys: string[]): string | undefined {
  for (const key of keys) {
    for (const place of places) {
      const values = new Set<string>();
      collect(place, key, values);
      if (values.size > 0) return [...values].join(',').slice(0, 350);
    }
  }
  return undefined;
}

function collect(value: unknown, key: string, values: Set<string>, levels = MAX_DEPTH): void {
  if (typeof value !== 'object' || value === null || levels === 0) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === key && typeof member === 'string' && member !== '') values.add(member);
    else collect(member, key, values, levels - 1);
  }
}
