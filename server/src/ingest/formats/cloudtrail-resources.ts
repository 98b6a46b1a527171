/**
 * What an operation works on. A member is told by its path: in `request` (`requestParameters`), `response`
 * (`responseElements`) or `additional` (`additionalEventData`), lists passed through; `AWS::…` is the ARN that
 * `resources` has of that type, `operator` who acts, and `…#` the name within an ARN.
 */
export interface ResourceRule {
  /** The first part of `eventSource`. */
  service: string;
  /** Names without the date that some services add. */
  operations: string[];
  type: string;
  /** Members that hold its id, the first that is there counts; none: the operation is on none in particular. */
  id: string[];
  name: string[];
}

type Row = [operations: string, type: string, id?: string, name?: string];

const split = (words: string | undefined) => (words ? words.split(' ') : []);

const rulesOf = (service: string, rows: Row[]): ResourceRule[] =>
  rows.map(([operations, type, id, name]) => ({
    service,
    operations: split(operations),
    type,
    id: split(id),
    name: split(name),
  }));

const EC2 = rulesOf('ec2', [
  ['RunInstances', 'instance', 'response.instancesSet.instanceId'],
  [
    'StartInstances StopInstances RebootInstances TerminateInstances DescribeInstances DescribeInstanceStatus',
    'instance',
    'request.instancesSet.instanceId',
  ],
  [
    'DescribeInstanceAttribute ModifyInstanceAttribute GetPasswordData GetConsoleOutput',
    'instance',
    'request.instanceId',
  ],
  [
    'DescribeInstanceCreditSpecifications',
    'instance',
    'request.DescribeInstanceCreditSpecificationsRequest.InstanceId',
  ],
  ['AssociateIamInstanceProfile', 'instance', 'request.AssociateIamInstanceProfileRequest.InstanceId'],
  ['DescribeVpcs DescribeVpcClassicLink', 'vpc', 'request.vpcSet.vpcId'],
  ['DescribeVpcAttribute ModifyVpcAttribute DeleteVpc', 'vpc', 'request.vpcId'],
  ['CreateVpc', 'vpc', 'response.vpc.vpcId'],
  ['DescribeVpcClassicLinkDnsSupport', 'vpc', 'request.DescribeVpcClassicLinkDnsSupportRequest.VpcIds'],
  ['DescribeSubnets', 'subnet', 'request.subnetSet.subnetId'],
  ['DeleteSubnet ModifySubnetAttribute', 'subnet', 'request.subnetId'],
  ['CreateSubnet', 'subnet', 'response.subnet.subnetId'],
  ['DescribeRouteTables', 'route-table', 'request.routeTableIdSet.routeTableId'],
  ['CreateRouteTable', 'route-table', 'response.routeTable.routeTableId'],
  [
    'DeleteRouteTable AssociateRouteTable CreateRoute DeleteRoute ReplaceRoute',
    'route-table',
    'request.routeTableId',
  ],
  ['DisassociateRouteTable', 'route-table-association', 'request.associationId'],
  ['DescribeInternetGateways', 'internet-gateway', 'request.internetGatewayIdSet.internetGatewayId'],
  ['CreateInternetGateway', 'internet-gateway', 'response.internetGateway.internetGatewayId'],
  [
    'DeleteInternetGateway AttachInternetGateway DetachInternetGateway',
    'internet-gateway',
    'request.internetGatewayId',
  ],
  ['DescribeNatGateways', 'nat-gateway', 'request.DescribeNatGatewaysRequest.NatGatewayId'],
  ['CreateNatGateway', 'nat-gateway', 'response.CreateNatGatewayResponse.natGateway.natGatewayId'],
  ['DeleteNatGateway', 'nat-gateway', 'request.DeleteNatGatewayRequest.NatGatewayId'],
  ['DescribeNetworkAcls', 'network-acl', 'request.networkAclIdSet.networkAclId'],
  ['CreateNetworkAclEntry DeleteNetworkAclEntry DeleteNetworkAcl', 'network-acl', 'request.networkAclId'],
  ['DescribeNetworkInterfaces', 'network-interface', 'request.networkInterfaceIdSet.networkInterfaceId'],
  ['CreateNetworkInterface', 'network-interface', 'response.networkInterface.networkInterfaceId'],
  ['DeleteNetworkInterface AttachNetworkInterface', 'network-interface', 'request.networkInterfaceId'],
  [
    'DescribeSecurityGroups',
    'security-group',
    'request.securityGroupIdSet.groupId',
    'request.securityGroupSet.groupName',
  ],
  ['CreateSecurityGroup', 'security-group', 'response.groupId', 'request.groupName'],
  [
    'DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress',
    'security-group',
    'request.groupId',
    'request.groupName',
  ],
  ['DetachNetworkInterface', 'network-interface-attachment', 'request.attachmentId'],
  ['DescribeAddresses', 'address', 'request.allocationIdsSet.allocationId request.publicIpsSet.publicIp'],
  ['AllocateAddress', 'address', 'response.allocationId response.publicIp'],
  ['ReleaseAddress AssociateAddress', 'address', 'request.allocationId request.publicIp'],
  ['DescribeVolumes DescribeVolumeStatus', 'volume', 'request.volumeSet.volumeId'],
  ['CreateVolume', 'volume', 'response.volumeId'],
  ['DeleteVolume AttachVolume DetachVolume ModifyVolume', 'volume', 'request.volumeId'],
  ['DescribeSnapshots', 'snapshot', 'request.snapshotSet.snapshotId'],
  ['CreateSnapshot CopySnapshot', 'snapshot', 'response.snapshotId'],
  ['DeleteSnapshot ModifySnapshotAttribute DescribeSnapshotAttribute', 'snapshot', 'request.snapshotId'],
  ['SharedSnapshotVolumeCreated', 'snapshot', 'details.snapshotId'],
  ['DescribeImages', 'image', 'request.imagesSet.imageId'],
  ['RegisterImage CreateImage CopyImage', 'image', 'response.imageId', 'request.name'],
  ['DeregisterImage ModifyImageAttribute DescribeImageAttribute', 'image', 'request.imageId'],
  ['CreateKeyPair ImportKeyPair DeleteKeyPair', 'key-pair', 'response.keyPairId', 'request.keyName'],
  ['DescribeFlowLogs', 'flow-log', 'request.DescribeFlowLogsRequest.FlowLogId'],
  ['CreateFlowLogs', 'flow-log', 'response.CreateFlowLogsResponse.flowLogIdSet'],
  ['DeleteFlowLogs', 'flow-log', 'request.DeleteFlowLogsRequest.FlowLogId'],
  ['CreateTags DeleteTags', 'tag', 'request.resourcesSet.resourceId'],
  ['DescribeTags', 'tag'],
  [
    'DescribeAvailabilityZones',
    'availability-zone',
    'request.availabilityZoneIdSet.zoneId',
    'request.availabilityZoneSet.zoneName',
  ],
  ['DescribeAccountAttributes', 'account-attribute'],
  ['DescribeDhcpOptions', 'dhcp-options', 'request.dhcpOptionsSet.dhcpOptionsId'],
  ['DescribeRegions', 'region', '', 'request.regionSet.regionName'],
]);

