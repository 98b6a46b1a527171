import { dataOf, tracesOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { ChangedNotification, NewNotification, NotificationPreview, Trace } from './types.ts';

export const listNotifications = async ({ calls, path }: Api, signal?: AbortSignal) => {
  const params = { path: { ...path, notification_type: 'smn' as const } };
  const call = calls.GET('/v3/{project_id}/notifications/{notification_type}', { params, signal });
  return (await dataOf(call)).notifications;
};

export const createNotification = ({ calls, path }: Api, body: NewNotification) =>
  dataOf(calls.POST('/v3/{project_id}/notifications', { params: { path }, body }));

export const updateNotification = ({ calls, path }: Api, body: ChangedNotification) =>
  dataOf(calls.PUT('/v3/{project_id}/notifications', { params: { path }, body }));

export const removeNotification = ({ calls, path }: Api, id: string) =>
  calls.DELETE('/v3/{project_id}/notifications', {
    params: { path, query: { notification_id: [id] } },
  });

export const previewNotification = (
  { calls, path }: Api,
  body: NotificationPreview,
  signal?: AbortSignal,
): Promise<{ count: number; traces: Trace[] }> => {
  const options = { params: { path }, body, signal, parseAs: 'text' } as const;
  return tracesOf(dataOf(calls.POST('/v3/{project_id}/notifications/preview', options)));
};

export const listOperations = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/operations/details', { params: { path }, signal }))).operations;

/** Operations that were traced in the days that the trace list keeps. */
export const listTracedOperations = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/traces/operations', { params: { path }, signal }))).operations;
