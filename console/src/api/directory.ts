import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

export const listGroups = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups', { signal }))).groups;

export const listMembers = async ({ calls }: Api, group_id: string, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups/{group_id}/users', { params: { path: { group_id } }, signal }))).users;
