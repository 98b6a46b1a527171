import { MAX_DEPTH } from '../../traces/index.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';
import { type ResourceRule, ruleOf } from './cloudtrail-resources.ts';
import { operatorOf } from './cloudtrail-user.ts';

type Members = Record<string, unknown>;

export interface Resource {
  resource_type: string;
  resource_id?: string;
  resource_name?: string;
}

/** Characters of an id or name. */
const LONGEST = 350;

/** Some services add the day of their interface to the name of an operation. */
const DAY = /\d{8}(?:v\d+)?$/;

/** Verbs that an operation's name begins with; what follows names the kind of resource. */
const VERB =
  /^(?:BatchGet|Batch|Get|List|Describe|Lookup|Search|Head|Create|Delete|Put|Update|Modify|Set|Reset|Add|Remove|Attach|Detach|Associate|Disassociate|Replace|Run|Start|End|Stop|Reboot|Terminate|Allocate|Release|Authorize|Revoke|Enable|Disable|Import|Export|Copy|Restore|Register|Deregister|Cancel|Tag|Untag|Invoke|Simulate|Generate|Check|Test|Send|Retire|Rotate|Schedule|Assume|Accept|Reject|Publish)(?=[A-Z])/;

/** The kind of what the operations of a service work on where their names do not tell. */
const KINDS: Record<string, [pattern: RegExp, resourceType: string][]> = {
  kms: [
    [/Alias/, 'alias'],
    [/./, 'key'],
  ],
  s3: [
    [/Object(?!Lock)|Upload/, 'object'],
    [/Account/, 'account'],
    [/StorageLens/, 'storage-lens'],
    [/./, 'bucket'],
  ],
  secretsmanager: [[/./, 'secret']],
  signin: [[/./, 'user']],
  lambda: [[/Function|Policy|Permission|Code/, 'function']],
};

/** Members that say which resources are meant, or how they are marked, not what is worked on. */
const BESIDE = /filter|tag|policyDocument/i;

/** What an operation worked on, as far as its record says. */
export function resourceOf(record: CloudTrailRecord, service: string): Resource {
  const operation = record.eventName.replace(DAY, '');
  const rule = ruleOf(service, operation);
  return rule ? ruledResource(record, rule) : probableResource(record, service, operation);
}

function ruledResource(record: CloudTrailRecord, rule: ResourceRule): Resource {
  const first = (paths: string[]) => {
    for (const path of paths) {
      const value = joined(valuesAt(record, path));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return { resource_type: rule.type, resource_id: first(rule.id), resource_name: first(rule.name) };
}

function valuesAt(record: CloudTrailRecord, path: string): string[] {
  if (path.endsWith('#')) return valuesAt(record, path.slice(0, -1)).map(nameIn);
  if (path === 'operator') return [operatorOf(record)];
  if (path.includes('::')) return arnsOf(record, path);
  const [place = '', ...steps] = path.split('.');
  const places: Record<string, unknown> = {
    request: record.requestParameters,
    response: record.responseElements,
    additional: record.additionalEventData,
    details: record.serviceEventDetails,
  };
  return textsAt(places[place], steps);
}

/** @param steps names of members; lists, and what XML makes of lists, are passed through */
function textsAt(value: unknown, steps: string[]): string[] {
  if (typeof value === 'string' || typeof value === 'number') {
    return steps.length === 0 && value !== '' ? [String(value)] : [];
  }
  if (Array.isArray(value)) return value.flatMap((one) => textsAt(one, steps));
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Members;
  const [step, ...more] = steps;
  if (step !== undefined && Object.hasOwn(members, step)) return textsAt(members[step], more);
  const inner = ['items', 'item', 'content'].find((name) => Object.hasOwn(members, name));
  return inner === undefined ? [] : textsAt(members[inner], steps);
}

function arnsOf(record: CloudTrailRecord, type?: string): string[] {
  const resources: unknown[] = Array.isArray(record.resources) ? record.resources : [];
  return resources
    .map((one) => (one ?? {}) as Members)
    .filter((one) => type === undefined || one.type === type)
    .flatMap((one) => textsAt(one.ARN ?? one.arn, []))
    .slice(0, 1);
}

/** The name in an ARN (`arn:aws:lambda:eu-central-1:111122223333:function:f1`); what is none is a name itself. */
function nameIn(arn: string): string {
  if (!arn.startsWith('arn:')) return arn;
  const [head = '', qualified] = arn.split(':').slice(5);
  return head.split('/').length > 1 ? (head.split('/').at(-1) as string) : (qualified ?? head);
}

/** For operations without a rule: members that are called as the kind of resource. */
function probableResource(record: CloudTrailRecord, service: string, operation: string): Resource {
  const { eventName } = record;
  const kind =
    KINDS[service]?.find(([pattern]) => pattern.test(eventName))?.[1] ?? kindIn(operation, service);
  const noun = kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const request = record.requestParameters as Members | null | undefined;
  const places = [record.responseElements, request, record.additionalEventData];
  const id = firstCalled(places, [`${noun}Id`, `${noun}Arn`, `${noun}ARN`, `${noun}Identifier`]);
  const name = firstCalled(places, [`${noun}Name`]) ?? joined(textsAt(request?.name, []));
  return {
    resource_type: kind,
    resource_id: id ?? (name === undefined ? arnsOf(record)[0] : undefined),
    resource_name: name,
  };
}

function kindIn(operation: string, service: string): string {
  const noun = operation.replace(VERB, '');
  const kind = noun.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  return (
    singular(kind)
      .replaceAll(/[^a-z0-9-]/g, '-')
      .slice(0, 64) || service
  );
}

function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(?:ss|x)es$/.test(word)) return word.slice(0, -2);
  return /(?:ss|us|is)$/.test(word) ? word : word.replace(/s$/, '');
}

/** The values of the first of these names that occurs anywhere. */
function firstCalled(places: unknown[], names: string[]): string | undefined {
  for (const name of names) {
    for (const place of places) {
      const values: string[] = [];
      collect(place, name, values);
      if (values.length > 0) return joined(values);
    }
  }
  return undefined;
}

function collect(value: unknown, wanted: string, values: string[], levels = MAX_DEPTH): void {
  if (typeof value !== 'object' || value === null || levels === 0) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === wanted && typeof member === 'string' && member !== '') values.push(member);
    else if (!BESIDE.test(name)) collect(member, wanted, values, levels - 1);
  }
}

/** Several as one, with commas. */
function joined(values: string[]): string | undefined {
  return values.length > 0 ? [...new Set(values)].join(',').slice(0, LONGEST) : undefined;
}
