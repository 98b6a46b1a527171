import { expect, test } from 'vitest';
import { timeFormat } from './time-zone.ts';

const TIME = Date.UTC(2026, 10, 27, 12, 30);

test.each([
  ['+02:00', '2026-11-27 14:30:00 GMT+02:00'],
  ['-12:00', '2026-11-27 00:30:00 GMT-12:00'],
  ['+14:00', '2026-11-28 02:30:00 GMT+14:00'],
  ['Europe/Berlin', '2026-11-27 13:30:00 GMT+01:00'],
])('in the zone %s the time is written as %s', (zone, written) => {
  expect(timeFormat(zone)(TIME)).toBe(written);
});

test.each(['+99:99', '+02:60', '+15:00', '-24:00', '+2:00', 'Mars/Olympus', ''])(
  '"%s" is no zone',
  (zone) => {
    expect(() => timeFormat(zone)).toThrow(expect.objectContaining({ status: 400 }));
  },
);