const IAM = rulesOf('iam', [
  [
    'CreateUser GetUser DeleteUser UpdateUser ListGroupsForUser ListAccessKeys ListMFADevices ListUserPolicies ListAttachedUserPolicies ListSigningCertificates ListSSHPublicKeys ListServiceSpecificCredentials',
    'user',
    'response.user.userId',
    'request.userName response.user.userName',
  ],
  [
    'CreateLoginProfile GetLoginProfile UpdateLoginProfile DeleteLoginProfile EnableMFADevice DeactivateMFADevice',
    'user',
    '',
    'request.userName',
  ],
  ['ChangePassword', 'user', '', 'operator'],
  ['AttachUserPolicy DetachUserPolicy PutUserPolicy DeleteUserPolicy', 'user', '', 'request.userName'],
  [
    'CreateAccessKey DeleteAccessKey UpdateAccessKey',
    'access-key',
    'response.accessKey.accessKeyId request.accessKeyId',
    'request.userName response.accessKey.userName',
  ],
  [
    'CreateRole GetRole DeleteRole UpdateRole UpdateAssumeRolePolicy AttachRolePolicy DetachRolePolicy PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole TagRole PassRole',
    'role',
    'response.role.roleId',
    'request.roleName',
  ],
  ['CreateServiceLinkedRole', 'role', 'response.role.roleId', 'response.role.roleName'],
  [
    'CreateInstanceProfile GetInstanceProfile DeleteInstanceProfile TagInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile',
    'instance-profile',
    'response.instanceProfile.instanceProfileId',
    'request.instanceProfileName',
  ],
  [
    'CreateGroup DeleteGroup AddUserToGroup RemoveUserFromGroup AttachGroupPolicy DetachGroupPolicy PutGroupPolicy DeleteGroupPolicy',
    'group',
    'response.group.groupId',
    'request.groupName',
  ],
  ['CreatePolicy', 'policy', 'response.policy.arn', 'request.policyName'],
  [
    'GetPolicy GetPolicyVersion CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion DeletePolicy ListPolicyVersions ListEntitiesForPolicy',
    'policy',
    'request.policyArn',
    'request.policyArn#',
  ],
  ['CreateSAMLProvider', 'saml-provider', 'response.sAMLProviderArn', 'request.name'],
  ['UpdateSAMLProvider DeleteSAMLProvider', 'saml-provider', 'request.sAMLProviderArn'],
]);

