/**
 * What a statement sets: of a change that somebody sent, the columns that are named here, and `enabled` as 0 or 1.
 * Whatever else is in it goes no further. @returns undefined when there is nothing to set
 */
export function columns<Column extends string>(
  change: { [column in Column]?: string } & { enabled?: boolean },
  names: readonly Column[],
): ({ [column in Column]?: string } & { enabled?: number }) | undefined {
  const given = names.flatMap((name) => {
    const value: string | undefined = change[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const { enabled } = change;
  if (given.length === 0 && enabled === undefined) return undefined;
  const values = Object.fromEntries(given) as { [column in Column]?: string };
  return { ...values, ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }) };
}
