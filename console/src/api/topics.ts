import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';
import type { Subscriber } from './types.ts';

export const listTopics = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v2/{project_id}/notifications/topics', { params: { path }, signal }))).topics;

export const createTopic = ({ calls, path }: Api, name: string, display_name: string) =>
  dataOf(
    calls.POST('/v2/{project_id}/notifications/topics', {
      params: { path },
      body: { name, display_name, enterprise_project_id: '0' },
    }),
  );

export const removeTopic = ({ calls, path }: Api, topic_urn: string) =>
  calls.DELETE('/v2/{project_id}/notifications/topics/{topic_urn}', {
    params: { path: { ...path, topic_urn } },
  });

/** Protocols by which nothing is delivered until an operator names a gateway. */
export const listWithoutGateway = async ({ calls }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v2/notifications/protocols', { signal }))).without_gateway;

/** How delivery goes for each topic of the project. */
export const listTopicHealth = async ({ calls, path }: Api, signal?: AbortSignal) =>
  (await dataOf(calls.GET('/v3/{project_id}/smn/topics', { params: { path }, signal }))).topics;

/** @param marker `next` of the page before; absent: the first page */
export const listSubscribers = (
  { calls, path }: Api,
  { topic_urn, limit, marker }: { topic_urn: string; limit: number; marker: string | undefined },
  signal?: AbortSignal,
) => {
  const params = { path, query: { topic_urn, limit, marker } };
  return dataOf(calls.GET('/v3/{project_id}/smn/subscriptions', { params, signal }));
};

export type ReceiverForm = NonNullable<Subscriber['extension']['form']>;

export const subscribe = (
  { calls, path }: Api,
  topic_urn: string,
  wanted: { protocol: string; endpoint: string; remark: string; batch: boolean; form: ReceiverForm },
) =>
  dataOf(
    calls.POST('/v2/{project_id}/notifications/topics/{topic_urn}/subscriptions', {
      params: { path: { ...path, topic_urn } },
      body: {
        protocol: wanted.protocol,
        endpoint: wanted.endpoint,
        remark: wanted.remark,
        ...(wanted.batch ? { extension: { batch: { traces: 500, seconds: 2 } } } : {}),
        ...(wanted.form === 'opencts' ? {} : { extension: { form: wanted.form } }),
      },
    }),
  );

export const unsubscribe = ({ calls, path }: Api, subscription_urn: string) =>
  calls.DELETE('/v2/{project_id}/notifications/subscriptions/{subscription_urn}', {
    params: { path: { ...path, subscription_urn } },
  });

export type SubscriberAct = 'pause' | 'resume' | 'confirm-again' | 'test';
export const actOn = ({ calls, path }: Api, subscription_id: string, act: SubscriberAct) =>
  dataOf(
    calls.POST(`/v3/{project_id}/smn/subscriptions/{subscription_id}/${act}`, {
      params: { path: { ...path, subscription_id } },
    }),
  );

/** For a receiver that cannot confirm by itself. */
export const confirmByHand = ({ calls, path }: Api, { subscription_id, endpoint }: Subscriber) =>
  dataOf(
    calls.POST('/v3/{project_id}/smn/subscriptions/{subscription_id}/confirm', {
      params: { path: { ...path, subscription_id } },
      body: { endpoint },
    }),
  );

export const listAttempts = async ({ calls, path }: Api, subscription_id: string, signal?: AbortSignal) => {
  const params = { path: { ...path, subscription_id } };
  const call = calls.GET('/v3/{project_id}/smn/subscriptions/{subscription_id}/attempts', { params, signal });
  return (await dataOf(call)).attempts;
};

export const listDeadLetters = async ({ calls, path }: Api, topic_urn: string, signal?: AbortSignal) => {
  const params = { path, query: { topic_urn, limit: 500 } };
  return (await dataOf(calls.GET('/v3/{project_id}/smn/dead-letters', { params, signal }))).dead_letters;
};

/** @param ids absent: all */
export const replay = ({ calls, path }: Api, ids?: number[]) =>
  dataOf(calls.POST('/v3/{project_id}/smn/dead-letters/replay', { params: { path }, body: { ids } }));

export const discard = ({ calls, path }: Api, ids?: number[]) =>
  dataOf(calls.POST('/v3/{project_id}/smn/dead-letters/discard', { params: { path }, body: { ids } }));
