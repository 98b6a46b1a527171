import { expect, test } from 'vitest';
import type { Notification } from '../../api/types.ts';
import { draftOf, hasOpenConditions, previewOf } from './draft.ts';

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

test('a new one that begins with a query asks it of all operations, and is open while it cannot be read', () => {
  const draft = draftOf(undefined, 'user:jane');
  expect(previewOf(draft)).toEqual({ operation_type: 'complete', query: 'user:jane' });
  expect(hasOpenConditions(draft)).toBe(false);
  expect(hasOpenConditions({ ...draft, query: 'user:' })).toBe(true);
});

test('one that has no query is not given one', () => {
  expect(draftOf(notification(true), 'user:jane').query).toBe('');
  expect(draftOf({ ...notification(true), query: 'user:eve' }, '')).toMatchObject({ query: 'user:eve' });
});
