import { dataOf } from '@opencts/client/api';
import type { Api, Parameters } from './client.ts';
import type { Answer } from './types.ts';

export type Firsts = Answer<'/v3/{project_id}/traces/firsts'>;

/** What appeared for the first time within the last 24 hours; of given users, what is new to them. */
export const listFirsts = (
  { calls, path }: Api,
  signal?: AbortSignal,
  query: Pick<Parameters, 'trace_type' | 'user'> = {},
): Promise<Firsts> =>
  dataOf(calls.GET('/v3/{project_id}/traces/firsts', { params: { path, query }, signal }));