const S3 = rulesOf('s3', [
  [
    'CreateBucket DeleteBucket HeadBucket GetBucketAcl PutBucketAcl GetBucketLogging PutBucketLogging GetBucketPolicy PutBucketPolicy DeleteBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock GetBucketTagging PutBucketTagging GetBucketLifecycle PutBucketLifecycle DeleteBucketLifecycle GetBucketRequestPayment GetBucketVersioning PutBucketVersioning GetBucketCors GetAccelerateConfiguration GetBucketObjectLockConfiguration GetBucketEncryption PutBucketEncryption DeleteBucketEncryption GetBucketWebsite GetBucketReplication PutBucketReplication GetBucketLocation PutBucketNotification',
    'bucket',
    '',
    'request.bucketName',
  ],
  [
    'ListObjects ListObjectVersions ListMultipartUploads',
    'bucket',
    'request.bucketName',
    'request.bucketName',
  ],
  [
    'GetObject PutObject HeadObject DeleteObject DeleteObjects CopyObject RestoreObject GetObjectAcl PutObjectAcl GetObjectTagging PutObjectTagging CreateMultipartUpload UploadPart CompleteMultipartUpload AbortMultipartUpload',
    'object',
    'request.bucketName',
    'request.key',
  ],
  ['ListAccessPoints', 'bucket', '', 'request.bucket'],
  ['ListBuckets GetAccountPublicAccessBlock PutAccountPublicAccessBlock', 'account'],
]);

const KEYS_AND_SECRETS = [
  ...rulesOf('kms', [
    [
      'Decrypt Encrypt ReEncrypt GenerateDataKey GenerateDataKeyWithoutPlaintext Sign Verify GetPublicKey DescribeKey ListGrants CreateGrant RevokeGrant RetireGrant EnableKey DisableKey ScheduleKeyDeletion CancelKeyDeletion GetKeyPolicy PutKeyPolicy GetKeyRotationStatus EnableKeyRotation DisableKeyRotation ListResourceTags TagResource DeleteKey RotateKey',
      'key',
      'AWS::KMS::Key request.keyId additional.keyId details.keyId',
    ],
    ['CreateKey', 'key', 'response.keyMetadata.arn response.keyMetadata.keyId AWS::KMS::Key'],
    ['CreateAlias UpdateAlias DeleteAlias', 'alias', 'request.targetKeyId', 'request.aliasName'],
  ]),
  ...rulesOf('secretsmanager', [
    ['CreateSecret', 'secret', 'response.arn response.aRN', 'request.name'],
    [
      'GetSecretValue PutSecretValue DescribeSecret UpdateSecret DeleteSecret RestoreSecret RotateSecret GetResourcePolicy PutResourcePolicy DeleteResourcePolicy',
      'secret',
      'response.arn response.aRN request.secretId',
      'response.name',
    ],
    [
      'StartSecretVersionDelete EndSecretVersionDelete',
      'secret',
      'additional.ARN additional.SecretId',
      'additional.Name',
    ],
    ['ListSecrets', 'secret'],
  ]),
  ...rulesOf('ssm', [
    ['GetParameter PutParameter DeleteParameter', 'parameter', '', 'request.name'],
    ['GetParameters DeleteParameters', 'parameter', '', 'request.names'],
    ['GetParametersByPath', 'parameter', '', 'request.path'],
    ['DescribeParameters', 'parameter'],
    ['ListTagsForResource AddTagsToResource RemoveTagsFromResource', 'tag', '', 'request.resourceId'],
    ['PutComplianceItems', 'instance', 'request.resourceId'],
    ['StartSession', 'session', 'response.sessionId', 'request.target'],
    ['TerminateSession ResumeSession', 'session', 'request.sessionId'],
    ['SendCommand', 'command', 'response.command.commandId', 'request.documentName'],
    ['GetCommandInvocation', 'command', 'request.commandId'],
    ['DescribeInstanceInformation', 'instance'],
    [
      'UpdateInstanceInformation ListInstanceAssociations UpdateInstanceAssociationStatus PutInventory',
      'instance',
      'request.instanceId',
    ],
    ['GetDocument CreateDocument DeleteDocument ModifyDocumentPermission', 'document', '', 'request.name'],
  ]),
];

