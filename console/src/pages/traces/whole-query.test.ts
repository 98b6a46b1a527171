import { parseQuery } from '@opencts/client/query';
import { expect, test } from 'vitest';
import { DEFAULT_VIEW, type View } from './view-state.ts';
import { wholeQuery } from './whole-query.ts';

test.each<[Partial<View>, string]>([
  [{}, '-family:data'],
  [{ type: 'data' }, 'family:data'],
  [{ q: 'a OR b' }, 'a OR b'],
  [{ q: 'a OR b', type: 'system', status: 'failed' }, '(a OR b) -family:data status:failed'],
  [{ type: 'all', q: 'x', source: 'ECS', resourceType: 'my type' }, 'x source:ECS type:"my type"'],
  [{ q: 'x', by: 'source_ip', value: '192.0.2.1' }, 'x source_ip:192.0.2.1'],
  [{ q: 'x', by: 'resource_name', value: 'a*"b"' }, 'x resource_name:"a*\\"b\\""'],
  [{ q: 'x', users: ['jane', 'OR', 'a b'] }, 'x user:jane,"OR","a b"'],
])('the view %j asks for %s', (view, wanted) => {
  const query = wholeQuery({ ...DEFAULT_VIEW, ...view });
  expect(query).toBe(wanted);
  expect(() => parseQuery(query, 0)).not.toThrow();
});
