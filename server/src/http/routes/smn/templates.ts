import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { TEMPLATE_PROTOCOLS, type Template } from '../../../smn/index.ts';
import { about } from '../../audit.ts';
import { Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { smnTime } from './fields.ts';
import { PAGE } from './paging.ts';
import { Done, idOf, RequestId, SmnProject, smn } from './smn-route.ts';

const TemplateName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
  errorCode: 'SMN.0032',
  rule: 'must hold 1 to 64 of letters, digits, "-" and "_", and begin with a letter or digit',
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

/** Templates of messages (`docs/reference/smn-api.md` 6). */
export const templateRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { templates }) => {
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
      const id = await templates.create(request.params.project_id, name, protocol, content);
      about(request, { resourceId: id });
      return reply.code(201).send({ ...idOf(request), message_template_id: id });
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
      const asked = { name, protocol, offset, limit };
      const { count, templates: page } = await templates.page(request.params.project_id, asked);
      return { ...idOf(request), message_template_count: count, message_templates: page.map(view) };
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
