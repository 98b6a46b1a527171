import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

export type KeyChange = 'enable' | 'disable' | 'rotate' | 'cancel-deletion';

export const listKeys = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/keys', { params: { path }, signal }))).keys;

export const createKey = ({ calls, path }: Api, alias: string, description: string) =>
  dataOf(calls.POST('/v3/{project_id}/keys', { params: { path }, body: { alias, description } }));

export const changeKey = ({ calls, path }: Api, key_id: string, change: KeyChange) =>
  dataOf(
    calls.POST(`/v3/{project_id}/keys/{key_id}/${change}`, {
      params: { path: { ...path, key_id } },
    }),
  );

export const scheduleDeletion = ({ calls, path }: Api, key_id: string, pending_days: number) =>
  dataOf(
    calls.POST('/v3/{project_id}/keys/{key_id}/schedule-deletion', {
      params: { path: { ...path, key_id } },
      body: { pending_days },
    }),
  );
