import { useState } from 'react';
import type { ApiError, Parameters } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { asApiError, type Loaded, useLoad } from '../../use-load.ts';
import { resolveRange } from './view-state.ts';

export interface TracePages {
  first: Loaded<unknown>;
  /** Newest first; undefined: the first is not there yet. */
  pages: Trace[][] | undefined;
  more: boolean;
  loadingMore: boolean;
  /** Why the next page did not come. */
  problem: ApiError | undefined;
  loadMore: () => void;
}

interface Older {
  pages: Trace[][];
  marker: string | null;
  problem?: ApiError;
}

/** Traces by pages: the newest at once, older ones below them when they are asked for. */
export function useTracePages(filters: Parameters, range: string, limit: number): TracePages {
  const { api, onExpired } = useConsole();
  const first = useLoad(
    async (signal) => {
      const query = { ...filters, ...resolveRange(range, Date.now()), limit };
      const { traces, meta_data } = await api.traces(query, signal);
      return { query, pages: traces.length > 0 ? [traces] : [], marker: meta_data.marker };
    },
    JSON.stringify([filters, range, limit]),
  );
  const start = first.value;
  // Belongs to the first page that it was loaded after, and goes with it.
  const [older, setOlder] = useState<{ of: typeof start; so: Older }>();
  const [loadingAfter, setLoadingAfter] = useState<typeof start>();
  const so: Older | undefined = older && older.of === start ? older.so : start;
  const loadingMore = start !== undefined && loadingAfter === start;

  const loadMore = async () => {
    if (!start || !so?.marker || loadingMore) return;
    setLoadingAfter(start);
    try {
      const { traces, meta_data } = await api.traces({ ...start.query, next: so.marker });
      setOlder({ of: start, so: { pages: [...so.pages, traces], marker: meta_data.marker } });
    } catch (cause) {
      const problem = asApiError(cause);
      if (problem.status === 401) onExpired();
      else setOlder({ of: start, so: { ...so, problem } });
    } finally {
      setLoadingAfter((after) => (after === start ? undefined : after));
    }
  };

  return {
    first,
    pages: so?.pages,
    more: so?.marker != null,
    loadingMore,
    problem: so?.problem,
    loadMore: () => void loadMore(),
  };
}
