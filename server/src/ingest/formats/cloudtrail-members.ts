import { Exact, membersIn } from '@opencts/client/json';

export type Members = Record<string, unknown>;
export type Sent = Record<string, Exact | string>;

/** Text that says something. */
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Members of an object as they were written; text as what it says. */
export function sentMembers(written: string): Sent {
  const members = (membersIn(written) ?? []).map(({ name, start, end }) => {
    const value = written.slice(start, end);
    return [name, value.startsWith('"') ? (JSON.parse(value) as string) : new Exact(value)] as const;
  });
  return Object.fromEntries(members);
}

export const membersOf = (written: Exact | string | undefined): Sent =>
  written instanceof Exact ? sentMembers(written.text) : {};

/** Members that an object names more than once, as one. */
export function repeatedIn(written: string): Exact | undefined {
  const members = membersIn(written) ?? [];
  const counts = new Map<string, number>();
  for (const { name } of members) counts.set(name, (counts.get(name) ?? 0) + 1);
  const texts = members
    .filter(({ name }) => counts.get(name) !== 1)
    .map(({ name, start, end }) => `${JSON.stringify(name)}:${written.slice(start, end)}`);
  return texts.length > 0 ? new Exact(`{${texts.join(',')}}`) : undefined;
}

/**
 * What has no place of its own, under its name in snake case.
 * @param taken names that say something else
 */
export function leftOver(
  sent: Sent,
  isMapped: (name: string) => boolean,
  taken?: ReadonlySet<string>,
): Members {
  const left = new Map<string, unknown>();
  for (const [name, value] of Object.entries(sent)) {
    if (isMapped(name)) continue;
    let called = taken?.has(snake(name)) ? `cloudtrail_${snake(name)}` : snake(name);
    while (left.has(called)) called += '_';
    left.set(called, value);
  }
  return Object.fromEntries(left);
}

const snake = (name: string) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();

/** Whether a time, ms, says all that a text does. */
export function isSaidBy(time: number, said: unknown): boolean {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return false;
  const iso = date.toISOString();
  return said === iso || said === iso.replace('.000Z', 'Z');
}
