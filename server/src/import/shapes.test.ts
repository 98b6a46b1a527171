import { expect, test } from 'vitest';
import { type CloudTrailRecord, fromCloudTrail, type MappingOptions } from '../ingest/index.ts';
import { contentOf } from './envelopes.ts';

type Members = Record<string, unknown>;

/** What a person would say of a record. No operator: the platform itself. */
interface Told {
  operator?: string;
  by?: 'ApiCall' | 'ConsoleAction' | 'SystemAction';
  code?: string;
  message?: string;
  kind: string;
  id?: string;
  name?: string;
  family?: 'system' | 'global' | 'data';
}

const ACCOUNT = '111122223333';
const JANE = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: `arn:aws:iam::${ACCOUNT}:user/jane`,
  accountId: ACCOUNT,
  userName: 'jane',
};
const ROLE = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:ci-17',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/ci-17`,
  accountId: ACCOUNT,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLE',
      arn: `arn:aws:iam::${ACCOUNT}:role/ops/Deploy`,
      accountId: ACCOUNT,
      userName: 'Deploy',
    },
    attributes: { creationDate: '2026-11-20T09:00:00Z', mfaAuthenticated: 'false' },
  },
};
const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:${ACCOUNT}:${rest}`;

function recordOf(operation: string, members: Members): Members {
  const [service, eventName] = operation.split(' ');
  return {
    eventVersion: '1.08',
    userIdentity: JANE,
    eventTime: '2026-11-20T10:00:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-central-1',
    sourceIPAddress: '192.0.2.17',
    userAgent: 'aws-cli/2.15.0',
    requestParameters: null,
    responseElements: null,
    requestID: '5e6b7c1e-0000-4000-8000-000000000001',
    eventID: '5e6b7c1e-0000-4000-8000-000000000002',
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...members,
  };
}

function traceOf(record: Members, options?: MappingOptions): Members {
  const content = contentOf(Buffer.from(JSON.stringify(record)));
  if (!('records' in content)) throw new Error(JSON.stringify(content));
  const [sent] = content.records;
  if (!sent) throw new Error('no record');
  return fromCloudTrail(sent.record as CloudTrailRecord, sent.text, options);
}

function told(trace: Members): Told {
  const user = trace.user as { name: string } | undefined;
  return {
    operator: user?.name,
    by: trace.trace_type as Told['by'],
    code: trace.code as string,
    message: trace.message as string | undefined,
    kind: trace.resource_type as string,
    id: trace.resource_id as string | undefined,
    name: trace.resource_name as string | undefined,
    family: trace.event_type as Told['family'],
  };
}

const USUAL: Partial<Told> = { operator: 'jane', by: 'ApiCall', code: '200', family: 'system' };
const NOBODY = { operator: undefined, by: 'SystemAction' } as const;
const DATA = { eventCategory: 'Data', managementEvent: false };

const SHAPES: [name: string, operation: string, members: Members, told: Told][] = [
  // IAM
  [
    'a user is created',
    'iam CreateUser',
    {
      requestParameters: { userName: 'eve' },
      responseElements: { user: { userName: 'eve', userId: 'AIDAEVE', arn: 'arn:aws:iam::1:user/eve' } },
    },
    { kind: 'user', id: 'AIDAEVE', name: 'eve', family: 'global' },
  ],
  ['a user looks at itself', 'iam GetUser', { readOnly: true }, { kind: 'user', family: 'global' }],
  [
    'a key for another user',
    'iam CreateAccessKey',
    {
      requestParameters: { userName: 'eve' },
      responseElements: { accessKey: { accessKeyId: 'AKIAEVE', status: 'Active', userName: 'eve' } },
    },
    { kind: 'access-key', id: 'AKIAEVE', name: 'eve', family: 'global' },
  ],
  [
    'a key is deleted',
    'iam DeleteAccessKey',
    { requestParameters: { userName: 'eve', accessKeyId: 'AKIAEVE' } },
    { kind: 'access-key', id: 'AKIAEVE', name: 'eve', family: 'global' },
  ],
  [
    'a policy is given to a user',
    'iam AttachUserPolicy',
    { requestParameters: { userName: 'eve', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
    { kind: 'user', name: 'eve', family: 'global' },
  ],
  [
    'a policy is given to a role',
    'iam AttachRolePolicy',
    { requestParameters: { roleName: 'Deploy', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' } },
    { kind: 'role', name: 'Deploy', family: 'global' },
  ],
  [
    'a role comes into a profile',
    'iam AddRoleToInstanceProfile',
    { requestParameters: { instanceProfileName: 'web', roleName: 'Deploy' } },
    { kind: 'instance-profile', name: 'web', family: 'global' },
  ],
  [
    'a user comes into a group',
    'iam AddUserToGroup',
    { requestParameters: { groupName: 'admins', userName: 'eve' } },
    { kind: 'group', name: 'admins', family: 'global' },
  ],
  [
    'a policy is made',
    'iam CreatePolicy',
    {
      requestParameters: { policyName: 'p1', policyDocument: '{"Statement":[]}' },
      responseElements: { policy: { policyName: 'p1', arn: 'arn:aws:iam::1:policy/p1' } },
    },
    { kind: 'policy', id: 'arn:aws:iam::1:policy/p1', name: 'p1', family: 'global' },
  ],
  [
    'a user who is there',
    'iam CreateUser',
    {
      requestParameters: { userName: 'eve' },
      errorCode: 'EntityAlreadyExistsException',
      errorMessage: 'User with name eve already exists.',
    },
    {
      kind: 'user',
      name: 'eve',
      family: 'global',
      code: '409',
      message: 'EntityAlreadyExistsException: User with name eve already exists.',
    },
  ],
  // STS
  [
    'a role is taken',
    'sts AssumeRole',
    {
      requestParameters: { roleArn: 'arn:aws:iam::1:role/ops/Deploy', roleSessionName: 'ci-17' },
      responseElements: { assumedRoleUser: { assumedRoleId: 'AROAEXAMPLE:ci-17' } },
    },
    { kind: 'role', id: 'arn:aws:iam::1:role/ops/Deploy', name: 'Deploy', family: 'global' },
  ],
  [
    'a role is taken by a service',
    'sts AssumeRole',
    {
      userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
      sourceIPAddress: 'ec2.amazonaws.com',
      userAgent: 'ec2.amazonaws.com',
      requestParameters: { roleArn: 'arn:aws:iam::1:role/web', roleSessionName: 'i-1' },
    },
    { ...NOBODY, kind: 'role', id: 'arn:aws:iam::1:role/web', name: 'web', family: 'global' },
  ],
  [
    'a role is taken from another account',
    'sts AssumeRole',
    {
      userIdentity: { type: 'AWSAccount', principalId: 'AIDAOTHER', accountId: '444455556666' },
      requestParameters: { roleArn: 'arn:aws:iam::1:role/Deploy' },
      sharedEventID: 'x',
    },
    {
      operator: 'AIDAOTHER',
      kind: 'role',
      id: 'arn:aws:iam::1:role/Deploy',
      name: 'Deploy',
      family: 'global',
    },
  ],
  [
    'a role is taken with SAML',
    'sts AssumeRoleWithSAML',
    {
      userIdentity: {
        type: 'SAMLUser',
        principalId: 'x=:jane@example.org',
        userName: 'jane@example.org',
        identityProvider: 'x=',
      },
      requestParameters: {
        roleArn: 'arn:aws:iam::1:role/Sso',
        principalArn: 'arn:aws:iam::1:saml-provider/adfs',
      },
    },
    {
      operator: 'jane@example.org',
      kind: 'role',
      id: 'arn:aws:iam::1:role/Sso',
      name: 'Sso',
      family: 'global',
    },
  ],
  [
    'a role is taken by a pipeline',
    'sts AssumeRoleWithWebIdentity',
    {
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: 'arn:aws:iam::1:oidc-provider/token.actions:sts.amazonaws.com:repo:acme/shop',
        userName: 'repo:acme/shop:ref:refs/heads/main',
        identityProvider: 'arn:aws:iam::1:oidc-provider/token.actions',
      },
      requestParameters: { roleArn: 'arn:aws:iam::1:role/Ci' },
    },
    {
      operator: 'repo:acme/shop:ref:refs/heads/main',
      kind: 'role',
      id: 'arn:aws:iam::1:role/Ci',
      name: 'Ci',
      family: 'global',
    },
  ],
  ['who am I', 'sts GetCallerIdentity', { readOnly: true }, { kind: 'identity', family: 'global' }],
  [
    'a federated user',
    'ec2 StartInstances',
    {
      userIdentity: {
        type: 'FederatedUser',
        principalId: `${ACCOUNT}:bob`,
        arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
        accountId: ACCOUNT,
        sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'jane' } },
      },
      requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }] } },
    },
    { operator: 'bob', kind: 'instance', id: 'i-1' },
  ],
  // Sessions of roles
  [
    'a role in a session',
    'ec2 StartInstances',
    { userIdentity: ROLE, requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }] } } },
    { operator: 'Deploy/ci-17', kind: 'instance', id: 'i-1' },
  ],
  [
    'a role without its issuer',
    'ec2 StartInstances',
    {
      userIdentity: {
        type: 'AssumedRole',
        principalId: 'AROAEX1',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/ci-17`,
        accountId: ACCOUNT,
      },
    },
    { operator: 'Deploy/ci-17', kind: 'instance' },
  ],
  [
    'a role that says Role',
    'ec2 StopInstances',
    {
      userIdentity: {
        type: 'Role',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Deploy/jane@example.org`,
        accountId: ACCOUNT,
      },
    },
    { operator: 'Deploy/jane@example.org', kind: 'instance' },
  ],
  [
    'a role that a service uses for it',
    'ec2 RunInstances',
    {
      userIdentity: { ...ROLE, invokedBy: 'cloudformation.amazonaws.com' },
      sourceIPAddress: 'cloudformation.amazonaws.com',
      userAgent: 'cloudformation.amazonaws.com',
      responseElements: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
    },
    { operator: 'Deploy/ci-17', kind: 'instance', id: 'i-1,i-2' },
  ],
  [
    'the account itself',
    'iam CreateAccessKey',
    {
      userIdentity: {
        type: 'Root',
        principalId: ACCOUNT,
        arn: `arn:aws:iam::${ACCOUNT}:root`,
        accountId: ACCOUNT,
        userName: 'acme',
      },
      responseElements: { accessKey: { accessKeyId: 'AKIAROOT' } },
    },
    { operator: 'root', kind: 'access-key', id: 'AKIAROOT', family: 'global' },
  ],
  [
    'a user without a name of its own',
    'ec2 StopInstances',
    {
      userIdentity: {
        type: 'IAMUser',
        arn: `arn:aws:iam::${ACCOUNT}:user/teams/ops/jane`,
        principalId: 'AIDAEX',
        accountId: ACCOUNT,
      },
    },
    { kind: 'instance' },
  ],
  // Signing in
  [
    'somebody signs in',
    'signin ConsoleLogin',
    {
      eventType: 'AwsConsoleSignIn',
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { MFAUsed: 'Yes' },
    },
    { by: 'ConsoleAction', kind: 'user', name: 'jane', family: 'global' },
  ],
  [
    'somebody fails to sign in',
    'signin ConsoleLogin',
    {
      eventType: 'AwsConsoleSignIn',
      errorMessage: 'Failed authentication',
      responseElements: { ConsoleLogin: 'Failure' },
    },
    {
      by: 'ConsoleAction',
      kind: 'user',
      name: 'jane',
      family: 'global',
      code: '401',
      message: 'Failed authentication',
    },
  ],
  [
    'a sign-in fails, it says no more',
    'signin ConsoleLogin',
    { eventType: 'AwsConsoleSignIn', responseElements: { ConsoleLogin: 'Failure' } },
    {
      by: 'ConsoleAction',
      kind: 'user',
      name: 'jane',
      family: 'global',
      code: '401',
      message: 'ConsoleLogin: Failure',
    },
  ],
  [
    'root signs in',
    'signin ConsoleLogin',
    {
      eventType: 'AwsConsoleSignIn',
      userIdentity: { type: 'Root', principalId: ACCOUNT, accountId: ACCOUNT },
      responseElements: { ConsoleLogin: 'Success' },
    },
    { operator: 'root', by: 'ConsoleAction', kind: 'user', name: 'root', family: 'global' },
  ],
  [
    'an unknown user',
    'signin ConsoleLogin',
    {
      eventType: 'AwsConsoleSignIn',
      errorMessage: 'No username found in supplied account',
      userIdentity: { type: 'IAMUser', accountId: ACCOUNT, userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      responseElements: { ConsoleLogin: 'Failure' },
    },
    {
      operator: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      by: 'ConsoleAction',
      kind: 'user',
      name: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      family: 'global',
      code: '401',
      message: 'No username found in supplied account',
    },
  ],
  [
    'a role is switched',
    'signin SwitchRole',
    {
      eventType: 'AwsConsoleSignIn',
      userIdentity: ROLE,
      responseElements: { SwitchRole: 'Success' },
      additionalEventData: { SwitchTo: 'arn:aws:iam::444455556666:role/Audit' },
    },
    {
      operator: 'Deploy/ci-17',
      by: 'ConsoleAction',
      kind: 'role',
      id: 'arn:aws:iam::444455556666:role/Audit',
      name: 'Audit',
      family: 'global',
    },
  ],
  [
    'a second factor',
    'signin CheckMfa',
    { eventType: 'AwsConsoleSignIn', responseElements: { CheckMfa: 'Success' } },
    { by: 'ConsoleAction', kind: 'user', name: 'jane', family: 'global' },
  ],
  // Identity Center
  [
    'Identity Center',
    'signin UserAuthentication',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: {
        type: 'IdentityCenterUser',
        accountId: ACCOUNT,
        onBehalfOf: { userId: '906a1b2c-0001' },
      },
      additionalEventData: { UserName: 'jane@example.org' },
    },
    {
      operator: 'jane@example.org',
      by: 'ConsoleAction',
      kind: 'user',
      name: 'jane@example.org',
      family: 'global',
    },
  ],
  [
    'Identity Center fails',
    'signin CredentialVerification',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: {
        type: 'Unknown',
        principalId: ACCOUNT,
        arn: '',
        accountId: ACCOUNT,
        accessKeyId: '',
        userName: 'jane@example.org',
      },
      serviceEventDetails: { CredentialVerification: 'Failure' },
      additionalEventData: { CredentialType: 'PASSWORD', UserName: 'jane@example.org' },
    },
    {
      operator: 'jane@example.org',
      by: 'ConsoleAction',
      kind: 'user',
      name: 'jane@example.org',
      family: 'global',
      code: '401',
      message: 'CredentialVerification: Failure',
    },
  ],
  [
    'Identity Center, nobody but an id',
    'sso Federate',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: {
        type: 'IdentityCenterUser',
        accountId: ACCOUNT,
        onBehalfOf: { userId: '906a1b2c-0001' },
      },
    },
    { operator: '906a1b2c-0001', kind: 'user', name: '906a1b2c-0001' },
  ],
  [
    'a permission set',
    'sso CreateAccountAssignment',
    {
      requestParameters: {
        targetId: ACCOUNT,
        targetType: 'AWS_ACCOUNT',
        permissionSetArn: 'arn:aws:sso:::permissionSet/ssoins-1/ps-1',
        principalType: 'USER',
        principalId: 'u',
      },
    },
    { kind: 'permission-set', id: 'arn:aws:sso:::permissionSet/ssoins-1/ps-1' },
  ],
  // Lambda and other operations on data
  [
    'a function is called',
    'lambda Invoke',
    {
      ...DATA,
      resources: [{ accountId: ACCOUNT, type: 'AWS::Lambda::Function', ARN: arn('lambda', 'function:f1') }],
    },
    { kind: 'function', id: arn('lambda', 'function:f1'), name: 'f1', family: 'data' },
  ],
  [
    'a function is made',
    'lambda CreateFunction20150331',
    {
      requestParameters: { functionName: 'f1', role: 'arn:aws:iam::1:role/x' },
      responseElements: {
        functionName: 'f1',
        functionArn: arn('lambda', 'function:f1'),
        role: 'arn:aws:iam::1:role/x',
      },
    },
    { kind: 'function', id: arn('lambda', 'function:f1'), name: 'f1' },
  ],
  [
    'new code for a function',
    'lambda UpdateFunctionCode20150331v2',
    { requestParameters: { functionName: arn('lambda', 'function:f1:live'), publish: true } },
    { kind: 'function', name: 'f1' },
  ],
  [
    'an object is read',
    's3 GetObject',
    {
      ...DATA,
      readOnly: true,
      requestParameters: { bucketName: 'b1', key: 'a/1.txt', Host: 'b1.s3.amazonaws.com' },
      resources: [
        { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b1/a/1.txt' },
        { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b1', accountId: ACCOUNT },
      ],
    },
    { kind: 'object', id: 'b1', name: 'a/1.txt', family: 'data' },
  ],
  [
    'an object is written by nobody known',
    's3 PutObject',
    {
      ...DATA,
      userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
      requestParameters: { bucketName: 'b1', key: 'x' },
    },
    { operator: 'ANONYMOUS_PRINCIPAL', kind: 'object', id: 'b1', name: 'x', family: 'data' },
  ],
  [
    'a bucket is listed',
    's3 ListObjects',
    { ...DATA, readOnly: true, requestParameters: { bucketName: 'b1', prefix: 'a/' } },
    { kind: 'bucket', id: 'b1', name: 'b1', family: 'data' },
  ],
  [
    'an item of a table',
    'dynamodb PutItem',
    {
      ...DATA,
      requestParameters: { tableName: 'orders', key: { id: '1' } },
      resources: [{ type: 'AWS::DynamoDB::Table', ARN: arn('dynamodb', 'table/orders'), accountId: ACCOUNT }],
    },
    { kind: 'table', id: arn('dynamodb', 'table/orders'), name: 'orders', family: 'data' },
  ],
  [
    'what an endpoint of a network refused',
    's3 ListBuckets',
    {
      eventCategory: 'NetworkActivity',
      managementEvent: false,
      eventType: 'AwsVpceEvent',
      errorCode: 'VpceAccessDenied',
      errorMessage: 'denied',
    },
    { kind: 'account', family: 'data', code: '403', message: 'VpceAccessDenied: denied' },
  ],
  // S3
  [
    'a bucket is made',
    's3 CreateBucket',
    {
      requestParameters: {
        bucketName: 'b1',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      },
    },
    { kind: 'bucket', name: 'b1' },
  ],
  [
    'a policy of a bucket that has none',
    's3 GetBucketPolicy',
    {
      readOnly: true,
      requestParameters: { bucketName: 'b1', policy: '' },
      errorCode: 'NoSuchBucketPolicy',
      errorMessage: 'The bucket policy does not exist',
    },
    {
      kind: 'bucket',
      name: 'b1',
      code: '404',
      message: 'NoSuchBucketPolicy: The bucket policy does not exist',
    },
  ],
  [
    'the console of S3',
    's3 ListBuckets',
    {
      readOnly: true,
      userAgent: '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488]',
      requestParameters: { Host: 's3.amazonaws.com' },
    },
    { by: 'ConsoleAction', kind: 'account' },
  ],
  // KMS, secrets
  [
    'a secret is decrypted',
    'kms Decrypt',
    {
      readOnly: true,
      requestParameters: { encryptionContext: { SecretARN: arn('secretsmanager', 'secret:db-AbCdEf') } },
      resources: [{ type: 'AWS::KMS::Key', ARN: arn('kms', 'key/dad21b23'), accountId: ACCOUNT }],
    },
    { kind: 'key', id: arn('kms', 'key/dad21b23') },
  ],
  [
    'a key is to be deleted',
    'kms ScheduleKeyDeletion',
    { requestParameters: { keyId: 'dad21b23', pendingWindowInDays: 7 } },
    { kind: 'key', id: 'dad21b23' },
  ],
  [
    'a key is rotated by the service',
    'kms RotateKey',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: { accountId: ACCOUNT, invokedBy: 'AWS Internal' },
      serviceEventDetails: { keyId: 'dad21b23' },
    },
    { ...NOBODY, kind: 'key', id: 'dad21b23' },
  ],
  [
    'a secret is read',
    'secretsmanager GetSecretValue',
    {
      readOnly: true,
      requestParameters: { secretId: arn('secretsmanager', 'secret:db-AbCdEf'), versionStage: 'AWSCURRENT' },
    },
    { kind: 'secret', id: arn('secretsmanager', 'secret:db-AbCdEf') },
  ],
  [
    'a secret ends',
    'secretsmanager EndSecretVersionDelete',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: { accountId: ACCOUNT, invokedBy: 'secretsmanager.amazonaws.com' },
      additionalEventData: { Name: 'db', ARN: arn('secretsmanager', 'secret:db-AbCdEf') },
    },
    { ...NOBODY, kind: 'secret', id: arn('secretsmanager', 'secret:db-AbCdEf'), name: 'db' },
  ],
  // EC2
  [
    'a filter is no resource',
    'ec2 DescribeSubnets',
    {
      readOnly: true,
      requestParameters: {
        filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: 'vpc-1' }] } }] },
      },
    },
    { kind: 'subnet' },
  ],
  [
    'a filter of what has no rule',
    'ec2 DescribeCarrierGateways',
    {
      readOnly: true,
      requestParameters: { filterSet: { items: [{ name: 'vpc-id', carrierGatewayId: 'x' }] } },
    },
    { kind: 'carrier-gateway' },
  ],
  [
    'a tag is no name',
    'ec2 CreateVpc',
    {
      requestParameters: {
        cidrBlock: '10.0.0.0/16',
        tagSpecificationSet: { items: [{ resourceType: 'vpc', tags: [{ key: 'Name', value: 'main' }] }] },
      },
      responseElements: { vpc: { vpcId: 'vpc-1' } },
    },
    { kind: 'vpc', id: 'vpc-1' },
  ],
  [
    'instances end',
    'ec2 TerminateInstances',
    {
      requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
      responseElements: { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
    },
    { kind: 'instance', id: 'i-1,i-2' },
  ],
  [
    'a port is opened',
    'ec2 AuthorizeSecurityGroupIngress',
    {
      requestParameters: {
        groupId: 'sg-1',
        ipPermissions: { items: [{ groups: { items: [{ groupId: 'sg-2' }] } }] },
      },
    },
    { kind: 'security-group', id: 'sg-1' },
  ],
  [
    'what XML makes of a list',
    'ec2 DescribeNatGateways',
    {
      readOnly: true,
      requestParameters: { DescribeNatGatewaysRequest: { NatGatewayId: { tag: 1, content: 'nat-1' } } },
    },
    { kind: 'nat-gateway', id: 'nat-1' },
  ],
  [
    'flow logs',
    'ec2 CreateFlowLogs',
    {
      requestParameters: { CreateFlowLogsRequest: { ResourceId: { tag: 1, content: 'vpc-1' } } },
      responseElements: { CreateFlowLogsResponse: { flowLogIdSet: { item: 'fl-1' } } },
    },
    { kind: 'flow-log', id: 'fl-1' },
  ],
  [
    'not allowed',
    'ec2 RunInstances',
    {
      errorCode: 'Client.UnauthorizedOperation',
      errorMessage: 'You are not authorized to perform this operation.',
      requestParameters: { instancesSet: { items: [{ imageId: 'ami-1' }] } },
    },
    {
      kind: 'instance',
      code: '403',
      message: 'Client.UnauthorizedOperation: You are not authorized to perform this operation.',
    },
  ],
  [
    'a console of EC2',
    'ec2 StartInstances',
    {
      userAgent: 'console.ec2.amazonaws.com',
      requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }] } },
    },
    { by: 'ConsoleAction', kind: 'instance', id: 'i-1' },
  ],
  [
    'a browser with the credentials of the console',
    'ec2 StopInstances',
    { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', sessionCredentialFromConsole: 'true' },
    { by: 'ConsoleAction', kind: 'instance' },
  ],
  [
    'a host that only ends like the console',
    'ec2 StopInstances',
    { userAgent: 'myconsole.example.org aws-internal/3' },
    { kind: 'instance' },
  ],
  ['no error is null', 'ec2 StopInstances', { errorCode: null, errorMessage: null }, { kind: 'instance' }],
  ['no error is empty', 'ec2 StopInstances', { errorCode: '', errorMessage: '' }, { kind: 'instance' }],
  [
    'no error is a success',
    'ec2 StopInstances',
    { errorCode: '204', errorMessage: 'No Content' },
    { kind: 'instance', code: '204', message: 'No Content' },
  ],
  [
    'an error that is a number',
    'ec2 StopInstances',
    { errorCode: 503 },
    { kind: 'instance', code: '503', message: '503' },
  ],
  [
    'a message alone is an error',
    'ec2 StopInstances',
    { errorMessage: 'You are not authorized.' },
    { kind: 'instance', code: '403', message: 'You are not authorized.' },
  ],
  // RDS, EKS, ECS, logs
  [
    'a database is made',
    'rds CreateDBInstance',
    {
      requestParameters: { dBInstanceIdentifier: 'db1', dBSubnetGroupName: 'n' },
      responseElements: {
        dBInstanceIdentifier: 'db1',
        dBInstanceArn: arn('rds', 'db:db1'),
        dBSubnetGroup: { dBSubnetGroupName: 'n' },
      },
    },
    { kind: 'db-instance', id: arn('rds', 'db:db1'), name: 'db1' },
  ],
  [
    'a snapshot is shared',
    'rds ModifyDBSnapshotAttribute',
    { requestParameters: { dBSnapshotIdentifier: 's1', attributeName: 'restore', valuesToAdd: ['all'] } },
    { kind: 'db-snapshot', name: 's1' },
  ],
  [
    'the console of RDS',
    'rds DescribeDBInstances',
    { readOnly: true, userAgent: 'RDS Console, aws-internal/3 aws-sdk-java/1.11.975' },
    { by: 'ConsoleAction', kind: 'db-instance' },
  ],
  [
    'a cluster is made',
    'eks CreateCluster',
    {
      requestParameters: { name: 'k1', roleArn: 'arn:aws:iam::1:role/eks' },
      responseElements: { cluster: { name: 'k1', arn: arn('eks', 'cluster/k1') } },
    },
    { kind: 'cluster', id: arn('eks', 'cluster/k1'), name: 'k1' },
  ],
  [
    'nodes of a cluster',
    'eks CreateNodegroup',
    { requestParameters: { name: 'k1', nodegroupName: 'n1' } },
    { kind: 'nodegroup', name: 'n1' },
  ],
  [
    'a repository',
    'ecr PutImage',
    { requestParameters: { repositoryName: 'shop', imageTag: 'v1' } },
    { kind: 'repository', name: 'shop' },
  ],
  [
    'a stream of logs',
    'logs CreateLogStream',
    { requestParameters: { logGroupName: '/shop', logStreamName: 's1' } },
    { kind: 'log-stream', id: '/shop', name: 's1' },
  ],
  [
    'a trail stops',
    'cloudtrail StopLogging',
    { requestParameters: { name: arn('cloudtrail', 'trail/main') } },
    { kind: 'trail', name: 'main' },
  ],
  [
    'a stack',
    'cloudformation DeleteStack',
    { requestParameters: { stackName: 'shop' } },
    { kind: 'stack', name: 'shop' },
  ],
  // Organizations
  ['an account leaves', 'organizations LeaveOrganization', {}, { kind: 'organization', family: 'global' }],
  [
    'an account is made',
    'organizations CreateAccount',
    {
      requestParameters: { accountName: 'lab', email: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      responseElements: { createAccountStatus: { id: 'car-1', accountName: 'lab', state: 'IN_PROGRESS' } },
    },
    { kind: 'account', name: 'lab', family: 'global' },
  ],
  [
    'a policy for accounts',
    'organizations AttachPolicy',
    { requestParameters: { policyId: 'p-1', targetId: 'ou-1' } },
    { kind: 'policy', id: 'p-1', family: 'global' },
  ],
  // Events of services, and identities that say little
  [
    'an event of a service',
    'ec2 SharedSnapshotVolumeCreated',
    {
      eventType: 'AwsServiceEvent',
      userIdentity: { accountId: ACCOUNT, invokedBy: 'ec2.amazonaws.com' },
      serviceEventDetails: { snapshotId: 'snap-1' },
    },
    { ...NOBODY, kind: 'snapshot', id: 'snap-1' },
  ],
  ['no identity', 'ec2 StopInstances', { userIdentity: null }, { ...NOBODY, kind: 'instance' }],
  ['an identity without members', 'ec2 StopInstances', { userIdentity: {} }, { ...NOBODY, kind: 'instance' }],
  [
    'a person within an event of a service',
    'ec2 StopInstances',
    { eventType: 'AwsServiceEvent' },
    { kind: 'instance' },
  ],
  // Without a rule of its own
  [
    'a service without rules',
    'rolesanywhere CreateTrustAnchor',
    {
      requestParameters: { name: 'anchor', source: { sourceType: 'CERTIFICATE_BUNDLE' } },
      responseElements: { trustAnchor: { trustAnchorId: '49e2', name: 'anchor' } },
    },
    { kind: 'trust-anchor', id: '49e2', name: 'anchor' },
  ],
  [
    'a service without rules that lists',
    'glue GetTables',
    { readOnly: true, requestParameters: { databaseName: 'lake', filter: { name: 'x' } } },
    { kind: 'table' },
  ],
];

test.each(SHAPES)('%s', (_, operation, members, right) => {
  const failed = right.code !== undefined && !right.code.startsWith('2');
  const trace = traceOf(recordOf(operation, members));
  expect(told(trace)).toEqual({ message: undefined, id: undefined, name: undefined, ...USUAL, ...right });
  expect(trace.trace_rating).toBe(failed ? 'warning' : 'normal');
});

test('a row of Athena tells what its record tells', () => {
  const record = recordOf('ec2 StopInstances', {
    userIdentity: ROLE,
    requestParameters: { instancesSet: { items: [{ instanceId: 'i-1' }] }, force: 1.0 },
    responseElements: { requestId: 'x' },
    resources: [{ ARN: 'arn:aws:ec2:::i-1', accountId: ACCOUNT, type: 'AWS::EC2::Instance' }],
    errorCode: 'AccessDenied',
  });
  const lower = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toLowerCase(), lower(one)]))
      : value;
  const columns = {
    ...(lower(record) as Members),
    useridentity: lower(ROLE),
    requestparameters: JSON.stringify(record.requestParameters),
    responseelements: JSON.stringify(record.responseElements),
    resources: record.resources,
    readonly: 'false',
    managementevent: 'true',
    additionaleventdata: '',
  };
  const exact = (trace: Members) => JSON.parse(JSON.stringify(trace)) as Members;
  const { additional_event_data: _, ...trace } = exact(traceOf(columns));
  expect(trace).toEqual(exact(traceOf(record)));
});

test.each([
  ['2026-11-20 10:00:00.000000000', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00:00', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00Z', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20T10:00:00.123456Z', '2026-11-20T10:00:00.123Z'],
  ['2026-11-20T10:00:00+0200', '2026-11-20T08:00:00.000Z'],
  ['2026-11-20 10:00:00 UTC', '2026-11-20T10:00:00.000Z'],
  [1795168800, '2026-11-20T10:00:00.000Z'],
  ['1795168800000', '2026-11-20T10:00:00.000Z'],
])('the time %s is %s, wherever it is read', (eventTime, right) => {
  const before = process.env.TZ;
  try {
    for (const zone of ['Asia/Tokyo', 'America/New_York']) {
      process.env.TZ = zone;
      const { time } = traceOf(recordOf('ec2 StopInstances', { eventTime }));
      expect(new Date(time as number).toISOString()).toBe(right);
    }
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

test.each(['2026-02-31T10:00:00Z', 'yesterday', '', null, true, '2026-11-20'])(
  'the time %s is none: the record is refused',
  (eventTime) => {
    expect(() => traceOf(recordOf('ec2 StopInstances', { eventTime }))).toThrow('eventTime');
  },
);

test('@timestamp is the time where eventTime is absent, and is kept where it is not', () => {
  const { eventTime: _, ...record } = recordOf('ec2 StopInstances', {
    '@timestamp': '2026-11-20T10:00:00.000Z',
  });
  expect(traceOf(record)).toMatchObject({ time: Date.UTC(2026, 10, 20, 10) });
  expect(traceOf(record)).not.toHaveProperty('@timestamp');
  const both = recordOf('ec2 StopInstances', { '@timestamp': '2026-11-21T00:00:00Z' });
  expect(traceOf(both)).toMatchObject({
    time: Date.UTC(2026, 10, 20, 10),
    '@timestamp': '2026-11-21T00:00:00Z',
  });
});

test('members that come to the same name are all kept', () => {
  const twins = {
    userIdentity: { ...JANE, name: 'x', user_name: 'y' },
    sharedEventID: '1',
    shared_event_id: '2',
  };
  const trace = JSON.stringify(
    traceOf(recordOf('ec2 StopInstances', { ...twins, event_time: '3', invoked_by: '4' })),
  );
  for (const kept of [
    '"cloudtrail_name":"x"',
    '"cloudtrail_user_name":"y"',
    '"1"',
    '"2"',
    '"cloudtrail_event_time":"3"',
    '"cloudtrail_invoked_by":"4"',
  ]) {
    expect(trace).toContain(kept);
  }
});

test('operations on data are management by choice, and say still what they were', () => {
  const invoked = recordOf('lambda Invoke', DATA);
  expect(traceOf(invoked, { dataAsManagement: true })).toMatchObject({
    event_type: 'system',
    event_category: 'Data',
  });
  expect(traceOf(recordOf('sts GetCallerIdentity', DATA), { dataAsManagement: true })).toMatchObject({
    event_type: 'global',
  });
});
