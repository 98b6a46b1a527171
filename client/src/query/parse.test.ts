import { describe, expect, test } from 'vitest';
import { FIELDS, fieldOf, NAMES, parseQuery, type Query, QueryProblem } from './index.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const read = (text: string) => parseQuery(text, NOW);
const day = (text: string) => Date.parse(text);
const is = (column: string, equals: string) => ({ column, is: { equals } });
const word = (text: string, begins = true, ends = true): Query => ({ words: { text, begins, ends } });

describe('a query is read', () => {
  test.each<[string, unknown]>([
    ['', { all: [] }],
    ['  ', { all: [] }],
    ['jane', word('jane')],
    ['Jane* ', word('jane', true, false)],
    ['*ane', word('ane', false, true)],
    ['"a *b"', word('a *b')],
    [String.raw`"say \"hi\" in C:\dir"`, word('say "hi" in c:\\dir')],
    ['write', { not: { column: 'read_only', equals: true } }],
    ['"write"', word('write')],
    ['a b', { all: [word('a'), word('b')] }],
    ['a AND b', { all: [word('a'), word('b')] }],
    ['a b OR c', { any: [{ all: [word('a'), word('b')] }, word('c')] }],
    ['a (b OR c)', { all: [word('a'), { any: [word('b'), word('c')] }] }],
    ['-a NOT b', { all: [{ not: word('a') }, { not: word('b') }] }],
    ['-(a b)', { not: { all: [word('a'), word('b')] } }],
    ['or ORDER', { all: [word('or'), word('order')] }],
    ['a-b', word('a-b')],
    ['name:deleteServer', is('trace_name', 'deleteserver')],
    ['TRACE_NAME:x', is('trace_name', 'x')],
    ['name:(a OR b)', { any: [is('trace_name', 'a'), is('trace_name', 'b')] }],
    ['name:(a, "b c")', { any: [is('trace_name', 'a'), is('trace_name', 'b c')] }],
    ['name:a,b', { any: [is('trace_name', 'a'), is('trace_name', 'b')] }],
    ['name:de*Server', { column: 'trace_name', is: { like: ['de', 'server'] } }],
    ['name:"de*"', is('trace_name', 'de*')],
    ['user:*', { column: 'user_name', is: { exists: true } }],
    ['user:""', is('user_name', '')],
    ['user.name:jane', is('user_name', 'jane')],
    ['user.user_name:jane', is('user_name', 'jane')],
    ['user.access_key_id:AK', is('access_key_id', 'ak')],
    ['user.domain.id:d1', { member: { column: 'user', path: ['domain', 'id'] }, is: { equals: 'd1' } }],
    ['resource:web-1', { any: [is('resource_name', 'web-1'), is('resource_id', 'web-1')] }],
    ['status:failed', { not: is('trace_rating', 'normal') }],
    ['status:warning', is('trace_rating', 'warning')],
    ['request:web-1', { column: 'request', is: { words: { text: 'web-1', begins: true, ends: true } } }],
    [
      'request.server."a.b":5',
      { member: { column: 'request', path: ['server', 'a.b'] }, is: { equals: '5', number: 5 } },
    ],
    ['request.n:>5', { member: { column: 'request', path: ['n'] }, is: { from: 5.000000000000001 } }],
    ['code:>=400', { column: 'code', is: { from: 400 } }],
    ['code:400..499', { column: 'code', is: { from: 400, to: 499 } }],
    ['code:AccessDenied', is('code', 'accessdenied')],
    ['total_time:>100', { column: 'total_time', from: 101 }],
    ['total_time:<100', { column: 'total_time', to: 99 }],
    ['read_only:false', { column: 'read_only', equals: false }],
    ['time:2026-11-28', { column: 'time', from: day('2026-11-28'), to: day('2026-11-29') - 1 }],
    ['time:>2026-11-28', { column: 'time', from: day('2026-11-29') }],
    ['time:<=2026-11-28T10', { column: 'time', to: day('2026-11-28T11:00Z') - 1 }],
    [
      'time:2026-11-28T10:20+02:00',
      { column: 'time', from: day('2026-11-28T08:20Z'), to: day('2026-11-28T08:21Z') - 1 },
    ],
    ['time:2026-11-01..2026-11', { column: 'time', from: day('2026-11-01'), to: day('2026-12-01') - 1 }],
    ['time:>-15m', { column: 'time', from: NOW - 15 * 60_000 + 1 }],
    [
      'time:"2026-11-28 10:20:30.5"',
      { column: 'time', from: day('2026-11-28T10:20:30.5Z'), to: day('2026-11-28T10:20:30.6Z') - 1 },
    ],
    ['time:1795953600000', { column: 'time', from: 1795953600000, to: 1795953600000 }],
    [
      'ip:192.0.2.7',
      {
        column: 'source_ip',
        network: { first: '00000000000000000000ffffc0000207', last: '00000000000000000000ffffc0000207' },
      },
    ],
    [
      'ip:192.0.2.7/24',
      {
        column: 'source_ip',
        network: { first: '00000000000000000000ffffc0000200', last: '00000000000000000000ffffc00002ff' },
      },
    ],
    [
      'ip:2001:db8::/32',
      {
        column: 'source_ip',
        network: { first: '20010db8000000000000000000000000', last: '20010db8ffffffffffffffffffffffff' },
      },
    ],
    ['ip:192.0.*', { column: 'source_ip', is: { like: ['192.0.', ''] } }],
    ['-source:IAM', { not: is('service_type', 'iam') }],
  ])('%s', (text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });
});

