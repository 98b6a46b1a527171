import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

export type User = Awaited<ReturnType<typeof listUsers>>[number];
export type Group = Awaited<ReturnType<typeof listGroups>>[number];
/** Where a role of a group holds: in one project, or on the account itself. */
export type Scope = { kind: 'projects' | 'domains'; id: string };

export const listGroups = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups', { signal }))).groups;

export const createGroup = ({ calls }: Api, name: string, description: string) =>
  dataOf(calls.POST('/v3/groups', { body: { group: { name, description } } }));

export const changeGroup = ({ calls }: Api, group_id: string, description: string) =>
  dataOf(
    calls.PATCH('/v3/groups/{group_id}', {
      params: { path: { group_id } },
      body: { group: { description } },
    }),
  );

export const deleteGroup = ({ calls }: Api, group_id: string) =>
  calls.DELETE('/v3/groups/{group_id}', { params: { path: { group_id } } });

export const listMembers = async ({ calls }: Api, group_id: string, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/groups/{group_id}/users', { params: { path: { group_id } }, signal }))).users;

export const addMember = ({ calls }: Api, group_id: string, user_id: string) =>
  calls.PUT('/v3/groups/{group_id}/users/{user_id}', { params: { path: { group_id, user_id } } });

export const removeMember = ({ calls }: Api, group_id: string, user_id: string) =>
  calls.DELETE('/v3/groups/{group_id}/users/{user_id}', { params: { path: { group_id, user_id } } });

export const listUsers = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/users', { signal }))).users;

export const createUser = async (
  { calls }: Api,
  user: { name: string; password: string; description: string },
) => (await dataOf(calls.POST('/v3/users', { body: { user } }))).user;

export const changeUser = (
  { calls }: Api,
  user_id: string,
  user: { description?: string; enabled?: boolean; password?: string },
) => dataOf(calls.PATCH('/v3/users/{user_id}', { params: { path: { user_id } }, body: { user } }));

export const deleteUser = ({ calls }: Api, user_id: string) =>
  calls.DELETE('/v3/users/{user_id}', { params: { path: { user_id } } });

/** Of the signed-in user, who has to know the one that held until now. */
export const changeOwnPassword = (
  { calls }: Api,
  user_id: string,
  original_password: string,
  password: string,
) =>
  calls.POST('/v3/users/{user_id}/password', {
    params: { path: { user_id } },
    body: { user: { password, original_password } },
  });

export const listGroupsOf = async ({ calls }: Api, user_id: string, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/users/{user_id}/groups', { params: { path: { user_id } }, signal }))).groups;

export const listRoles = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/roles', { signal }))).roles;

export const listGranted = async ({ calls }: Api, group_id: string, scope: Scope, signal?: AbortSignal) =>
  (
    await dataOf(
      calls.GET(`/v3/${scope.kind}/{scope_id}/groups/{group_id}/roles`, {
        params: { path: { scope_id: scope.id, group_id } },
        signal,
      }),
    )
  ).roles;

export const grantRole = ({ calls }: Api, group_id: string, role_id: string, scope: Scope) =>
  calls.PUT(`/v3/${scope.kind}/{scope_id}/groups/{group_id}/roles/{role_id}`, {
    params: { path: { scope_id: scope.id, group_id, role_id } },
  });

export const revokeRole = ({ calls }: Api, group_id: string, role_id: string, scope: Scope) =>
  calls.DELETE(`/v3/${scope.kind}/{scope_id}/groups/{group_id}/roles/{role_id}`, {
    params: { path: { scope_id: scope.id, group_id, role_id } },
  });
