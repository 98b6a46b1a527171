import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { refuseUnknown } from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { HeaderSchema } from './extension.ts';
import { idOf, RequestId, smn, TopicPath } from './smn-route.ts';

const REACHED = 0;
const UNDER_WAY = 1;
const NOT_REACHED = 2;

/** Whether an endpoint of HTTP(S) can be reached (`docs/reference/smn-api.md` 3). */
export const detectionRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { topics, detections, publicUrl },
) => {
  server.post(
    '/v2/:project_id/notifications/topics/:topic_urn/detection',
    {
      config: smn('smn:topic:update', 'topic', 'publishHttpDetect'),
      schema: {
        summary: 'Try whether an endpoint can be reached, with one request',
        tags: ['smn subscriptions'],
        params: TopicPath,
        body: Type.Object({
          protocol: Type.Enum(['http', 'https'], { errorCode: 'SMN.0011' }),
          endpoint: Type.String({ maxLength: 2048, errorCode: 'SMN.0012', hidden: 'address' }),
          extension: Type.Optional(
            Type.Object({ header: Type.Optional(HeaderSchema) }, { errorCode: 'SMN.0012' }),
          ),
        }),
        response: { 200: Type.Object({ ...RequestId, task_id: Type.String() }) },
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      const topic = await topics.get(ownerOf(principal), params.topic_urn);
      about(request, { resourceId: topic.urn, resourceName: topic.name });
      const { protocol, endpoint, extension = {} } = body;
      refuseUnknown(extension, ['header']);
      const { header = {} } = extension;
      const tried = { protocol, endpoint, header };
      return {
        ...idOf(request),
        task_id: await detections.begin(topic, principal.domainId, tried, publicUrl()),
      };
    },
  );

  server.get(
    '/v2/:project_id/notifications/topics/:topic_urn/detection/:task_id',
    {
      config: smn('smn:topic:list'),
      schema: {
        summary: 'What came of trying an endpoint; known for an hour',
        tags: ['smn subscriptions'],
        params: Type.Interface([TopicPath], { task_id: Type.String({ maxLength: 64 }) }),
        response: {
          200: Type.Object({
            ...RequestId,
            status: Type.Integer({
              description: '0 it can be reached, 1 it is being tried, 2 it cannot',
            }),
            detail: Type.Optional(
              Type.Object({
                httpCode: Type.Integer({
                  description: 'Of the answer; 0: it was not sent, -1: no answer came',
                }),
                httpResponse: Type.String({ description: 'What went wrong, or the beginning of a refusal' }),
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { topic_urn, task_id } = request.params;
      const topic = await topics.get(ownerOf(request.principal), topic_urn);
      const detected = detections.resultOf(topic, task_id);
      if (detected === undefined) throw ERRORS.noSuchDetection(task_id);
      if (detected === null) return { ...idOf(request), status: UNDER_WAY };
      const { code, answer, reached } = detected;
      return {
        ...idOf(request),
        status: reached ? REACHED : NOT_REACHED,
        detail: { httpCode: code, httpResponse: answer },
      };
    },
  );
};
