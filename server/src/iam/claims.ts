import { MAX_GROUP_NAME, MAX_GROUPS } from './limits.ts';

/**
 * A claim by its name, or by a path of names joined with dots, as `realm_access.roles`. A claim of the whole
 * name comes first, since some names are addresses.
 */
export function claimOf(claims: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/**
 * Reads a claim of groups: a list of names, or a text of names between commas. Of a path such as `/team/ops`
 * the last part is a name, too.
 */
export function readGroups(
  claim: unknown,
  name: string,
): { groups: string[]; told: string[]; missing?: string } {
  if (claim === undefined || claim === null) {
    return { groups: [], told: [], missing: `there is no claim ${name} in what the provider told` };
  }
  const list = typeof claim === 'string' ? claim.split(',') : asList(claim);
  if (!list) {
    return { groups: [], told: [], missing: `the claim ${name} is neither a text nor a list of texts` };
  }
  const told = list
    .slice(0, MAX_GROUPS)
    .filter((group) => typeof group === 'string')
    .map((group) =>
      group
        .slice(0, MAX_GROUP_NAME + 1)
        .normalize('NFC')
        .trim(),
    );
  const names = told
    .filter((group) => group !== '' && group.length <= MAX_GROUP_NAME)
    .flatMap((group) => [group, group.slice(group.lastIndexOf('/') + 1)]);
  return { groups: [...new Set(names)].filter((group) => group !== ''), told };
}

const asList = (claim: unknown): unknown[] | undefined => (Array.isArray(claim) ? claim : undefined);
