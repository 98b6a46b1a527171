import { useMemo, useState } from 'react';
import type { ApiError } from './api/client.ts';
import { useConsole } from './console-context.ts';
import { asApiError, type Loaded, useLoad } from './use-load.ts';

/** Part of a list, and how to come to the part behind it. */
export interface Page<Item> {
  items: Item[];
  /** Absent: nothing is left. */
  next?: (() => Promise<this>) | undefined;
}

/** Loads what is behind a marker; null: nothing is. */
export const nextOf = <Marker, Part>(marker: Marker | null, load: (marker: Marker) => Promise<Part>) =>
  marker === null ? undefined : () => load(marker);

export interface Pages<Item, First = unknown> {
  first: Loaded<First>;
  /** In the order of the list, none of them empty at first; undefined: the first is not there yet. */
  pages: Item[][] | undefined;
  more: boolean;
  loadingMore: boolean;
  /** Why the next page did not come. */
  problem: ApiError | undefined;
  loadMore: () => void;
}

/** A list by pages: the first at once and whenever `key` changes, the others below it when they are asked for. */
export function usePages<Part extends Page<unknown>>(
  load: (signal: AbortSignal) => Promise<Part>,
  key: string,
): Pages<Part['items'][number], Part> {
  const { onExpired } = useConsole();
  const first = useLoad(load, key);
  const start = first.value;
  // Belongs to the first page that it was loaded after, and goes with it.
  const [further, setFurther] = useState<{ of: Part; parts: Part[]; problem?: ApiError }>();
  const [loadingAfter, setLoadingAfter] = useState<Part>();
  const behind = further && further.of === start ? further : undefined;
  const parts = useMemo(() => start && [start, ...(behind?.parts ?? [])], [start, behind]);
  const next = parts?.at(-1)?.next;
  const loadingMore = start !== undefined && loadingAfter === start;

  const loadMore = async () => {
    if (!start || !next || loadingMore) return;
    setLoadingAfter(start);
    const loaded = behind?.parts ?? [];
    try {
      const part = await next();
      setFurther({ of: start, parts: [...loaded, part] });
    } catch (cause) {
      const problem = asApiError(cause);
      if (problem.status === 401) onExpired();
      else setFurther({ of: start, parts: loaded, problem });
    } finally {
      setLoadingAfter((after) => (after === start ? undefined : after));
    }
  };

  return {
    first,
    pages: useMemo(() => parts?.map(({ items }) => items).filter(({ length }) => length > 0), [parts]),
    more: next !== undefined,
    loadingMore,
    problem: behind?.problem,
    loadMore: () => void loadMore(),
  };
}
