import { expect, test } from 'vitest';
import type { Trace } from '../../api/types.ts';
import { changesOf, membersOf } from './changes.ts';

const operation = (trace_id: string, request: unknown, trace_rating = 'normal') =>
  ({ trace_id, trace_rating, request }) as Trace;

test('a change is told with the value before and after; what was not named before as not set', () => {
  const changes = changesOf([
    operation('create', '{"server":{"name":"web-1","flavor":"s3.large"}}'),
    operation('rename', { server: { name: 'web-2', flavor: 's3.large', tags: [{ key: 'a' }] } }),
  ]);
  expect([...changes.keys()]).toEqual(['rename']);
  expect(changes.get('rename')).toEqual([
    { path: 'server.name', before: 'web-1', after: 'web-2' },
    { path: 'server.tags[0].key', before: undefined, after: 'a' },
  ]);
});

test('what did not succeed changes nothing', () => {
  const changes = changesOf([
    operation('create', { size: 10 }),
    operation('refused', { size: 99 }, 'warning'),
    operation('extend', { size: 20 }),
  ]);
  expect([...changes]).toEqual([['extend', [{ path: 'size', before: '10', after: '20' }]]]);
});

test('bodies that are no JSON objects have no members, and huge ones are not walked to their end', () => {
  for (const request of [undefined, '', 'name=web', 'null', '17', null])
    expect(membersOf(request).size).toBe(0);
  expect(membersOf(Array.from({ length: 10_000 }, (_, index) => index)).size).toBe(500);
});
