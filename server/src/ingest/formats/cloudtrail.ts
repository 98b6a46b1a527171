import { createHash } from 'node:crypto';
import { compacted } from '@opencts/client/json';
import { UUID_PATTERN } from '../../traces/index.ts';
import { KNOWN } from '../input.ts';
import { isSaidBy, leftOver, type Members, repeatedIn, sentMembers, text } from './cloudtrail-members.ts';
import { outcomeOf } from './cloudtrail-outcome.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';
import { resourceOf } from './cloudtrail-resource.ts';
import { instantOf, timeSaid } from './cloudtrail-time.ts';
import { isPlatform, userOf } from './cloudtrail-user.ts';

/** Whether it says what happened where, and when. */
export function isCloudTrailRecord(value: unknown): value is CloudTrailRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Members;
  return (
    text(record.eventSource) !== undefined &&
    text(record.eventName) !== undefined &&
    instantOf(timeSaid(record)) !== undefined
  );
}

/** Epoch ms. */
export const happenedAt = (record: CloudTrailRecord): number => instantOf(timeSaid(record)) as number;

const UUID = new RegExp(UUID_PATTERN);

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

/** Members that the mapping gives a trace beside those that the service knows. */
const GIVEN = new Set([
  ...KNOWN,
  'cloudtrail_repeated',
  'cloudtrail_event_type',
  'event_time',
  'event_version',
  'invoked_by',
  'user_identity',
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

export interface MappingOptions {
  /** Where the time of a record is moved to, epoch ms. */
  timeOf?: (happened: number) => number;
  /** Operations on data are recorded as management. */
  dataAsManagement?: boolean;
}

/**
 * A CloudTrail record as a trace for the intake; the tables in `docs/import.md` say which member goes where. No value
 * is lost: what has no place of its own is kept as an extra member, and what is more than text goes as it was
 * written.
 * @param written the record as JSON text
 */
export function fromCloudTrail(
  record: CloudTrailRecord,
  written: string,
  { timeOf = (happened) => happened, dataAsManagement = false }: MappingOptions = {},
): Members {
  const sent = sentMembers(written);
  const service = record.eventSource.split('.')[0] || record.eventSource;
  const said = timeSaid(record);
  const time = timeOf(happenedAt(record));
  const isSaid = isSaidBy(time, said);
  const isMapped = (name: string) =>
    (MAPPED.has(name) && !isOdd(name, record[name])) || (name === '@timestamp' && record[name] === said);
  return {
    ...leftOver(sent, isMapped, GIVEN),
    cloudtrail_repeated: repeatedIn(written),
    // `event_type` of a trace is its family.
    cloudtrail_event_type: sent.eventType,
    trace_id: traceIdOf(record, written),
    trace_name: traceName(record.eventName),
    ...outcomeOf(record, sent, service),
    trace_type: sourceOf(record, service),
    service_type: service.toUpperCase().slice(0, 64),
    ...resourceOf(record, service),
    time,
    event_time: isSaid ? undefined : (sent.eventTime ?? sent['@timestamp']),
    ...(isPlatform(record)
      ? { invoked_by: invokedBy(record), user_identity: sent.userIdentity }
      : { user: userOf(record, sent.userIdentity) }),
    source_ip: text(record.sourceIPAddress),
    request: record.requestParameters === null ? undefined : sent.requestParameters,
    response: record.responseElements === null ? undefined : sent.responseElements,
    request_id: text(record.requestID),
    user_agent: text(record.userAgent),
    read_only: typeof record.readOnly === 'boolean' ? record.readOnly : undefined,
    resource_account_id: text(record.recipientAccountId),
    event_type: familyOf(record, service, dataAsManagement),
    operation_id: record.eventName,
    api_version: text(record.apiVersion) ?? text(record.eventVersion),
    ...(record.apiVersion === undefined ? {} : { event_version: sent.eventVersion }),
  };
}

/** Whether a member does not fit the place of its own. */
function isOdd(name: string, value: unknown): boolean {
  if (value === null) return false;
  if (name === 'readOnly') return typeof value !== 'boolean';
  return name === 'eventID' ? !isUuid(value) : TEXTS.has(name) && typeof value !== 'string';
}

const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** The record's own id, so that importing it again is a retry; without one, an id that follows from its content. */
function traceIdOf(record: CloudTrailRecord, written: string): string {
  if (isUuid(record.eventID)) return record.eventID;
  return `cloudtrail-${createHash('sha256').update(compacted(written)).digest('hex')}`;
}

function traceName(eventName: string): string {
  const allowed = eventName.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return (/^[A-Za-z]/.test(allowed) ? allowed : `e${allowed}`).slice(0, 64);
}

const invokedBy = (record: CloudTrailRecord) =>
  (record.userIdentity as Members | null | undefined)?.invokedBy;

/** Hosts of the console, and parts of it that name themselves. */
const CONSOLE =
  /(?:^|[^a-z0-9-])(?:[a-z0-9-]+\.)*console\.(?:[a-z0-9-]+\.)*(?:amazonaws|aws\.amazon)\.com|\bS3Console\/|Console(?:\/[\d.]+)?, aws-internal\/|AWS-?Console/i;

function sourceOf(record: CloudTrailRecord, service: string): string {
  if (isPlatform(record)) return 'SystemAction';
  const isConsole =
    /^AwsConsole/.test(String(record.eventType)) ||
    service === 'signin' ||
    String(record.sessionCredentialFromConsole) === 'true' ||
    CONSOLE.test(String(record.userAgent));
  return isConsole ? 'ConsoleAction' : 'ApiCall';
}

function familyOf(record: CloudTrailRecord, service: string, dataAsManagement: boolean): string {
  const isData =
    ['Data', 'NetworkActivity'].includes(String(record.eventCategory)) || record.managementEvent === false;
  if (isData && !dataAsManagement) return 'data';
  return GLOBAL.has(service) ? 'global' : 'system';
}
