import { useState } from 'react';
import type { ApiError } from './api/client.ts';
import { useConsole } from './console-context.ts';
import { asApiError, type Loaded, useLoad } from './use-load.ts';

/** Part of a list, and how to come to the part behind it. */
export interface Page<Item> {
  items: Item[];
  /** Absent: nothing is left. */
  next?: (() => Promise<Page<Item>>) | undefined;
}

export interface Pages<Item> {
  first: Loaded<unknown>;
  /** In the order of the list, none of them empty at first; undefined: the first is not there yet. */
  pages: Item[][] | undefined;
  more: boolean;
  loadingMore: boolean;
  /** Why the next page did not come. */
  problem: ApiError | undefined;
  loadMore: () => void;
}

interface SoFar<Item> {
  pages: Item[][];
  next: Page<Item>['next'];
  problem?: ApiError;
}

/** A list by pages: the first at once and whenever `key` changes, the others below it when they are asked for. */
export function usePages<Item>(load: (signal: AbortSignal) => Promise<Page<Item>>, key: string): Pages<Item> {
  const { onExpired } = useConsole();
  const first = useLoad(async (signal): Promise<SoFar<Item>> => {
    const { items, next } = await load(signal);
    return { pages: items.length > 0 ? [items] : [], next };
  }, key);
  const start = first.value;
  // Belongs to the first page that it was loaded after, and goes with it.
  const [further, setFurther] = useState<{ of: typeof start; so: SoFar<Item> }>();
  const [loadingAfter, setLoadingAfter] = useState<typeof start>();
  const so = further && further.of === start ? further.so : start;
  const loadingMore = start !== undefined && loadingAfter === start;

  const loadMore = async () => {
    if (!so?.next || loadingMore) return;
    setLoadingAfter(start);
    try {
      const { items, next } = await so.next();
      setFurther({ of: start, so: { pages: [...so.pages, items], next } });
    } catch (cause) {
      const problem = asApiError(cause);
      if (problem.status === 401) onExpired();
      else setFurther({ of: start, so: { ...so, problem } });
    } finally {
      setLoadingAfter((after) => (after === start ? undefined : after));
    }
  };

  return {
    first,
    pages: so?.pages,
    more: so?.next !== undefined,
    loadingMore,
    problem: so?.problem,
    loadMore: () => void loadMore(),
  };
}
