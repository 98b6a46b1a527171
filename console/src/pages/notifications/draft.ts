import { parseQuery, QueryProblem } from '@opencts/client/query';
import type {
  ChangedNotification,
  NewNotification,
  Notification,
  NotificationPreview,
} from '../../api/types.ts';

/** An operation, by what makes it one. */
export interface OperationKey {
  service_type: string;
  resource_type: string;
  trace_name: string;
}

export const keyOf = ({ service_type, resource_type, trace_name }: OperationKey) =>
  `${service_type}/${resource_type}/${trace_name}`;

export interface Comparison {
  field: string;
  operator: '=' | '!=';
  value: string;
}

/** A user whose operations are told, as a member of a group. */
export interface Member {
  group: string;
  user: string;
}

/** A notification as it stands in the form. */
export interface Draft {
  name: string;
  kind: 'customized' | 'complete';
  operations: OperationKey[];
  everybody: boolean;
  users: Member[];
  join: 'AND' | 'OR';
  comparisons: Comparison[];
  query: string;
  topic: string;
}

/** A part of the form. */
export interface FieldProps {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
}

/** A part of a step that can be left unfinished. */
export interface StepProps extends FieldProps {
  /** Whether what is unfinished is told. */
  told: boolean;
}

/** @param notification absent: a new one, which has the query or, if there is none, chosen operations */
export function draftOf(notification: Notification | undefined, query = ''): Draft {
  const users = (notification?.notify_user_list ?? []).flatMap(({ user_group: group, user_list }) =>
    user_list.map((user) => ({ group, user })),
  );
  // One that is switched off tells everything: to show it as if it held would narrow what is told.
  const filter = notification?.filter?.is_support_filter ? notification.filter : undefined;
  return {
    name: notification?.notification_name ?? '',
    kind: notification?.operation_type ?? (query === '' ? 'customized' : 'complete'),
    operations: (notification?.operations ?? []).flatMap(({ service_type, resource_type, trace_names }) =>
      trace_names.map((trace_name) => ({ service_type, resource_type, trace_name })),
    ),
    everybody: users.length === 0,
    users,
    join: filter?.condition ?? 'AND',
    comparisons: (filter?.rule ?? []).map((rule) => {
      const [, field = '', operator, value = ''] = /^\s*([^!=]*?)\s*(!?=)\s*(.*?)\s*$/s.exec(rule) ?? [];
      return { field, operator: operator === '!=' ? '!=' : '=', value };
    }),
    query: notification ? (notification.query ?? '') : query,
    topic: notification?.topic_id ?? '',
  };
}

export const lacksOperations = ({ kind, operations }: Draft) =>
  kind === 'customized' && operations.length === 0;

export const lacksUsers = ({ kind, everybody, users }: Draft) =>
  kind === 'customized' && !everybody && users.length === 0;

export const lacksValue = ({ value }: Comparison) => value.trim() === '';

/** What is wrong with its query. */
export function queryProblem({ query }: Draft): string | undefined {
  try {
    parseQuery(query, Date.now());
    return undefined;
  } catch (error) {
    if (error instanceof QueryProblem) return error.message;
    throw error;
  }
}

/** Without what is open it would tell more than is meant. */
export const hasOpenConditions = (draft: Draft) =>
  lacksUsers(draft) || draft.comparisons.some(lacksValue) || queryProblem(draft) !== undefined;

/** The first step that is unfinished; the service judges the last. */
export function openStepOf(draft: Draft): 0 | 1 | 2 {
  if (lacksOperations(draft)) return 0;
  return hasOpenConditions(draft) ? 1 : 2;
}

/** What it looks for, as the service takes it. */
export function previewOf(draft: Draft): NotificationPreview {
  const byResource = new Map<
    string,
    { service_type: string; resource_type: string; trace_names: string[] }
  >();
  for (const { service_type, resource_type, trace_name } of draft.operations) {
    const key = `${service_type}\n${resource_type}`;
    const known = byResource.get(key) ?? { service_type, resource_type, trace_names: [] };
    byResource.set(key, known);
    known.trace_names.push(trace_name);
  }
  const chosen = draft.kind === 'customized';
  const byGroup = new Map<string, Set<string>>();
  for (const { group, user } of draft.users) {
    byGroup.set(group, (byGroup.get(group) ?? new Set()).add(user));
  }
  const rule = draft.comparisons.map(({ field, operator, value }) => `${field} ${operator} ${value.trim()}`);
  return {
    operation_type: draft.kind,
    ...(chosen ? { operations: [...byResource.values()] } : {}),
    ...(chosen && !draft.everybody
      ? {
          notify_user_list: [...byGroup].map(([user_group, users]) => ({
            user_group,
            user_list: [...users],
          })),
        }
      : {}),
    ...(rule.length > 0 ? { filter: { condition: draft.join, is_support_filter: true, rule } } : {}),
    query: draft.query.trim(),
  };
}

export const requestOf = (draft: Draft): NewNotification => ({
  notification_name: draft.name,
  ...previewOf(draft),
  topic_id: draft.topic,
});

/** A notification as it is, to be sent with a change. */
export const changeOf = ({
  notification_type,
  project_id,
  domain_id,
  create_time,
  agency_name,
  ...rest
}: Notification): ChangedNotification => rest;
