import { dataOf, tracesOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { ArchiveFile, Trace, TracePage, TraceParameters } from './types.ts';

type OneFile = Pick<ArchiveFile, 'bucket' | 'key'>;

/** One page of a folder. @param marker of the page before; empty: the first */
export const walk = ({ calls, path }: Api, prefix: string, marker: string, signal?: AbortSignal) =>
  dataOf(
    calls.GET('/v3/{project_id}/archive', {
      params: { path, query: { prefix, marker, limit: 200 } },
      signal,
    }),
  );

export const tracesOfFile = async (
  { calls, path }: Api,
  { bucket, key }: OneFile,
  offset: number,
  signal?: AbortSignal,
): Promise<{ traces: Trace[]; total_count: number }> =>
  tracesOf(
    dataOf(
      calls.GET('/v3/{project_id}/archive/traces', {
        params: { path, query: { bucket, key, offset, limit: 100 } },
        signal,
        parseAs: 'text',
      }),
    ),
  );

export async function checkFile({ calls, path }: Api, { bucket, key }: OneFile) {
  const params = { path, query: { bucket, key } };
  return (await dataOf(calls.GET('/v3/{project_id}/archive/check', { params }))).verdict;
}

export function downloadFile({ calls, path }: Api, { bucket, key }: OneFile): Promise<Blob> {
  const params = { path, query: { bucket, key } };
  const call = calls.GET('/v3/{project_id}/archive/file', { params, parseAs: 'blob' });
  return dataOf(call) as unknown as Promise<Blob>;
}

/** Of digests, and of the evidence log of an account. */
export const publicKeys = ({ calls }: Api, domain_id: string, signal?: AbortSignal) =>
  dataOf(calls.GET('/v3/public-keys', { params: { query: { domain_id } }, signal }));

export const beginSearch = ({ calls, path }: Api, body: TraceParameters) =>
  dataOf(calls.POST('/v3/{project_id}/archive/searches', { params: { path }, body }));

const ofSearch = ({ path }: Api, search_id: string) => ({ path: { ...path, search_id } });

export const findSearch = (api: Api, id: string, signal?: AbortSignal) =>
  dataOf(
    api.calls.GET('/v3/{project_id}/archive/searches/{search_id}', { params: ofSearch(api, id), signal }),
  );

export const cancelSearch = (api: Api, id: string) =>
  dataOf(
    api.calls.POST('/v3/{project_id}/archive/searches/{search_id}/cancel', { params: ofSearch(api, id) }),
  );

export const tracesOfSearch = (
  api: Api,
  id: string,
  next: string | undefined,
  signal?: AbortSignal,
): Promise<TracePage> =>
  tracesOf(
    dataOf(
      api.calls.GET('/v3/{project_id}/archive/searches/{search_id}/traces', {
        params: { ...ofSearch(api, id), query: { limit: 100, next } },
        signal,
        parseAs: 'text',
      }),
    ),
  );

export function exportSearch(api: Api, id: string, time_zone: string): Promise<Blob> {
  const params = { ...ofSearch(api, id), query: { time_zone } };
  const call = api.calls.GET('/v3/{project_id}/archive/searches/{search_id}/export', {
    params,
    parseAs: 'blob',
  });
  return dataOf(call) as unknown as Promise<Blob>;
}
