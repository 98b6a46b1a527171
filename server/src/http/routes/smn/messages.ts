import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS, syntaxReason } from '../../../errors.ts';
import {
  attributesOf,
  isLine,
  isTelephone,
  isText,
  LINE_RULE,
  MessageAttributes,
  MOST_LIVE_S,
  MOST_MESSAGE_BYTES,
  MOST_SMS,
  MOST_SUBJECT,
  type Published,
  TEXT_RULE,
} from '../../../smn/index.ts';
import { type AuditedOperation, about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { idOf, RequestId, SmnProject, smn, TopicPath } from './smn-route.ts';

/** What is sent is between senders and receivers; that it was sent is told. */
const publishing = (resourceType: string, name: string, namedBy?: string) => ({
  ...smn('smn:topic:publish'),
  audit: { service: 'SMN', resourceType, name, namedBy, withoutBody: true } satisfies AuditedOperation,
});

/** Publishing to topics, and text messages to single numbers (`docs/reference/smn-api.md` 5). */
export const messageRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { topics, messages, templates, sendSms },
) => {
  server.post(
    '/v2/:project_id/notifications/topics/:topic_urn/publish',
    {
      config: publishing('topic', 'publishMessage'),
      schema: {
        summary: 'Publish a message; it is accepted, not yet delivered',
        tags: ['smn messages'],
        params: TopicPath,
        body: Type.Object({
          subject: Type.String({
            default: '',
            maxLength: MOST_SUBJECT,
            errorCode: 'SMN.0008',
          }),
          message: Type.Optional(Type.String()),
          message_structure: Type.Optional(
            Type.String({ description: 'JSON text: a message for each protocol, and default' }),
          ),
          message_template_name: Type.Optional(Sought),
          tags: Type.Optional(Type.Record(Type.String(), Type.String())),
          message_attributes: Type.Optional(MessageAttributes),
          time_to_live: Type.String({
            default: '3600',
            pattern: '^[0-9]{1,6}$',
            rule: 'must be the text of seconds, at most 604800',
            description: 'Seconds for which delivery is tried',
          }),
        }),
        response: { 200: Type.Object({ ...RequestId, message_id: Type.String() }) },
      },
    },
    async (request) => {
      const owner = ownerOf(request.principal);
      const topic = await topics.get(owner, request.params.topic_urn);
      about(request, { resourceId: topic.urn, resourceName: topic.name });
      const {
        subject,
        message,
        message_structure,
        message_template_name,
        tags = {},
        message_attributes = [],
        time_to_live,
      } = request.body;
      if (!isLine(subject)) throw ERRORS.smn(400, '0008', `subject must hold ${LINE_RULE}`, 'subject');
      const attributes = attributesOf(message_attributes);
      const live = Number(time_to_live);
      if (live > MOST_LIVE_S) {
        throw ERRORS.smn(
          400,
          '0019',
          `time_to_live is ${time_to_live}; it must be at most ${MOST_LIVE_S}`,
          'time_to_live',
        );
      }
      let content: Published;
      if (message_structure) content = structureOf(message_structure);
      else if (message_template_name)
        content = await templates.fill(owner.projectId, message_template_name, tags);
      else if (message) content = { subject: '', default: message, byProtocol: {} };
      else {
        throw ERRORS.smn(
          403,
          '0009',
          'message is missing; give message, message_structure or message_template_name',
          'message',
        );
      }
      const texts = [content.default, ...Object.values(content.byProtocol)].map((text = '') => text);
      if (!texts.every(isText)) {
        throw ERRORS.smn(400, '0009', `the message must hold ${TEXT_RULE}`, 'message');
      }
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      if (bytes > MOST_MESSAGE_BYTES) {
        throw ERRORS.smn(
          403,
          '0009',
          `the message has ${bytes} bytes; it must have at most 256 kB`,
          'message',
        );
      }
      return {
        ...idOf(request),
        message_id: await messages.publish(topic, { ...content, subject }, live * 1000, attributes),
      };
    },
  );

  server.post(
    '/v2/:project_id/notifications/sms',
    {
      config: publishing('sms', 'publishSms', 'endpoint'),
      schema: {
        summary: 'Send one text message, without a topic; it is tried once',
        tags: ['smn messages'],
        params: SmnProject,
        body: Type.Object({
          endpoint: Type.String({
            maxLength: 32,
            errorCode: 'SMN.0012',
            hidden: 'address',
            description: '"+" and country code, or the national number, digits only',
          }),
          message: Type.String({ minLength: 1, maxLength: MOST_SMS, errorCode: 'SMN.0009' }),
        }),
        response: { 200: Type.Object({ ...RequestId, message_id: Type.String() }) },
      },
    },
    async (request) => {
      const { endpoint, message } = request.body;
      if (!isTelephone(endpoint)) {
        throw ERRORS.smn(400, '0012', 'endpoint must be a telephone number, digits only', 'endpoint');
      }
      if (!isText(message)) throw ERRORS.smn(400, '0009', `message must hold ${TEXT_RULE}`, 'message');
      const { delivered, answer } = await sendSms(endpoint, message);
      if (!delivered) throw ERRORS.smn(503, '0018', `the text message was not sent: ${answer}`);
      return { ...idOf(request), message_id: randomBytes(16).toString('hex') };
    },
  );
};

/** @throws CtsError 400 */
function structureOf(text: string): Published {
  const refuse = (message: string) => ERRORS.smn(400, '0021', message, 'message_structure');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw refuse(`message_structure is no JSON text: ${syntaxReason(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refuse('message_structure must be the text of a JSON object');
  }
  const texts = Object.entries(parsed);
  const bad = texts.find(([, value]) => typeof value !== 'string');
  if (bad) throw refuse(`message_structure.${bad[0]} must be a text`);
  const { default: all, ...byProtocol } = Object.fromEntries(texts) as Record<string, string>;
  if (all === undefined)
    throw refuse('message_structure.default is missing; it is sent where a protocol has no text');
  return { subject: '', default: all, byProtocol };
}
