import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { startProblem } from './start-problem.ts';

const config = readConfig({ OPENCTS_DATA_DIR: '/data' });

test.each([
  [{ code: 'SQLITE_CANTOPEN' }, /^\/data\/metadata\.db may not be read or written/],
  [{ code: 'EACCES', path: '/data/clock.json' }, /^\/data\/clock\.json may not be read or written/],
  [new Error('no', { cause: { code: 'SQLITE_READONLY_DBMOVED' } }), /^the disk of \/data is read-only/],
])('what the system refuses is named: %o', (said, told) => {
  expect(startProblem(said, config)?.message).toMatch(told);
});

test('what is no refusal of the system stays what it is', () => {
  expect(startProblem(new Error('something else'), config)).toBeUndefined();
});
