import { wordsOf } from '../../operation-words.ts';

/** An operation that succeeded on a resource, with the times of its oldest and newest trace. */
export interface Known {
  value: string;
  first_time: number;
  last_time: number;
}

export interface Event {
  name: string;
  time: number;
}

const CREATING = new Set(['create', 'run', 'register', 'import', 'allocate', 'launch', 'provision']);
/** After these a resource is there again. */
const REVIVING = new Set([...CREATING, 'put', 'upload', 'copy', 'restore', 'recover']);
const DELETING = new Set(['delete', 'terminate', 'release', 'destroy', 'deregister', 'remove']);
/** What operations call resources whose type is the name of their service. */
const CALLED: Readonly<Record<string, string[]>> = {
  ecs: ['server', 'vm', 'instance'],
  evs: ['volume', 'disk'],
  disk: ['volume'],
  sfs: ['share'],
};

/**
 * Which operations made and unmade a resource. One is meant only when it names the type of the resource: who
 * calls createSnapshot or deleteNic does that to a part of it. Undefined: none is known for sure.
 */
export function lifeOf(
  operations: readonly Known[],
  resourceType: string,
): { created?: Event | undefined; deleted?: Event | undefined } {
  const created = operations
    .filter(({ value }) => names(value, CREATING, resourceType))
    .map(({ value, first_time }) => ({ name: value, time: first_time }))
    .sort((a, b) => a.time - b.time);
  const deleted = operations
    .filter(({ value }) => names(value, DELETING, resourceType))
    .map(({ value, last_time }) => ({ name: value, time: last_time }))
    .sort((a, b) => b.time - a.time)[0];
  const revived = operations.some(
    ({ value, last_time }) => deleted && last_time > deleted.time && names(value, REVIVING, resourceType),
  );
  return { created: created[0], deleted: revived ? undefined : deleted };
}

function names(operation: string, verbs: ReadonlySet<string>, resourceType: string): boolean {
  const { verb, nouns } = wordsOf(operation);
  const noun = plain(nouns.join(''));
  if (!verbs.has(verb) || noun === '') return false;
  const types = [plain(resourceType), ...(CALLED[resourceType.toLowerCase()] ?? [])];
  return types.some((type) => type !== '' && (type.endsWith(noun) || noun.endsWith(type)));
}

/** `Instances`, `serverV2`: `instance`, `server`. */
const plain = (name: string) =>
  name
    .replace(/V\d+$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/s$/, '');
