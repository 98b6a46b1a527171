import { expect, test } from 'vitest';
import type { Trace } from '../../api/types.ts';
import { changesOf, membersOf } from './changes.ts';

const operation = (trace_id: string, request: unknown, change: Partial<Trace> = {}) =>
  ({ trace_id, trace_name: 'updateServer', trace_rating: 'normal', request, ...change }) as Trace;

/** Changes of the second of two operations. */
const between = (before: unknown, after: unknown, trace_name = 'updateServer') =>
  changesOf([operation('before', before), operation('after', after, { trace_name })]).get('after') ?? [];

test('a change is told with the value before and after; what no request had named as named', () => {
  const changes = changesOf([
    operation('create', '{"server":{"name":"web-1","flavor":"s3.large"}}'),
    operation('rename', { server: { name: 'web-2', flavor: 's3.large', tags: [{ key: 'a' }] } }),
  ]);
  expect([...changes.keys()]).toEqual(['rename']);
  expect(changes.get('rename')).toEqual([
    { path: 'server.name', kind: 'changed', before: 'web-1', after: 'web-2' },
    { path: 'server.tags[0].key', kind: 'named', after: 'a' },
  ]);
});

test('what did not succeed changes nothing', () => {
  const changes = changesOf([
    operation('create', { size: 10 }),
    operation('refused', { size: 99 }, { trace_rating: 'warning' }),
    operation('extend', { size: 20 }),
  ]);
  expect([...changes]).toEqual([['extend', [{ path: 'size', kind: 'changed', before: '10', after: '20' }]]]);
});

test.each([
  ['what says that it only reads', { trace_name: 'inspectServer', read_only: true }],
  ['what is called like it, and says nothing', { trace_name: 'GetBucketAcl' }],
])('%s changes nothing', (_what, read) => {
  const changes = changesOf([
    operation('create', { size: 10 }),
    operation('read', { size: 99, bucketName: 'b' }, read),
    operation('extend', { size: 20 }, { trace_name: 'GetWell', read_only: false }),
  ]);
  expect([...changes]).toEqual([['extend', [{ path: 'size', kind: 'changed', before: '10', after: '20' }]]]);
});

test('null takes a member away with everything beneath it; a member that is not named stays', () => {
  expect(between({ a: 1, b: { c: '2', d: ['3'] }, bc: 4 }, { b: null })).toEqual([
    { path: 'b.c', kind: 'removed', before: '2' },
    { path: 'b.d[0]', kind: 'removed', before: '3' },
  ]);
  expect(between({ a: 1, b: 2 }, { a: 1 })).toEqual([]);
  expect(between({ a: 1 }, { never: null })).toEqual([]);
});

test('what was taken away is not known any more', () => {
  const changes = changesOf([
    operation('create', { a: 1, b: 2 }),
    operation('remove', { a: null }),
    operation('remove again', { a: null }),
    operation('bring back', { a: 1 }),
  ]);
  expect([...changes]).toEqual([
    ['remove', [{ path: 'a', kind: 'removed', before: '1' }]],
    ['bring back', [{ path: 'a', kind: 'named', after: '1' }]],
  ]);
});

test('a shorter list takes its end away, of operations that say the whole list', () => {
  const two = { tags: [{ key: 'a' }, { key: 'b' }], other: ['x'] };
  expect(between(two, { tags: [{ key: 'a' }] })).toEqual([
    { path: 'tags[1].key', kind: 'removed', before: 'b' },
  ]);
  expect(between(two, { tags: [] })).toMatchObject([{ path: 'tags[0].key' }, { path: 'tags[1].key' }]);
  expect(between(two, { tags: [{ key: 'a' }] }, 'addTags')).toEqual([]);
  expect(between([1, 2], [1])).toEqual([{ path: '[1]', kind: 'removed', before: '2' }]);
  const eleven = Array.from({ length: 11 }, (_, index) => index);
  expect(between({ n: eleven }, { n: eleven.slice(0, 10) })).toMatchObject([{ path: 'n[10]' }]);
});

test('values are compared as they were written, to the last digit', () => {
  const change = (before: string, after: string) =>
    between(`{"a":1,"n":${before}}`, `{"a":1,"n":${after}}`).map(({ path, ...rest }) => [path, rest]);
  const changed = (before: string, after: string) => [['n', { kind: 'changed', before, after }]];
  expect(change('9223372036854775807', '9223372036854775806')).toEqual(
    changed('9223372036854775807', '9223372036854775806'),
  );
  expect(change('1.0', '1')).toEqual(changed('1.0', '1'));
  expect(change('1e400', '1e400')).toEqual([]);
  expect(change('"\\u0061"', '"a"')).toEqual([]);
  expect(change('{"x":1, "x":2}', '{"x":3,"x":2}')).toEqual([
    ['n.x', { kind: 'changed', before: '1, 2', after: '3, 2' }],
  ]);
  expect(change('{ "x" : [ 1 ] }', '{"x":[1]}')).toEqual([]);
});

test('objects of one bucket are not compared with each other', () => {
  const put = (trace_id: string, resource_name: string, acl: string) =>
    operation(trace_id, { acl }, { event_type: 'data', resource_name });
  const changes = changesOf([put('1', 'a', 'x'), put('2', 'b', 'y'), put('3', 'a', 'z')]);
  expect([...changes]).toEqual([['3', [{ path: 'acl', kind: 'changed', before: 'x', after: 'z' }]]]);
});

test('a masked value is not compared', () => {
  const masked = { path: 'password', kind: 'masked' };
  expect(between({ password: '********' }, { password: '********' })).toEqual([masked]);
  expect(between({ name: 'a' }, { password: '********' })).toEqual([masked]);
  expect(between({ password: 'open' }, { password: '********' })).toEqual([masked]);
  expect(between({ password: '********' }, { password: 'open' })).toEqual([
    { path: 'password', kind: 'changed', before: '********', after: 'open' },
  ]);
  expect(between({ star: '*' }, { star: '**' })).toMatchObject([{ kind: 'changed' }]);
});

test('bodies that are no JSON objects have no members, and huge ones are not walked to their end', () => {
  for (const request of [undefined, '', 'name=web', 'null', '17', null])
    expect(membersOf(request).values.size).toBe(0);
  const huge = Array.from({ length: 10_000 }, (_, index) => index);
  expect(membersOf(huge)).toMatchObject({ cut: true, values: { size: 500 } });
  expect(between(huge.slice(0, 400), huge).every(({ kind }) => kind === 'named')).toBe(true);
});
