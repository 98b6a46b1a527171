import { expect, test } from 'vitest';
import { shiftOf } from './shift.ts';

const [DAY, HOUR] = [86_400_000, 3_600_000];
const now = Date.UTC(2026, 10, 21);

test('times that fit into the trace list are moved by one offset', () => {
  const [oldest, newest] = [now - 400 * DAY, now - 395 * DAY];
  const { timeOf, told } = shiftOf(oldest, newest, 7, now);
  expect([timeOf(newest), timeOf(oldest), timeOf(oldest + 1234)]).toEqual([
    now,
    now - 5 * DAY,
    now - 5 * DAY + 1234,
  ]);
  expect(told).toContain('one offset');
});

test('times of months are spread over what the trace list keeps, in their order', () => {
  const [oldest, newest] = [now - 400 * DAY, now - 200 * DAY];
  const { timeOf, told } = shiftOf(oldest, newest, 7, now);
  expect([timeOf(newest), timeOf(oldest)]).toEqual([now, now - 7 * DAY + HOUR]);
  expect(timeOf((oldest + newest) / 2)).toBe(now - (7 * DAY - HOUR) / 2);
  expect(told).toContain('cover 200.0 days, the trace list keeps 7');
});
