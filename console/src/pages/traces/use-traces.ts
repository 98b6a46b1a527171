import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useNavigationType } from 'react-router-dom';
import { type Api, ApiError } from '../../api/client.ts';
import type { Histogram, Trace } from '../../api/types.ts';
import { canBeLive, filtersOf, queryKey, resolveRange, type View } from './view-state.ts';

const PAGE = 100;
const LIVE_MS = 3_000;
const RETRY_MS = 3_000;

export interface TraceList {
  /** Pages in the order of the table, each its own array so that a loaded one is never drawn again. */
  pages: Trace[][];
  count: number;
  loading: boolean;
  loadingMore: boolean;
  more: boolean;
  error: ApiError | undefined;
  histogram: Histogram | undefined;
  /** The instants that are shown, both exclusive; undefined: nothing was loaded yet. */
  range: { from: number; to: number } | undefined;
  /** New traces that are held back until they are asked for. */
  fresh: number;
  loadMore: () => void;
  refresh: () => void;
  showFresh: () => void;
}

interface Loaded {
  pages: Trace[][];
  marker: string | null;
  range: { from: number; to: number };
}

/** The list that was left last, for whoever comes back to it. */
interface Left {
  key: string;
  loaded: Loaded | undefined;
  histogram: Histogram | undefined;
  scroll: number;
}
let left: Left | undefined;

/**
 * Loads what the view asks for; an error that may pass is tried again by itself. Whoever comes back finds the list as
 * it was, at the same place.
 */
export function useTraces(api: Api, view: View, holdBack: boolean, onExpired: () => void): TraceList {
  const key = queryKey(view);
  const place = `${api.path.project_id} ${key}`;
  const isReturn = useNavigationType() === 'POP';
  const [back] = useState(() => (isReturn && left?.key === place ? left : undefined));
  const [loaded, setLoaded] = useState(back?.loaded);
  const [loading, setLoading] = useState(true);
  const [loadingMore, setLoadingMore] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [histogram, setHistogram] = useState(back?.histogram);
  const [waiting, setWaiting] = useState<Trace[]>([]);
  const [round, setRound] = useState(0);
  const asked = { ...filtersOf(view), order: view.order === 'oldest' ? view.order : undefined };
  const filters = useRef(asked);
  filters.current = asked;
  const running = useRef<AbortController>(undefined);

  const failed = useCallback(
    (cause: unknown) => {
      if ((cause as Error).name === 'AbortError') return;
      const problem = cause instanceof ApiError ? cause : new ApiError(0, '', String(cause));
      if (problem.status === 401) onExpired();
      else setError(problem);
    },
    [onExpired],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: key stands for the filters and the range, round for a refresh
  useEffect(() => {
    const abort = new AbortController();
    running.current = abort;
    if (back?.key === place && round === 0 && loaded === back.loaded) {
      setLoading(false);
      return () => abort.abort();
    }
    const range = resolveRange(view.range, Date.now());
    const query = { ...filters.current, ...range };
    setLoading(true);
    setWaiting([]);
    const load = async () => {
      const page = await api.traces({ ...query, limit: PAGE }, abort.signal);
      setLoaded({ pages: page.traces.length > 0 ? [page.traces] : [], marker: page.meta_data.marker, range });
      setError(undefined);
      setLoading(false);
      setHistogram(await api.histogram({ ...filtersOf(view), ...range, buckets: 80 }, abort.signal));
    };
    load().catch((cause) => {
      if (!abort.signal.aborted) setLoading(false);
      failed(cause);
    });
    return () => abort.abort();
  }, [api, key, round, failed]);

  useEffect(() => {
    if (!error || (error.status !== 503 && error.status !== 0)) return;
    const timer = setTimeout(() => setRound((value) => value + 1), RETRY_MS);
    return () => clearTimeout(timer);
  }, [error]);

  const loadMore = useCallback(() => {
    if (!loaded?.marker || loadingMore) return;
    const { signal } = running.current ?? new AbortController();
    setLoadingMore(true);
    api
      .traces({ ...filters.current, ...loaded.range, limit: PAGE, next: loaded.marker }, signal)
      .then((page) =>
        // Asked for twice before it was drawn that it is on its way, a page is still taken once.
        setLoaded((current) =>
          current?.marker === loaded.marker
            ? { ...current, pages: [...current.pages, page.traces], marker: page.meta_data.marker }
            : current,
        ),
      )
      .catch(failed)
      .finally(() => setLoadingMore(false));
  }, [api, loaded, loadingMore, failed]);

  const prepend = useCallback((traces: Trace[]) => {
    if (traces.length === 0) return;
    setLoaded((current) => current && { ...current, pages: [traces, ...current.pages] });
    setWaiting([]);
  }, []);

  // Live: ask for what is newer than the newest, and put it on top unless the reader would lose the place.
  useEffect(() => {
    if (!view.live || !canBeLive(view) || !loaded) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const known = new Set([...waiting, ...loaded.pages.flat()].map((trace) => trace.trace_id));
      const range = resolveRange(view.range, Date.now());
      try {
        const page = await api.traces({ ...filters.current, ...range, limit: 200 }, abort.signal);
        const fresh = page.traces.filter((trace) => !known.has(trace.trace_id));
        if (holdBack) setWaiting((current) => [...fresh, ...current]);
        else prepend([...fresh, ...waiting]);
        if (fresh.length > 0)
          setHistogram(await api.histogram({ ...filtersOf(view), ...range, buckets: 80 }, abort.signal));
        if (fresh.length === 0 || holdBack) setLoaded((current) => current && { ...current });
      } catch (cause) {
        failed(cause);
      }
    }, LIVE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [api, view, loaded, waiting, holdBack, prepend, failed]);

  const now = useRef<Left>(undefined);
  now.current = { key: place, loaded, histogram, scroll: now.current?.scroll ?? 0 };
  useLayoutEffect(() => {
    const look = () => {
      if (now.current) now.current.scroll = scrollY;
    };
    addEventListener('scroll', look, { passive: true });
    return () => {
      removeEventListener('scroll', look);
      left = now.current;
    };
  }, []);
  useLayoutEffect(() => {
    if (back) scrollTo({ top: back.scroll });
  }, [back]);

  const pages = loaded?.pages ?? [];
  return {
    pages,
    count: pages.reduce((sum, page) => sum + page.length, 0),
    loading,
    loadingMore,
    more: loaded?.marker != null,
    error,
    histogram,
    range: loaded?.range,
    fresh: waiting.length,
    loadMore,
    refresh: () => setRound((value) => value + 1),
    showFresh: () => prepend(waiting),
  };
}
