import { expect, test } from 'vitest';
import { claimOf, readGroups } from './claims.ts';
import { skeletonOf, subjectOf, tidyName } from './outside-names.ts';

test.each<[string, string]>([
  ['jane', 'jane'],
  ['jane.doe+ops@example.com', 'jane.doe+ops@example.com'],
  ["Seán O'Brien", "Seán O'Brien"],
  ['王小明', '王小明'],
  ['<script>alert(1)</script>', 'script_alert_1___script_'],
  ['jane\r\nSet-Cookie: a=b', 'jane Set-Cookie_ a_b'],
  ['jane\u2028doe\u0000\u001b[31m', 'jane doe_31m'],
  ['\u202eenaj\u202c', 'enaj'],
  ['ja\u200bne\ufeff\u00ad', 'jane'],
  ['ｊａｎｅ', 'jane'],
  ['Jose\u0301', 'José'],
  ['=cmd|calc', 'cmd_calc'],
  ['  -- jane  ', 'jane'],
  ['a'.repeat(3_000), 'a'.repeat(64)],
  ['\u{1f600}x', 'x'],
])('%j becomes %j', (told, name) => {
  expect(tidyName(told, 'preferred_username')).toBe(name);
  expect(tidyName(name, 'preferred_username')).toBe(name);
});

test.each([[' '], ['\u200b\u202e'], ['<>'], ['@'], ['\ud800']])('%j is no name', (told) => {
  expect(() => tidyName(told, 'preferred_username')).toThrow(/holds no letter/);
});

test.each([[undefined], [''], [5], [['a']], ['x'.repeat(256)]])('%j is no subject', (told) => {
  expect(() => subjectOf(told)).toThrow(/sub is no text/);
});

test.each([
  ['admin', 'ADMIN'],
  ['admin', 'аdmin'],
  ['admin', 'аԁміո'],
  ['admin', 'adm1n'],
  ['admin', 'admın'],
  ['admin', 'ａｄｍｉｎ'],
  ['admin', 'αdmιn'],
  ['admin', 'ad\u200bmin'],
  ['admin', 'aclmin'.replace('cl', 'd')],
  ['root', 'rооt'],
  ['jane-doe', 'jane–doe'],
  ['modem', 'modern'],
  ['straße', 'STRAẞE'],
])('%j looks like %j', (one, other) => {
  expect(skeletonOf(one)).toBe(skeletonOf(other));
});

test.each([
  ['jane', 'jana'],
  ['andré', 'andre'],
  ['jane', 'jane2'],
])('%j does not look like %j', (one, other) => {
  expect(skeletonOf(one)).not.toBe(skeletonOf(other));
});

test('a claim is found by its name, or by a path; what objects inherit is none', () => {
  const claims = {
    groups: ['a'],
    realm_access: { roles: ['b'] },
    'https://example.com/groups': ['c'],
    'x.y': 'd',
    x: { y: 'e' },
  };
  expect(claimOf(claims, 'groups')).toEqual(['a']);
  expect(claimOf(claims, 'realm_access.roles')).toEqual(['b']);
  expect(claimOf(claims, 'https://example.com/groups')).toEqual(['c']);
  expect(claimOf(claims, 'x.y')).toBe('d');
  for (const none of ['realm_access.none', 'groups.0.x', 'constructor.name', '__proto__', 'toString', '']) {
    expect(claimOf(claims, none), none).toBeUndefined();
  }
});

test.each<[unknown, string[]]>([
  ['auditors', ['auditors']],
  ['auditors, ops ,', ['auditors', 'ops']],
  [
    ['auditors', 'ops', 'ops'],
    ['auditors', 'ops'],
  ],
  [['/auditors'], ['/auditors', 'auditors']],
  [['/team/ops'], ['/team/ops', 'ops']],
  [[1, null, { name: 'x' }, ['ops'], 'auditors'], ['auditors']],
  [['Ope\u0301rations'], ['Opérations']],
  [['x'.repeat(256), 'ops'], ['ops']],
  [[], []],
])('groups told as %j are %j', (claim, groups) => {
  expect(readGroups(claim, 'groups')).toMatchObject({ groups });
});

test.each<[unknown, RegExp]>([
  [undefined, /no claim realm_access\.roles/],
  [5, /neither a text nor a list/],
  [{ a: true }, /neither a text nor a list/],
])('groups told as %j are none, and why is told', (claim, why) => {
  const { groups, missing } = readGroups(claim, 'realm_access.roles');
  expect([groups, missing]).toEqual([[], expect.stringMatching(why)]);
});

test('of very many groups the first two hundred count', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `group ${i}`);
  expect(readGroups(many, 'groups').told).toHaveLength(200);
  expect(readGroups(many.join(','), 'groups').told).toHaveLength(200);
});
