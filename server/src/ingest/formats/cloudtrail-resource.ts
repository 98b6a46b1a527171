import { MAX_DEPTH } from '../../traces/index.ts';
import type { CloudTrailRecord } from './cloudtrail.ts';

type Members = Record<string, unknown>;

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

const camel = (kind: string) => kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

export function kindOf(service: string, eventName: string): string {
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

/** Id and name of what was worked on, as far as a record tells. */
export function resourceOf(
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
