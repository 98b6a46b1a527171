import { expect, test } from 'vitest';
import { offersFor, typedOf } from './completion.ts';

test.each([
  ['', '', '', '', undefined],
  ['ja', '', '', 'ja', undefined],
  ['a -(na', 'a -(', '', 'na', undefined],
  ['a -user:ja', 'a -', 'user:', 'ja', 'user'],
  ['user.name:', '', 'user.name:', '', 'user'],
  ['x source:', 'x ', 'source:', '', 'service_type'],
  ['request.server.id:1', '', 'request.server.id:', '1', undefined],
  ['nothing:', '', 'nothing:', '', undefined],
  ['a ', 'a ', '', '', undefined],
] as const)('%s', (query, before, field, text, facet) => {
  expect(typedOf(query)).toEqual({ before, field, text, facet });
});

test('fields are offered by any of their names, values with their counts', () => {
  expect(offersFor(typedOf('x -na'), [])).toEqual([
    { name: 'trace_name', label: 'name:', value: 'x -name:' },
  ]);
  expect(offersFor(typedOf('service_'), []).map(({ value }) => value)).toEqual(['source:']);
  const values = [
    { value: 'Jane Doe', count: 5, first_time: 0, last_time: 0 },
    { value: 'bert', count: 1, first_time: 0, last_time: 0 },
  ];
  expect(offersFor(typedOf('x -user:jan'), values)).toEqual([
    { label: 'Jane Doe', count: 5, value: 'x -user:"Jane Doe" ' },
  ]);
  expect(offersFor(typedOf('status:'), []).map(({ value }) => value)).toEqual([
    'status:failed ',
    'status:normal ',
    'status:warning ',
    'status:incident ',
  ]);
});
