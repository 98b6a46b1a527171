import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { Answer } from './types.ts';

export type SavedSearch = Answer<'/v3/{project_id}/saved-searches'>['saved_searches'][number];

export const listSavedSearches = async ({ calls, path }: Api, signal?: AbortSignal): Promise<SavedSearch[]> =>
  (await dataOf(calls.GET('/v3/{project_id}/saved-searches', { params: { path }, signal }))).saved_searches;

export async function saveSearch(
  { calls, path }: Api,
  body: Pick<SavedSearch, 'name' | 'view' | 'shared'>,
): Promise<void> {
  await dataOf(calls.POST('/v3/{project_id}/saved-searches', { params: { path }, body }));
}

export async function removeSavedSearch({ calls, path }: Api, id: string): Promise<void> {
  const params = { path: { ...path, saved_search_id: id } };
  await dataOf(calls.DELETE('/v3/{project_id}/saved-searches/{saved_search_id}', { params }));
}
