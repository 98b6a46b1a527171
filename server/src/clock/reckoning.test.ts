import { describe, expect, test } from 'vitest';
import { type Mark, Reckoning } from './reckoning.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 31, 23, 59, 59, 900);

/** A machine of which time and clock can be moved. */
function machine(mark: Mark | undefined = undefined, wall = START) {
  const state = { lived: 5 * DAY, wall };
  const clocks = { wall: () => state.wall, monotonic: () => state.lived };
  const time = new Reckoning(mark ?? { own: wall, wall }, clocks);
  return {
    time,
    live(ms: number) {
      state.lived += ms;
      state.wall += ms;
    },
    jump(ms: number) {
      state.wall += ms;
    },
    restart: () => new Reckoning(time.advance(), clocks),
    get said() {
      return [time.earliest() - START, time.latest() - START, time.isSuspect];
    },
  };
}

describe('a clock that goes evenly', () => {
  test('is the time, over months and midnights', () => {
    const one = machine();
    for (let day = 1; day <= 90; day++) {
      one.live(DAY);
      expect(one.said).toEqual([day * DAY, day * DAY, false]);
    }
  });

  test.each([HOUR, -HOUR, DAY, -DAY, 200, -200])('is followed in a step of %i ms', (step) => {
    const one = machine();
    one.jump(step);
    expect(one.said).toEqual([step, step, false]);
    one.live(HOUR);
    expect(one.said).toEqual([step + HOUR, step + HOUR, false]);
  });
});

describe.each([30 * DAY, -30 * DAY, DAY + 1, -DAY - 1])('a clock that jumps by %i ms', (jump) => {
  const bounds = (own: number, wall: number) => [Math.min(own, wall), Math.max(own, wall), true];

  test('is suspect, and own time goes on with what is lived through', () => {
    const one = machine();
    one.live(HOUR);
    one.jump(jump);
    expect(one.said).toEqual(bounds(HOUR, HOUR + jump));
    one.live(HOUR);
    one.time.advance();
    one.live(HOUR);
    expect(one.said).toEqual(bounds(3 * HOUR, 3 * HOUR + jump));
  });

  test('and comes back is believed at once', () => {
    const one = machine();
    one.jump(jump);
    expect(one.time.isSuspect).toBe(true);
    one.live(5 * HOUR);
    one.jump(-jump);
    expect(one.said).toEqual([5 * HOUR, 5 * HOUR, false]);
  });

  test('is believed after three days in which it went evenly, also over restarts', () => {
    const one = machine();
    one.jump(jump);
    expect(one.time.isSuspect).toBe(true);
    one.live(2 * DAY);
    expect(one.said).toEqual(bounds(2 * DAY, 2 * DAY + jump));
    const again = one.restart();
    one.live(DAY - 1);
    expect(again.isSuspect).toBe(true);
    one.live(1);
    expect([again.earliest(), again.latest()]).toEqual(Array(2).fill(START + 3 * DAY + jump));
    expect(again.isSuspect).toBe(false);
  });

  test('and jumps again begins anew', () => {
    const one = machine();
    one.jump(jump);
    expect(one.time.isSuspect).toBe(true);
    one.live(2 * DAY);
    one.jump(2 * jump);
    expect(one.said).toEqual(bounds(2 * DAY, 2 * DAY + 3 * jump));
    one.live(2 * DAY);
    expect(one.said).toEqual(bounds(4 * DAY, 4 * DAY + 3 * jump));
  });

  test('is believed when somebody vouches for it', () => {
    const one = machine();
    one.jump(jump);
    expect(one.time.isSuspect).toBe(true);
    one.time.believe();
    one.live(HOUR);
    expect(one.said).toEqual([jump + HOUR, jump + HOUR, false]);
  });

  test('between two runs is suspect as well, however often the service is started', () => {
    const before = { own: START, wall: START };
    const one = machine(before, START + jump);
    expect(one.said).toEqual(bounds(0, jump));
    for (let starts = 0; starts < 100; starts++) {
      const again = one.restart();
      expect([again.earliest(), again.latest()]).toEqual([one.time.earliest(), one.time.latest()]);
      expect(again.isSuspect).toBe(true);
    }
  });
});

test('a night in which the machine was off is believed', () => {
  const one = machine({ own: START - 16 * HOUR, wall: START - 16 * HOUR });
  expect(one.said).toEqual([0, 0, false]);
});

test('another thread goes on where this one is', () => {
  const state = { lived: 0, wall: START };
  const clocks = { wall: () => state.wall, monotonic: () => state.lived };
  const here = new Reckoning({ own: START, wall: START }, clocks);
  state.wall += 30 * DAY;
  state.lived += 10;
  const mark = here.advance();
  state.wall += HOUR;
  state.lived += HOUR;
  const there = new Reckoning(mark, clocks, 10);
  expect([there.earliest(), there.latest()]).toEqual([here.earliest(), here.latest()]);
  expect(there.earliest()).toBe(START + 10 + HOUR);
});
