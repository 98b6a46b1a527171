import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { Answer } from './types.ts';

export type IngestKey = Answer<'/v3/{project_id}/ingest-keys'>['ingest_keys'][number];
export type AccessKey = Answer<'/v3.0/OS-CREDENTIAL/credentials'>['credentials'][number];
export type Role = Answer<'/v3.0/OS-ROLE/roles'>['roles'][number];
export type Policy = Role['policy'];

export const listIngestKeys = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/ingest-keys', { params: { path }, signal }))).ingest_keys;

export const createIngestKey = ({ calls, path }: Api, name: string, source?: string) =>
  dataOf(calls.POST('/v3/{project_id}/ingest-keys', { params: { path }, body: { name, source } }));

export const revokeIngestKey = ({ calls, path }: Api, key_id: string) =>
  calls.DELETE('/v3/{project_id}/ingest-keys/{key_id}', { params: { path: { ...path, key_id } } });

export const listAccessKeys = async ({ calls }: Api, user_id: string, signal?: AbortSignal) => {
  const params = { query: { user_id } };
  return (await dataOf(calls.GET('/v3.0/OS-CREDENTIAL/credentials', { params, signal }))).credentials;
};

/** The answer holds the secret, this once. */
export const createAccessKey = async ({ calls }: Api, user_id: string, description: string) => {
  const body = { credential: { user_id, description } };
  return (await dataOf(calls.POST('/v3.0/OS-CREDENTIAL/credentials', { body }))).credential;
};

export const changeAccessKey = ({ calls }: Api, access: string, status: 'active' | 'inactive') =>
  dataOf(
    calls.PUT('/v3.0/OS-CREDENTIAL/credentials/{access}', {
      params: { path: { access } },
      body: { credential: { status } },
    }),
  );

export const removeAccessKey = ({ calls }: Api, access: string) =>
  calls.DELETE('/v3.0/OS-CREDENTIAL/credentials/{access}', { params: { path: { access } } });

export const createPolicy = (
  { calls }: Api,
  role: { display_name: string; description: string; policy: Policy },
) => dataOf(calls.POST('/v3.0/OS-ROLE/roles', { body: { role } }));

export const changePolicy = (
  { calls }: Api,
  role_id: string,
  role: { description: string; policy: Policy },
) => dataOf(calls.PATCH('/v3.0/OS-ROLE/roles/{role_id}', { params: { path: { role_id } }, body: { role } }));

export const removePolicy = ({ calls }: Api, role_id: string) =>
  calls.DELETE('/v3.0/OS-ROLE/roles/{role_id}', { params: { path: { role_id } } });

/** Actions that the user may do in the project. */
export const listRights = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/rights', { params: { path }, signal }))).actions;
