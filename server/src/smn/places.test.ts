import { expect, test } from 'vitest';
import { inTime } from './channels/channel.ts';
import {
  FAILED_PLACES,
  FAILED_PLACES_OF_ONE,
  FIRST_PLACES,
  KNOWN_SLOW_PLACES_OF_ONE,
  PLACES,
  PLACES_OF_ONE,
  SLOW_PLACES_OF_ONE,
  UNTRIED_PLACES_OF_ONE,
} from './limits.ts';
import { type Kind, type Place, Places } from './places.ts';

const most = (places: Places, account: string, kind: Kind = 'quick') => {
  let taken = 0;
  while (places.take(account, kind)) taken++;
  return taken;
};

test('one account takes a part, and of it little for those that failed, half for those nobody knows', () => {
  const places = new Places();
  expect(most(places, 'a', 'failed')).toBe(FAILED_PLACES_OF_ONE);
  expect(most(places, 'a', 'untried')).toBe(UNTRIED_PLACES_OF_ONE);
  expect(most(places, 'a')).toBe(PLACES_OF_ONE - FAILED_PLACES_OF_ONE - UNTRIED_PLACES_OF_ONE);
  expect(most(places, 'a', 'slow')).toBe(KNOWN_SLOW_PLACES_OF_ONE);
});

test('when the shared places are taken each account without one still gets one, up to a bound', () => {
  const places = new Places();
  for (let i = 0; i < PLACES / PLACES_OF_ONE; i++) expect(most(places, `a${i}`)).toBe(PLACES_OF_ONE);
  expect(most(places, 'failing', 'failed')).toBe(0);
  for (let i = 0; i < FIRST_PLACES; i++) expect(most(places, `b${i}`)).toBe(1);
  expect(most(places, 'late')).toBe(0);
});

test('those that failed never take all places, and places that are left can be taken', () => {
  const places = new Places();
  const taken = Array.from({ length: PLACES }, (_, i) => places.take(`a${i}`, 'failed')).filter(
    (place) => place,
  );
  expect(taken).toHaveLength(FAILED_PLACES);
  taken[0]?.leave();
  expect(places.take('z', 'failed')).toBeDefined();
  expect(places.take('z', 'failed')).toBeUndefined();
});

test('who is slow gives its place up, while few are slow; who failed does not', () => {
  const places = new Places();
  const taken: Place[] = [];
  for (let place = places.take('a', 'quick'); place; place = places.take('a', 'quick')) {
    place.giveUp();
    place.giveUp();
    taken.push(place);
  }
  expect(taken).toHaveLength(SLOW_PLACES_OF_ONE + PLACES_OF_ONE);
  // One of those that had to keep theirs moves as soon as there is room.
  taken[0]?.leave();
  expect(most(places, 'a')).toBe(1);
  for (const place of taken.slice(1)) place.leave();
  for (let i = 0; i < FAILED_PLACES_OF_ONE; i++) places.take('b', 'failed')?.giveUp();
  expect(most(places, 'b', 'failed')).toBe(0);
  expect(most(places, 'b')).toBe(PLACES_OF_ONE - FAILED_PLACES_OF_ONE);
});

test('whatever is taken and left in whatever order, nothing stays taken', () => {
  const places = new Places();
  const kinds: Kind[] = ['quick', 'untried', 'slow', 'failed'];
  for (let round = 0; round < 50; round++) {
    const taken = Array.from({ length: 200 }, (_, i) =>
      places.take(`a${i % 7}`, kinds[(i * 7 + round) % 4] as Kind),
    ).filter((place) => place !== undefined);
    for (const [i, place] of taken.entries()) if ((i + round) % 3 > 0) place.giveUp();
    for (const place of round % 2 ? taken : taken.reverse()) place.leave();
  }
  expect(most(places, 'a0')).toBe(PLACES_OF_ONE);
  expect(most(places, 'a0', 'slow')).toBe(KNOWN_SLOW_PLACES_OF_ONE);
});

test('an attempt that never ends has failed when its time is over', async () => {
  expect(await inTime(new Promise(() => undefined), 20)).toMatchObject({ delivered: false, passing: true });
});
