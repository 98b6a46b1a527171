import { expect } from 'vitest';
import type { Json, Provider } from './provider.ts';

/** Where resources are managed. */
export interface Place {
  /** Signed in to the project. */
  project: Provider;
  /** Signed in to the account: calls of the identity service. */
  account: Provider;
  projectId: string;
  domainId: string;
}

export type Arguments = Record<string, Json>;
/** The service says what it is; whatever it says is no difference. */
export const COMPUTED = Symbol('computed');

/** A resource as its provider handles it (`docs/reference/terraform.md`). */
export interface Resource {
  name: string;
  /** Of each argument what it is when nobody gives it. */
  schema: Record<string, Json>;
  /** @returns the id */
  create(place: Place, given: Arguments): Promise<string>;
  /** @returns its attributes, undefined where the provider takes it for gone */
  read(place: Place, id: string, state: Arguments): Promise<Arguments | undefined>;
  update?(place: Place, id: string, after: Arguments, before: Arguments): Promise<unknown>;
  destroy(place: Place, id: string, state: Arguments): Promise<unknown>;
  /** What an import knows besides the id. */
  imported?(id: string): Arguments;
  /** Arguments that no answer tells, such as passwords. */
  untold?: string[];
}

/** Names of what the next plan would change, were it made now. */
export function planned(
  { schema, untold = [] }: Resource,
  given: Arguments,
  attributes: Arguments | undefined,
): string[] {
  return Object.keys(schema)
    .filter((name) => !untold.includes(name) && !(given[name] === undefined && schema[name] === COMPUTED))
    .filter((name) => !isSame(given[name] ?? schema[name], attributes?.[name]));
}

/** To a provider an empty value is one that is not there. */
const isSame = (wanted: Json, told: Json) => JSON.stringify(bare(wanted)) === JSON.stringify(bare(told));

function bare(value: Json): Json {
  if (value === '' || value === false || value === 0 || value === null) return undefined;
  if (typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]): [string, Json] => [name, bare(member)]);
  const told = members.filter(([, member]) => member !== undefined);
  if (told.length === 0) return undefined;
  return Array.isArray(value) ? told : told.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A whole life: applied in several stages, imported, destroyed. After each stage the next plan must be empty. */
export async function lives(resource: Resource, place: Place, stages: Arguments[]): Promise<void> {
  const [first = {}, ...changes] = stages;
  const id = await resource.create(place, first);
  let before = first;
  await settled(resource, place, id, first);
  for (const after of changes) {
    await resource.update?.(place, id, { ...after }, before);
    await settled(resource, place, id, after);
    before = after;
  }
  if (resource.imported) {
    const attributes = await resource.read(place, id, resource.imported(id));
    expect(planned(resource, before, attributes), `${resource.name}, imported`).toEqual([]);
  }
  await resource.destroy(place, id, before);
  expect(await resource.read(place, id, before), `${resource.name}, destroyed`).toBeUndefined();
}

async function settled(resource: Resource, place: Place, id: string, given: Arguments): Promise<void> {
  for (const time of ['read', 'read again']) {
    const attributes = await resource.read(place, id, given);
    expect(
      planned(resource, given, attributes),
      `${resource.name}, ${time}: ${JSON.stringify(attributes)}`,
    ).toEqual([]);
  }
}
