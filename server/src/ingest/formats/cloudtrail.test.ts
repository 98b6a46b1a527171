import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { exactJson, type TraceLine } from '../../traces/index.ts';
import { parseLine, type Sent } from '../items.ts';
import { accept, stamp } from '../normalise.ts';
import { contextAt, placeOf } from '../testing/intake.ts';
import { textsOf } from '../texts.ts';
import { fromCloudTrail } from './cloudtrail.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';
import { RESOURCE_RULES } from './cloudtrail-resources.ts';

const DATA = path.resolve(import.meta.dirname, '../../../../../shared/data/cloudtrail');
const present = existsSync(DATA);
if (!present) console.warn(`skipped: the CloudTrail records are not at ${DATA}`);

const context = contextAt(Date.UTC(2023, 6, 11));
const place = placeOf(context);
/** As it is sent. */
const sentOf = (record: CloudTrailRecord) =>
  parseLine(Buffer.from(exactJson(fromCloudTrail(record, JSON.stringify(record))))) as Sent;
const traceOf = (record: CloudTrailRecord) => sentOf(record).value as Record<string, unknown>;
const entryOf = (record: CloudTrailRecord) => {
  const sent = sentOf(record);
  const input = accept(sent, context);
  return stamp(input, textsOf(input, sent), context, place);
};

const base: CloudTrailRecord = {
  eventTime: '2023-07-10T12:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DeleteVolume',
  eventID: 'f0cce5bc-5f9e-4ee1-bb48-e20fecb32403',
  userIdentity: {
    type: 'IAMUser',
    userName: 'jane',
    accountId: '123',
    principalId: 'AID',
    arn: 'arn:aws:iam::123:user/jane',
  },
};

describe('who acted', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ['a user', { type: 'IAMUser', userName: 'jane', accountId: '1' }, 'jane'],
    ['the account itself', { type: 'Root', accountId: '1', principalId: '1' }, 'root'],
    [
      'a role in a session',
      {
        type: 'AssumedRole',
        accountId: '1',
        principalId: 'AROA:build',
        sessionContext: { sessionIssuer: { userName: 'deployer' } },
      },
      'deployer/build',
    ],
    ['another account', { type: 'AWSAccount', accountId: '1', principalId: 'AIDX' }, 'AIDX'],
    ['nobody known', { accountId: '1' }, '1'],
  ])('%s', (_, userIdentity, name) => {
    expect(traceOf({ ...base, userIdentity })).toMatchObject({ user: { name, domain: { id: '1' } } });
  });

  test('a service acts as the platform, without a user', () => {
    const trace = traceOf({
      ...base,
      userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
    });
    expect(trace).toMatchObject({ trace_type: 'SystemAction', invoked_by: 'cloudtrail.amazonaws.com' });
    expect(trace).not.toHaveProperty('user');
  });
});

