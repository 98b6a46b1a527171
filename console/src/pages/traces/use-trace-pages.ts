import type { Parameters } from '../../api/client.ts';
import type { Trace } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { type Page, type Pages, usePages } from '../../use-pages.ts';
import { resolveRange } from './view-state.ts';

/** Traces by pages: the newest at once, older ones below them when they are asked for. */
export function useTracePages(filters: Parameters, range: string, limit: number): Pages<Trace> {
  const { api } = useConsole();
  const load = async (query: Parameters, signal?: AbortSignal): Promise<Page<Trace>> => {
    const { traces, meta_data } = await api.traces(query, signal);
    const { marker } = meta_data;
    return { items: traces, next: marker === null ? undefined : () => load({ ...query, next: marker }) };
  };
  return usePages(
    (signal) => load({ ...filters, ...resolveRange(range, Date.now()), limit }, signal),
    JSON.stringify([filters, range, limit]),
  );
}
