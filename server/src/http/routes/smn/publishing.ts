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
  TEMPLATE_PROTOCOLS,
  TEXT_RULE,
  type Template,
} from '../../../smn/index.ts';
import { type AuditedOperation, about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import { Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { Done, idOf, PAGE, RequestId, SmnProject, smn, smnTime, TopicPath } from './shared.ts';

const TemplateName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
  errorCode: 'SMN.0032',
  rule: 'must hold 1 to 64 of letters, digits, "-" and "_", and begin with a letter or digit',
});
/** What is sent is between senders and receivers; that it was sent is told. */
const publishing = (resourceType: string, name: string, namedBy?: string) => ({
  ...smn('smn:topic:publish'),
  audit: { service: 'SMN', resourceType, name, namedBy, withoutBody: true } satisfies AuditedOperation,
});

const TemplateView = {
  message_template_id: Type.String(),
  message_template_name: Type.String(),
  protocol: Type.String(),
  tag_names: Type.Array(Type.String()),
  create_time: Type.String(),
  update_time: Type.String(),
};
const view = (template: Template) => ({
  message_template_id: template.id,
  message_template_name: template.name,
  protocol: template.protocol,
  tag_names: template.tags,
  create_time: smnTime(template.createdAt),
  update_time: smnTime(template.updatedAt),
});
const TemplatePath = Type.Interface([SmnProject], { template_id: Type.String({ maxLength: 64 }) });

/** Publishing, and templates for it (`docs/reference/smn-api.md` 5, 6). */
export const publishingRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
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

  server.post(
    '/v2/:project_id/notifications/message_template',
    {
      config: smn(
        'smn:template:create',
        'message_template',
        'createMessageTemplate',
        'message_template_name',
      ),
      schema: {
        summary: 'Create a message template',
        tags: ['smn messages'],
        params: SmnProject,
        body: Type.Object({
          message_template_name: TemplateName,
          content: Type.String(),
          protocol: Type.Enum([...TEMPLATE_PROTOCOLS], { default: 'default', errorCode: 'SMN.0011' }),
        }),
        response: { 201: Type.Object({ ...RequestId, message_template_id: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { message_template_name: name, content, protocol } = request.body;
      const made = await templates.create(request.params.project_id, name, protocol, content);
      about(request, { resourceId: made.id });
      return reply.code(201).send({ ...idOf(request), message_template_id: made.id });
    },
  );

  server.get(
    '/v2/:project_id/notifications/message_template',
    {
      config: smn('smn:template:list'),
      schema: {
        summary: 'List message templates, oldest first',
        tags: ['smn messages'],
        params: SmnProject,
        querystring: Type.Object({
          ...PAGE,
          message_template_name: Type.Optional(Sought),
          protocol: Type.Optional(Sought),
        }),
        response: {
          200: Type.Object({
            ...RequestId,
            message_template_count: Type.Integer(),
            message_templates: Type.Array(Type.Object(TemplateView)),
          }),
        },
      },
    },
    async (request) => {
      const { offset, limit, message_template_name: name, protocol } = request.query;
      const found = (await templates.list(request.params.project_id)).filter(
        (one) => (!name || one.name === name) && (!protocol || one.protocol === protocol),
      );
      const page = found.slice(offset, offset + limit).map(view);
      return { ...idOf(request), message_template_count: found.length, message_templates: page };
    },
  );

  server.get(
    '/v2/:project_id/notifications/message_template/:template_id',
    {
      config: smn('smn:template:list'),
      schema: {
        summary: 'A message template',
        tags: ['smn messages'],
        params: TemplatePath,
        response: { 200: Type.Object({ ...RequestId, ...TemplateView, content: Type.String() }) },
      },
    },
    async (request) => {
      const found = await templates.get(request.params.project_id, request.params.template_id);
      return { ...idOf(request), ...view(found), content: found.content };
    },
  );

  server.put(
    '/v2/:project_id/notifications/message_template/:template_id',
    {
      config: smn('smn:template:update', 'message_template', 'updateMessageTemplate'),
      schema: {
        summary: 'Change the text of a message template',
        tags: ['smn messages'],
        params: TemplatePath,
        body: Type.Object({ content: Type.String() }),
        response: { 200: Done },
      },
    },
    async (request) => {
      const found = await templates.get(request.params.project_id, request.params.template_id);
      about(request, { resourceId: found.id, resourceName: found.name });
      await templates.update(found, request.body.content);
      return idOf(request);
    },
  );

  server.delete(
    '/v2/:project_id/notifications/message_template/:template_id',
    {
      config: smn('smn:template:delete', 'message_template', 'deleteMessageTemplate'),
      schema: {
        summary: 'Delete a message template',
        tags: ['smn messages'],
        params: TemplatePath,
        response: { 200: Done },
      },
    },
    async (request) => {
      const found = await templates.get(request.params.project_id, request.params.template_id);
      about(request, { resourceId: found.id, resourceName: found.name });
      await templates.remove(found);
      return idOf(request);
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