test.each([
  ['ec2', 'DeleteVolume', { volumeId: 'vol-1' }, 'volume', 'vol-1', undefined],
  [
    'ec2',
    'TerminateInstances',
    { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
    'instance',
    'i-1,i-2',
    undefined,
  ],
  ['ec2', 'DescribeRouteTables', null, 'route-table', undefined, undefined],
  ['ec2', 'DescribeAddresses', null, 'address', undefined, undefined],
  ['s3', 'DeleteBucket', { bucketName: 'b' }, 'bucket', undefined, 'b'],
  ['s3', 'GetObject', { bucketName: 'b', key: 'k/1' }, 'object', 'b', 'k/1'],
  ['iam', 'AttachRolePolicy', { roleName: 'r', policyArn: 'arn:p' }, 'role', undefined, 'r'],
  ['iam', 'CreateUser', { userName: 'eve' }, 'user', undefined, 'eve'],
  ['kms', 'Decrypt', { keyId: 'k-1' }, 'key', 'k-1', undefined],
  ['ssm', 'DeleteParameter', { name: '/a/b' }, 'parameter', undefined, '/a/b'],
  ['lambda', 'UpdateFunctionCode20150331v2', { functionName: 'f' }, 'function', undefined, 'f'],
  ['rds', 'DeleteDBInstance', { dBInstanceIdentifier: 'db' }, 'db-instance', undefined, undefined],
])(
  '%s %s is an operation on a resource of its kind',
  (service, eventName, requestParameters, type, id, name) => {
    const trace = traceOf({
      ...base,
      eventSource: `${service}.amazonaws.com`,
      eventName,
      requestParameters,
    });
    expect(trace).toMatchObject({ service_type: service.toUpperCase(), resource_type: type });
    expect(trace.resource_id).toBe(id);
    if (name !== undefined) expect(trace.resource_name).toBe(name);
  },
);

test.each([
  ['AccessDenied', '403'],
  ['Client.UnauthorizedOperation', '403'],
  ['ThrottlingException', '429'],
  ['NoSuchBucketPolicy', '404'],
  ['Client.InvalidVpcID.NotFound', '404'],
  ['BucketNotEmpty', '409'],
  ['InvalidParameterValueException', '400'],
])('the error %s is a warning with code %s', (errorCode, code) => {
  const trace = traceOf({ ...base, errorCode, errorMessage: 'why' });
  expect(trace).toMatchObject({ trace_rating: 'warning', code, message: `${errorCode}: why` });
});

test('a record without an id has one that follows from its content', () => {
  const { eventID: _, ...record } = base;
  const id = (of: CloudTrailRecord) => traceOf(of as CloudTrailRecord).trace_id;
  expect(id(record as CloudTrailRecord)).toBe(id({ ...record } as CloudTrailRecord));
  expect(id({ ...record, awsRegion: 'x' } as CloudTrailRecord)).not.toBe(id(record as CloudTrailRecord));
});

test('records that differ only in what JavaScript does not hold have ids of their own', () => {
  const { eventID: _, ...record } = base;
  const id = (serial: string) =>
    fromCloudTrail(record as CloudTrailRecord, JSON.stringify(record).replace('{', `{"serial":${serial},`))
      .trace_id;
  expect(id('9223372036854775807')).not.toBe(id('9223372036854775806'));
});

test('what does not fit the place of its own is kept beside it', () => {
  const odd = { requestID: 17, readOnly: 'yes', sourceIPAddress: ['10.0.0.1'], eventID: 'no-uuid' };
  expect(traceOf({ ...base, ...odd })).toMatchObject({
    cloudtrail_request_id: 17,
    cloudtrail_read_only: 'yes',
    source_ipaddress: ['10.0.0.1'],
    event_id: 'no-uuid',
  });
  expect(traceOf({ ...base, user: [1] })).toMatchObject({ cloudtrail_user: [1], user: { name: 'jane' } });
  expect(traceOf({ ...base, errorCode: { a: 1 }, errorMessage: null })).toMatchObject({ message: '{"a":1}' });
  expect(traceOf({ ...base, errorCode: null })).toMatchObject({ trace_rating: 'normal', code: '200' });
});

test('a time that is more than milliseconds, or is moved, is kept as it was told', () => {
  expect(traceOf(base)).not.toHaveProperty('event_time');
  const eventTime = '2023-07-10T12:00:00.123456Z';
  expect(traceOf({ ...base, eventTime })).toMatchObject({ time: 1688990400123, event_time: eventTime });
  expect(fromCloudTrail(base, JSON.stringify(base), { timeOf: (ms) => ms + 1 })).toMatchObject({
    event_time: base.eventTime,
  });
});

test('of a session nothing is lost', () => {
  const attributes = { creationDate: 'yesterday', mfaAuthenticated: true, other: 1 };
  const { user } = traceOf({ ...base, userIdentity: { type: 'Root', sessionContext: { attributes } } });
  expect(user).toMatchObject({
    session_context: { attributes: { creation_date: 'yesterday', mfa_authenticated: true, other: 1 } },
  });
});

test('a member that is named twice counts as the last of it, and all of it is kept', () => {
  const identity =
    '"userIdentity":{"type":"IAMUser","userName":"jane","accountId":"1","userName":"eve","other":1}';
  const written = `{${JSON.stringify(base).slice(1, -1)},"requestParameters":{"a":1},${identity},"requestParameters":{"a":2.0}}`;
  const sent = exactJson(fromCloudTrail(JSON.parse(written) as CloudTrailRecord, written));
  const first = JSON.stringify(base.userIdentity);
  expect(sent).toContain(
    `"cloudtrail_repeated":{"userIdentity":${first},"requestParameters":{"a":1},${identity},"requestParameters":{"a":2.0}}`,
  );
  expect(sent).toContain('"repeated":{"userName":"jane","userName":"eve"}');
  expect(JSON.parse(sent)).toMatchObject({ request: { a: 2 }, user: { name: 'eve' } });
});

test.each<[string, Record<string, unknown>]>([
  ['resources that are no list', { resources: { ARN: 'x' } }],
  ['resources that are nothing', { resources: [null, 1] }],
  ['an identity that is text', { userIdentity: 'jane' }],
  ['a session that is text', { userIdentity: { type: 'IAMUser', userName: 'jane', sessionContext: 'x' } }],
  ['no identity', { userIdentity: null }],
])('%s stops nothing', (_, members) => {
  expect(traceOf({ ...base, ...members })).toMatchObject({ trace_name: 'DeleteVolume' });
});

describe.skipIf(!present)('the real records', () => {
  const records = !present
    ? []
    : readdirSync(DATA)
        .filter((name) => name.endsWith('.json'))
        .flatMap(
          (name) =>
            (JSON.parse(readFileSync(path.join(DATA, name), 'utf8')) as { Records: CloudTrailRecord[] })
              .Records,
        );

  test('all 2,900 are accepted by the intake, each with an id of its own', () => {
    const ids = new Set(records.map((record) => entryOf(record).routing.traceId));
    expect(ids.size).toBe(2900);
  });

  test('no value of a record is lost, secrets aside', () => {
    for (const record of records) {
      const trace = JSON.parse(entryOf(record).line) as TraceLine;
      const carried = JSON.stringify(trace).replaceAll('\\', '');
      for (const leaf of leaves(JSON.parse(context.masker.text(JSON.stringify(record))))) {
        const found =
          carried.includes(JSON.stringify(leaf).replaceAll('\\', '').slice(1, -1)) ||
          carried.includes('was cut from') ||
          isTime(leaf);
        if (!found) expect.fail(`${record.eventID}: ${leaf} is missing in ${JSON.stringify(trace)}`);
      }
    }
  });

  test('the hundred most frequent operations have a rule that says what they work on', () => {
    const counts = new Map<string, number>();
    for (const { eventSource, eventName } of records) {
      const operation = `${eventSource.split('.')[0]} ${eventName.replace(/\d{8}(v\d+)?$/, '')}`;
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    }
    const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, 100);
    const ruled = new Set(
      RESOURCE_RULES.flatMap(({ service, operations }) => operations.map((one) => `${service} ${one}`)),
    );
    expect(frequent.map(([operation]) => operation).filter((operation) => !ruled.has(operation))).toEqual([]);
  });

  test('most operations that change something name their resource', () => {
    const changes = records.filter((record) => record.readOnly === false && record.errorCode === undefined);
    const named = changes
      .map((record) => traceOf(record))
      .filter((trace) => trace.resource_id || trace.resource_name);
    expect(named.length / changes.length).toBeGreaterThan(0.85);
  });
});

const isTime = (leaf: string) => /^\d{4}-\d\d-\d\dT/.test(leaf);

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) yield* leaves(member);
}
