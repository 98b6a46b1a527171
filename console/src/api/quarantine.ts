import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { Follower, QuarantineQuery } from './types.ts';

export const listQuarantined = ({ calls }: Api, query: QuarantineQuery, signal?: AbortSignal) =>
  dataOf(calls.GET('/v3/quarantine', { params: { query }, signal }));

/** With its line, as it stands in the journal. */
export const findQuarantined = ({ calls }: Api, id: string, signal?: AbortSignal) =>
  dataOf(calls.GET('/v3/quarantine/{id}', { params: { path: { id } }, signal }));

/** What is to be processed once more: one, or all of a follower, or all. */
export interface Replayed {
  id?: string | undefined;
  follower?: Follower | undefined;
}

/** @returns how many are on their way */
export const replayQuarantined = async ({ calls }: Api, body: Replayed): Promise<number> =>
  (await dataOf(calls.POST('/v3/quarantine/replay', { body }))).traces;
