import { expect, test } from 'vitest';
import { signInsOf } from './sign-ins.ts';

const counted = (names: string[]) => names.map((value) => ({ value, count: 1 }));

test('those of every source are found, and what is done to logins is none', () => {
  const signIns = [
    ...['login', 'loginfailed', 'oidcLoginSuccess', 'oidcLoginFailed', 'ConsoleLogin', 'userLogin'],
    ...['webCliLogin', 'tenantLoginBySamlSuccess', 'federationLoginNoPwdFailed', 'scanQRCodeLoginFailed'],
  ];
  const others = [
    ...['createDBLogin', 'UpdateLoginProfile', 'modifyLoginProtect', 'addLoginWhiteList', 'logout'],
    ...['renameDBLogin', 'dockerlogincmd', 'deleteServer'],
  ];
  expect(signInsOf(counted(signIns), [])).toEqual({ all: signIns.length, failed: 4 });
  expect(signInsOf(counted(others), counted(others))).toEqual({ all: 0, failed: 0 });
});

test('one that failed counts once, whether its rating says so, its name, or both', () => {
  const operations = [
    { value: 'ConsoleLogin', count: 10 },
    { value: 'loginfailed', count: 5 },
    { value: 'login', count: 2 },
  ];
  const failures = [
    { value: 'ConsoleLogin', count: 3 },
    { value: 'loginfailed', count: 4 },
    { value: 'loginfailed', count: 1 },
    { value: 'deleteServer', count: 9 },
  ];
  expect(signInsOf(operations, failures)).toEqual({ all: 17, failed: 8 });
});
