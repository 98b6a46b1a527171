import { dataOf } from '@opencts/client/api';
import { type Api, headers } from './client.ts';

export const listGroups = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups', { signal }))).groups;

export const listMembers = async ({ calls }: Api, group_id: string, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups/{group_id}/users', { params: { path: { group_id } }, signal }))).users;

export const addMember = ({ calls }: Api, group_id: string, user_id: string) =>
  calls.PUT('/v3/groups/{group_id}/users/{user_id}', { params: { path: { group_id, user_id } }, headers });

export const removeMember = ({ calls }: Api, group_id: string, user_id: string) =>
  calls.DELETE('/v3/groups/{group_id}/users/{user_id}', { params: { path: { group_id, user_id } }, headers });

export const listUsers = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/users', { signal }))).users;

export const listRoles = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/roles', { signal }))).roles;
