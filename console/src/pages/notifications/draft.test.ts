import { expect, test } from 'vitest';
import type { Notification } from '../../api/types.ts';
import { draftOf } from './draft.ts';

const notification = (is_support_filter: boolean) =>
  ({
    notification_name: 'deletions',
    operation_type: 'complete',
    filter: { condition: 'OR', is_support_filter, rule: ['code != 200', 'resource_name=a = b'] },
  }) as Notification;

test('comparisons of a filter are taken apart, also where the value looks like one', () => {
  expect(draftOf(notification(true))).toMatchObject({
    join: 'OR',
    comparisons: [
      { field: 'code', operator: '!=', value: '200' },
      { field: 'resource_name', operator: '=', value: 'a = b' },
    ],
  });
});

test('a filter that is switched off is none', () => {
  expect(draftOf(notification(false)).comparisons).toEqual([]);
});
