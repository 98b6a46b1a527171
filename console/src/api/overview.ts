import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { Answer } from './types.ts';

export type Firsts = Answer<'/v3/{project_id}/traces/firsts'>;

/** What appeared for the first time within the last 24 hours. */
export const listFirsts = ({ calls, path }: Api, signal?: AbortSignal): Promise<Firsts> =>
  dataOf(calls.GET('/v3/{project_id}/traces/firsts', { params: { path }, signal }));