const IDENTITIES = [
  ...rulesOf('sts', [
    [
      'AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity',
      'role',
      'request.roleArn',
      'request.roleArn#',
    ],
    ['GetCallerIdentity GetSessionToken', 'identity'],
    ['GetFederationToken', 'identity', '', 'request.name'],
  ]),
  ...rulesOf('signin', [
    [
      'ConsoleLogin CheckMfa UserAuthentication CredentialChallenge CredentialVerification PasswordUpdated',
      'user',
      '',
      'operator',
    ],
    ['SwitchRole ExitRole RenewRole', 'role', 'additional.SwitchTo', 'additional.SwitchTo#'],
  ]),
  ...rulesOf('sso', [
    ['Authenticate Federate Logout', 'user', '', 'operator'],
    ['CreatePermissionSet', 'permission-set', 'response.permissionSet.permissionSetArn', 'request.name'],
    [
      'DeletePermissionSet UpdatePermissionSet AttachManagedPolicyToPermissionSet PutInlinePolicyToPermissionSet CreateAccountAssignment DeleteAccountAssignment',
      'permission-set',
      'request.permissionSetArn',
    ],
  ]),
  ...rulesOf('organizations', [
    [
      'DescribeOrganization CreateOrganization DeleteOrganization LeaveOrganization',
      'organization',
      'response.organization.id',
    ],
    ['CreateAccount', 'account', 'response.createAccountStatus.accountId', 'request.accountName'],
    ['MoveAccount CloseAccount RemoveAccountFromOrganization', 'account', 'request.accountId'],
    ['InviteAccountToOrganization', 'account', 'request.target.id'],
    ['CreatePolicy', 'policy', 'response.policy.policySummary.id', 'request.name'],
    ['AttachPolicy DetachPolicy UpdatePolicy DeletePolicy', 'policy', 'request.policyId'],
  ]),
];

const WORK_LOADS = [
  ...rulesOf('lambda', [
    [
      'Invoke',
      'function',
      'AWS::Lambda::Function request.functionName',
      'AWS::Lambda::Function# request.functionName#',
    ],
    ['CreateFunction', 'function', 'response.functionArn', 'request.functionName#'],
    [
      'GetFunction DeleteFunction UpdateFunctionCode UpdateFunctionConfiguration AddPermission RemovePermission GetPolicy GetFunctionCodeSigningConfig ListVersionsByFunction PublishVersion',
      'function',
      'response.functionArn',
      'request.functionName#',
    ],
  ]),
  ...rulesOf('rds', [
    [
      'CreateDBInstance DeleteDBInstance ModifyDBInstance StartDBInstance StopDBInstance RebootDBInstance DescribeDBInstances RestoreDBInstanceFromDBSnapshot',
      'db-instance',
      'response.dBInstanceArn',
      'request.dBInstanceIdentifier',
    ],
    [
      'CreateDBSnapshot DeleteDBSnapshot DescribeDBSnapshots ModifyDBSnapshotAttribute DescribeDBSnapshotAttributes',
      'db-snapshot',
      'response.dBSnapshotArn',
      'request.dBSnapshotIdentifier',
    ],
    [
      'CreateDBCluster DeleteDBCluster ModifyDBCluster DescribeDBClusters',
      'db-cluster',
      'response.dBClusterArn',
      'request.dBClusterIdentifier',
    ],
    [
      'CreateDBSubnetGroup DeleteDBSubnetGroup DescribeDBSubnetGroups',
      'db-subnet-group',
      'response.dBSubnetGroupArn',
      'request.dBSubnetGroupName',
    ],
    ['ListTagsForResource AddTagsToResource RemoveTagsFromResource', 'tag', 'request.resourceName'],
    ['DescribeOrderableDBInstanceOptions', 'orderable-db-instance-option'],
    ['DescribeDBEngineVersions', 'db-engine-version'],
  ]),
  ...rulesOf('dynamodb', [
    [
      'CreateTable DeleteTable UpdateTable DescribeTable GetItem PutItem UpdateItem DeleteItem Query Scan',
      'table',
      'AWS::DynamoDB::Table response.tableDescription.tableArn',
      'request.tableName',
    ],
  ]),
  ...rulesOf('eks', [
    ['CreateCluster', 'cluster', 'response.cluster.arn', 'request.name'],
    ['DescribeCluster DeleteCluster UpdateClusterConfig UpdateClusterVersion', 'cluster', '', 'request.name'],
    ['CreateNodegroup DeleteNodegroup', 'nodegroup', '', 'request.nodegroupName'],
    ['CreateAccessEntry DeleteAccessEntry', 'access-entry', 'request.principalArn'],
  ]),
  ...rulesOf('ecs', [
    ['RunTask', 'task', 'response.tasks.taskArn', 'request.taskDefinition'],
    ['StopTask', 'task', 'request.task'],
    [
      'CreateService UpdateService DeleteService',
      'service',
      'response.service.serviceArn',
      'request.serviceName request.service',
    ],
  ]),
  ...rulesOf('ecr', [
    [
      'CreateRepository DeleteRepository PutImage BatchGetImage SetRepositoryPolicy',
      'repository',
      'response.repository.repositoryArn',
      'request.repositoryName',
    ],
    ['GetAuthorizationToken', 'registry'],
  ]),
  ...rulesOf('cloudformation', [
    ['CreateStack UpdateStack DeleteStack', 'stack', 'response.stackId', 'request.stackName'],
    ['DescribeStacks DescribeStackEvents', 'stack', '', 'request.stackName'],
  ]),
];