describe('a query that is none says where and what', () => {
  test.each([
    ['nme:x', 0, 3, 'there is no field nme; did you mean name? Put a text with a colon in quotes'],
    ['a zzzzzzzzzz:x', 2, 12, 'there is no field zzzzzzzzzz; Put a text with a colon in quotes'],
    [
      'requests.server:x',
      0,
      15,
      'there is no field requests.server; did you mean request.server? Put a text with a colon in quotes',
    ],
    ['extra:x', 0, 5, 'there is no field extra; name a member of it, as extra.id'],
    ['name:', 5, 5, 'something to look for is missing here'],
    ['a OR', 4, 4, 'something to look for is missing here'],
    ['OR a', 0, 2, 'something to look for is missing before this word'],
    ['()', 1, 1, 'something to look for is missing here'],
    ['a (b', 2, 4, 'this parenthesis is not closed'],
    ['a)', 1, 2, 'this parenthesis was never opened'],
    ['name:(a', 5, 7, 'this parenthesis is not closed'],
    ['a "b', 2, 4, 'this quote is not closed'],
    ['""', 0, 2, 'there is no word in it'],
    ['*', 0, 1, 'there is no word in it'],
    ['we*b', 0, 4, 'in a text, * stands before or behind a word; in quotes it is a character'],
    ['name:a*b*c*d*e*f', 5, 16, 'it has more than 4 *'],
    [`request${'.a'.repeat(33)}:x`, 0, 73, 'it has more than 32 names'],
    ['user:>x', 5, 7, '> compares numbers and times; this field is text'],
    ['time:soon', 5, 9, '"soon" is not a time such as 2026-11-29, 2026-11-29T12:20Z or -15m'],
    ['time:2026-02-30', 5, 15, '"2026-02-30" is not a time such as 2026-11-29, 2026-11-29T12:20Z or -15m'],
    ['total_time:fast', 11, 15, '"fast" is not a number'],
    ['read_only:maybe', 10, 15, '"maybe" is not true or false'],
    ['ip:10.0.0.0/33', 3, 14, '"10.0.0.0/33" is not an address or a network such as 192.0.2.0/24'],
    [`${'('.repeat(33)}a`, 32, 33, 'parentheses and negations nest deeper than 32'],
    [`${'-'.repeat(33)}a`, 0, 1, 'parentheses and negations nest deeper than 32'],
    ['a'.repeat(4097), 4096, 4097, 'it is longer than 4096 characters'],
  ])('%s', (text, at, end, message) => {
    let problem: unknown;
    try {
      read(text);
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(QueryProblem);
    expect(problem).toMatchObject({ at, end, message });
  });

  test('more than 200 words', () => {
    expect(() => read('a '.repeat(200))).not.toThrow();
    expect(() => read('a '.repeat(201))).toThrow('it has more than 200 words');
  });

  test('long texts of every kind are read in linear time', () => {
    for (const part of [
      '(',
      ')',
      '-',
      '"',
      'a:',
      'a:(',
      '\\',
      'OR ',
      'NOT ',
      'a,',
      'a.',
      '((a) ',
      '"a" OR ',
    ]) {
      const text = part.repeat(4096 / part.length);
      try {
        read(text);
      } catch (error) {
        expect(error, part).toBeInstanceOf(QueryProblem);
      }
    }
  });
});

test('every field of a trace has a name, and each name is one field', () => {
  expect(new Set(NAMES).size).toBe(FIELDS.flatMap(({ name, short }) => [name, ...short]).length);
  for (const name of NAMES) {
    const [first = '', ...path] = name.split('.');
    expect(fieldOf(first, path), name).toBeDefined();
  }
});
