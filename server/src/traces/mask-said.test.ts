import { describe } from 'vitest';
import { masksRows } from './testing/masked.ts';

describe('a value in prose', () => {
  masksRows([
    'the password is ‹hunter2›',
    'The password for jane is ‹hunter2›; the size is 2',
    'password for user jane is: ‹x1›',
    'the passwd was set to ‹qwerty12›',
    'password was changed to ‹Tr0ub4dor&3›',
    "password is set to '‹hunter2›', please keep it",
    'the password is now ‹hunter2› and the size is 2',
    'the password is ‹P@ssword›',
    'the password is ‹vanilla12›',
    'error="the password is ‹hunter2›"',
    'Das Passwort is: ‹geheim›',
  ]);
});

describe('a value in prose behind a colon', () => {
  masksRows([
    'password is: ‹hunter2›',
    'password is: ‹geheim›, user is: jane',
    'password is: "‹my pass phrase›"',
    'token is: ‹abc›',
    'Password (hashed): ‹x›',
    'Password (again): ‹geheim›\nUser: jane',
    'https://h/?msg=password%20is:%20‹hunter2›',
  ]);
});

describe('what prose says of a secret', () => {
  masksRows([
    'password is required; the password is required.',
    'password is incorrect',
    'the password is expired, password is expired since 2024',
    'password is too short',
    'password is not set; password is set; password was changed by admin1',
    'the password is correct, the token is valid',
    'password is 8 characters long; password is at least 8chars; your password is 90days old',
    'password is sha256 hashed; password is SHA-256, password is PBKDF2',
    'password is stored in /etc/shadow',
    'password was reset to factory1 defaults',
    'password was changed to comply with policy1',
    'password is: required',
    'password is: not set; password is: too short; password is: null',
    'password is: "too short"; password is: "Must contain 8 characters"',
    'password is: expired since 2024',
    'password is: 8 characters minimum',
    'password is: $_{DB_PASSWORD}'.replace('$_', '$'),
    'password is: hidden',
    'password is:\nerror',
    'Password (optional): The password of the user',
    'Token (string): the token',
    'getToken (of the user) = %v; want no error',
    'password policy is: v2-strict',
    'the next token is line12',
  ]);
});