const WATCHING = [
  ...rulesOf('cloudtrail', [
    ['CreateTrail UpdateTrail', 'trail', 'response.trailARN', 'request.name'],
    ['DeleteTrail StartLogging StopLogging GetTrailStatus GetTrail', 'trail', '', 'request.name#'],
    ['DescribeTrails', 'trail', '', 'request.trailNameList#'],
    [
      'PutEventSelectors GetEventSelectors PutInsightSelectors',
      'trail',
      'response.trailARN',
      'request.trailName#',
    ],
    ['ListTags AddTags RemoveTags', 'trail', 'request.resourceIdList request.resourceId'],
    ['LookupEvents', 'event'],
  ]),
  ...rulesOf('logs', [
    [
      'CreateLogGroup DeleteLogGroup PutRetentionPolicy ListTagsLogGroup DescribeLogStreams',
      'log-group',
      '',
      'request.logGroupName',
    ],
    [
      'CreateLogStream DeleteLogStream PutLogEvents',
      'log-stream',
      'request.logGroupName',
      'request.logStreamName',
    ],
    ['DescribeLogGroups', 'log-group'],
  ]),
  ...rulesOf('guardduty', [
    ['CreateDetector', 'detector', 'response.detectorId'],
    ['GetDetector UpdateDetector DeleteDetector', 'detector', 'request.detectorId'],
    ['ListFindings GetFindings ArchiveFindings', 'finding', 'request.findingIds'],
  ]),
  ...rulesOf('config', [
    [
      'StopConfigurationRecorder StartConfigurationRecorder DeleteConfigurationRecorder',
      'configuration-recorder',
      '',
      'request.configurationRecorderName',
    ],
    ['DeleteDeliveryChannel', 'delivery-channel', '', 'request.deliveryChannelName'],
  ]),
  ...rulesOf('sns', [
    ['CreateTopic', 'topic', 'response.topicArn', 'request.name'],
    ['Publish Subscribe SetTopicAttributes DeleteTopic', 'topic', 'request.topicArn', 'request.topicArn#'],
  ]),
  ...rulesOf('sqs', [
    ['CreateQueue', 'queue', 'response.queueUrl', 'request.queueName'],
    ['DeleteQueue SetQueueAttributes PurgeQueue', 'queue', 'request.queueUrl'],
  ]),
  ...rulesOf('health', [['DescribeEventAggregates', 'event-aggregate']]),
  ...rulesOf('notifications', [['ListNotificationHubs', 'notification-hub']]),
  ...rulesOf('route53', [
    ['ChangeResourceRecordSets DeleteHostedZone', 'hosted-zone', 'request.hostedZoneId request.id'],
  ]),
];

export const RESOURCE_RULES: readonly ResourceRule[] = [
  ...EC2,
  ...IAM,
  ...S3,
  ...KEYS_AND_SECRETS,
  ...IDENTITIES,
  ...WORK_LOADS,
  ...WATCHING,
];

const BY_OPERATION = new Map(
  RESOURCE_RULES.flatMap((rule) =>
    rule.operations.map((operation) => [`${rule.service} ${operation}`, rule] as const),
  ),
);

export const ruleOf = (service: string, operation: string): ResourceRule | undefined =>
  BY_OPERATION.get(`${service} ${operation}`);
