import { type Query, QueryProblem } from '@opencts/client/query';
import Type from 'typebox';
import { readerOf, type Stored } from '../metadata/index.ts';
import { toldProblem } from '../query/index.ts';
import { parseCondition } from './conditions.ts';
import { readRuleQuery } from './rule-query.ts';
import type { NotificationSettings } from './settings.ts';

const readShape = readerOf(
  Type.Object({
    operation_type: Type.Enum(['complete', 'customized']),
    operations: Type.Optional(
      Type.Array(
        Type.Object({
          service_type: Type.String(),
          resource_type: Type.String(),
          trace_names: Type.Array(Type.String()),
        }),
      ),
    ),
    notify_user_list: Type.Optional(
      Type.Array(Type.Object({ user_group: Type.String(), user_list: Type.Array(Type.String()) })),
    ),
    filter: Type.Optional(
      Type.Object({
        condition: Type.Enum(['AND', 'OR']),
        is_support_filter: Type.Boolean(),
        rule: Type.Array(Type.String()),
      }),
    ),
    topic_id: Type.Optional(Type.String()),
    agency_name: Type.Optional(Type.String()),
  }),
);

/** What is kept of a notification. One that cannot be read tells nobody. */
export function readSettings(text: string): Stored<NotificationSettings> {
  const stored = readShape(text);
  if (stored.problem !== undefined) return stored;
  const { filter } = stored.value;
  try {
    for (const [index, rule] of filter?.rule.entries() ?? []) parseCondition(rule, `filter.rule.${index}`);
  } catch (error) {
    return { problem: (error as Error).message };
  }
  return { value: { topic_id: '', agency_name: '', ...stored.value } };
}

/** The query of a notification; undefined: it has none. One whose query cannot be read tells nobody. */
export function readQuery(text: string): Stored<Query | undefined> {
  if (text === '') return { value: undefined };
  try {
    return { value: readRuleQuery(text) };
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    return { problem: `query ${toldProblem(text, error)}` };
  }
}
