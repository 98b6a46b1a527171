import type { Parameters } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { nextOf, type Page, type Pages, usePages } from '../../use-pages.ts';
import { resolveRange } from './view-state.ts';

/** Traces by pages: the newest at once, older ones below them when they are asked for. */
export function useTracePages(filters: Parameters, range: string, limit: number): Pages<Trace> {
  const { api } = useConsole();
  const load = async (time: object, next?: string, signal?: AbortSignal): Promise<Page<Trace>> => {
    const { traces, meta_data } = await api.traces({ ...filters, ...time, limit, next }, signal);
    return { items: traces, next: nextOf(meta_data.marker, (marker) => load(time, marker)) };
  };
  return usePages(
    (signal) => load(resolveRange(range, Date.now()), undefined, signal),
    JSON.stringify([filters, range, limit]),
  );
}
