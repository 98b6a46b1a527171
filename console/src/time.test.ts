import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatDay, fromPicker, offsetOf, toPicker, zoneNames } from './time.ts';

const SUMMER = Date.UTC(2026, 9, 24, 12);
const WINTER = Date.UTC(2026, 9, 25, 12);

beforeEach(() => void vi.stubEnv('TZ', 'Europe/Berlin'));
afterEach(() => void vi.unstubAllEnvs());

test('each time has the offset of its own day', () => {
  expect([SUMMER, WINTER].map((ms) => offsetOf(ms, 'local'))).toEqual([120, 60]);
  expect([SUMMER, WINTER].map((ms) => offsetOf(ms, 'utc'))).toEqual([0, 0]);
  expect(zoneNames([SUMMER, WINTER], 'local')).toBe('GMT+02:00, GMT+01:00');
  expect(zoneNames([SUMMER, WINTER], 'utc')).toBe('GMT+00:00');
});

test('what is chosen is what is asked for, on both sides of the change', () => {
  for (const ms of [SUMMER, WINTER]) expect(fromPicker(toPicker(ms, 'local'), 'local')).toBe(ms);
});

test('days have their year where an axis spans two', () => {
  const newYear = Date.UTC(2027, 0, 1);
  expect(formatDay(SUMMER, SUMMER, WINTER)).toBe('10-24');
  expect(formatDay(SUMMER, SUMMER, newYear)).toBe('2026-10-24');
});
