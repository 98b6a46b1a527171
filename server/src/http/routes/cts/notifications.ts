import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import {
  ChangedNotification,
  checkAmounts,
  MOST_NOTIFICATIONS,
  NewNotification,
  Notification,
  NotificationPreview,
  parseCondition,
  parseRuleQuery,
} from '../../../notifications/index.ts';
import { exactJson, Trace } from '../../../traces/index.ts';
import { about } from '../../audit.ts';
import { tracesFor } from '../../caller.ts';
import { ownerOf } from '../../owner.ts';
import { NoBody, ProjectPath, Sought } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const DAY = 86_400_000;
const PREVIEWED = 20;
/** Characters of ids that are separated by commas: of as many notifications as there can be. */
const MAX_IDS = 8192;

const operation = (name: string) => ({ service: 'CTS' as const, resourceType: 'notification', name });

/** Key event notifications of CTS v3. */
export const notificationRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { notifications, store, clock, config },
) => {
  server.post(
    '/v3/:project_id/notifications',
    {
      config: {
        action: 'cts:notification:create',
        audit: { ...operation('createNotification'), namedBy: 'notification_name' },
      },
      schema: {
        summary: 'Create a key event notification',
        tags: ['notifications'],
        params: ProjectPath,
        body: NewNotification,
        response: { 201: Notification },
      },
    },
    async (request, reply) => {
      const made = await notifications.create(ownerOf(request.principal), request.body);
      about(request, { resourceId: made.notification_id });
      return reply.code(201).send(made);
    },
  );

  server.post(
    '/v3/:project_id/notifications/preview',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'Traces of the last days that a notification would have told, newest first',
        tags: ['notifications'],
        params: ProjectPath,
        body: NotificationPreview,
        response: { 200: Type.Object({ count: Type.Integer(), traces: Type.Array(Trace) }) },
      },
      // Traces carry members that no schema knows.
      serializerCompiler: () => exactJson,
    },
    async ({ params, body }, reply) => {
      checkAmounts(body);
      const { operation_type, operations = [], notify_user_list = [], filter, query = '' } = body;
      const users = notify_user_list.flatMap(({ user_list }) => user_list);
      const rules = filter?.is_support_filter ? filter.rule : [];
      const to = clock() + 1;
      const wanted = {
        projectId: params.project_id,
        from: to - config.retentionDays * DAY,
        to,
        ...(operation_type === 'complete'
          ? {}
          : {
              operations: operations.flatMap(({ service_type, resource_type, trace_names }) =>
                trace_names.map((name): [string, string, string] => [service_type, resource_type, name]),
              ),
            }),
        ...(users.length > 0 ? { users } : {}),
        conditions: {
          any: filter?.condition === 'OR',
          all: rules.map((text, index) => parseCondition(text, `filter.rule.${index}`)),
        },
        query: parseRuleQuery(query),
      };
      if (wanted.operations?.length === 0) return { count: 0, traces: [] };
      const traces = tracesFor(store, reply);
      const [page, bars] = await Promise.all([
        traces.page(wanted, PREVIEWED),
        traces.histogram(wanted, 7 * DAY),
      ]);
      const count = bars.reduce((sum, { normal, warning, incident }) => sum + normal + warning + incident, 0);
      return { count, traces: page.traces };
    },
  );

  server.put(
    '/v3/:project_id/notifications',
    {
      config: { action: 'cts:notification:update', audit: operation('updateNotification') },
      schema: {
        summary:
          'Change a key event notification; operations, users and filter are replaced, query, topic and agency stay where absent',
        tags: ['notifications'],
        params: ProjectPath,
        body: ChangedNotification,
        response: { 200: Notification },
      },
    },
    async (request) => {
      const { body } = request;
      const owner = ownerOf(request.principal);
      const before = await notifications.find(owner, body);
      const { notification_id: id } = before ?? body;
      about(request, { resourceId: id, resourceName: body.notification_name });
      const after = await notifications.update(owner, body);
      if (before && onlyStatusChanged(before, after)) about(request, { name: 'updateNotificationStatus' });
      return after;
    },
  );

  server.delete(
    '/v3/:project_id/notifications',
    {
      config: { action: 'cts:notification:delete', audit: operation('deleteNotification') },
      schema: {
        summary: 'Delete key event notifications',
        tags: ['notifications'],
        params: ProjectPath,
        querystring: Type.Object({
          notification_id: Type.Array(Type.String({ maxLength: MAX_IDS }), {
            maxItems: MOST_NOTIFICATIONS,
            description: 'One or more, separated by commas or given several times',
          }),
        }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const owner = ownerOf(request.principal);
      const ids = request.query.notification_id
        .flatMap((text) => text.replace(/^"(.*)"$/, '$1').split(','))
        .map((id) => id.trim())
        .filter((id) => id !== '');
      if (ids.length === 0) throw ERRORS.invalidBody('notification_id', 'notification_id is empty');
      const known = (await notifications.heads(owner)).filter((one) => ids.includes(one.id));
      about(request, {
        resourceId: ids.join(',').slice(0, 1024),
        resourceName: known
          .map((one) => one.name)
          .join(',')
          .slice(0, 1024),
      });
      await notifications.remove(owner, ids);
      const unknown = ids.filter((id) => !known.some((one) => one.id === id));
      if (unknown.length > 0) throw ERRORS.noSuchNotification(unknown.join(', '));
      return reply.code(204).send();
    },
  );

  server.get(
    '/v3/:project_id/notifications/:notification_type',
    {
      config: { action: 'cts:notification:list' },
      schema: {
        summary: 'List key event notifications',
        tags: ['notifications'],
        params: Type.Interface([ProjectPath], {
          notification_type: Type.Enum(['smn', 'fun'], { errorCode: 'CTS.0410' }),
        }),
        querystring: Type.Object({ notification_name: Type.Optional(Sought) }),
        response: { 200: Type.Object({ notifications: Type.Array(Notification) }) },
      },
    },
    async ({ principal, params, query }) => {
      const found = await notifications.list(ownerOf(principal), {
        type: params.notification_type,
        ...(query.notification_name ? { name: query.notification_name } : {}),
      });
      if (query.notification_name && found.length === 0) {
        throw ERRORS.noSuchNotification(query.notification_name);
      }
      return { notifications: found };
    },
  );
};

function onlyStatusChanged(before: Notification, after: Notification): boolean {
  return (
    before.status !== after.status &&
    JSON.stringify({ ...before, status: '' }) === JSON.stringify({ ...after, status: '' })
  );
}
