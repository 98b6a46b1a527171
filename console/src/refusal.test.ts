import { expect, test } from 'vitest';
import { Misfilled, refusalOf } from './refusal.ts';

const MEMBERS = new Set(['bucket_name', 'name', 'policy', 'kms_id']);

test.each([
  [
    'obs_info.bucket_name is "UPPER case!"; it must hold 3 to 63 of a-z',
    'bucket_name',
    '"UPPER case!": must hold 3 to 63 of a-z',
  ],
  ['user.name is "a; it b"; it must be short', 'name', '"a; it b": must be short'],
  ['kms_id is empty', 'kms_id', 'Is empty'],
  ['name must be one of a, b', 'name', 'Must be one of a, b'],
  [
    'role.policy.Statement.0.Action.0 is "x"; it must match a',
    'policy',
    'role.policy.Statement.0.Action.0 is "x"; it must match a',
  ],
  ['there is already a user name', '', 'there is already a user name'],
  ['protocol is missing', '', 'protocol is missing'],
  ['', '', ''],
])('the refusal „%s“ is shown at the field „%s“ as „%s“', (message, member, text) => {
  expect(refusalOf(new Error(message), MEMBERS)).toEqual({ member, text });
});

test('what was found before sending is told as it is', () => {
  const cause = new Misfilled('bucket_name', 'name is wanted');
  expect(refusalOf(cause, MEMBERS)).toEqual({ member: 'bucket_name', text: 'name is wanted' });
  expect(refusalOf(cause, new Set())).toEqual({ member: '', text: 'name is wanted' });
});
