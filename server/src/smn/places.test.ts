import { expect, test } from 'vitest';
import { inTime } from './channels/channel.ts';
import {
  FAILED_PLACES,
  FAILED_PLACES_OF_ONE,
  FIRST_PLACES,
  PLACES,
  PLACES_OF_ONE,
  SLOW_PLACES_OF_ONE,
} from './limits.ts';
import { type Place, Places } from './places.ts';

const most = (places: Places, account: string, failed = false) => {
  let taken = 0;
  while (places.take(account, failed)) taken++;
  return taken;
};

test('one account takes a part, and of it little for those that failed', () => {
  const places = new Places();
  expect(most(places, 'a', true)).toBe(FAILED_PLACES_OF_ONE);
  expect(most(places, 'a')).toBe(PLACES_OF_ONE - FAILED_PLACES_OF_ONE);
  expect(places.full()).toEqual(['a']);
});

test('when the shared places are taken each account without one still gets one, up to a bound', () => {
  const places = new Places();
  for (let i = 0; i < PLACES / PLACES_OF_ONE; i++) expect(most(places, `a${i}`)).toBe(PLACES_OF_ONE);
  expect(most(places, 'failing', true)).toBe(0);
  for (let i = 0; i < FIRST_PLACES; i++) expect(most(places, `b${i}`)).toBe(1);
  expect(most(places, 'late')).toBe(0);
});

test('those that failed never take all places, and places that are left can be taken', () => {
  const places = new Places();
  const taken = Array.from({ length: PLACES }, (_, i) => places.take(`a${i}`, true)).filter((place) => place);
  expect(taken).toHaveLength(FAILED_PLACES);
  taken[0]?.leave();
  expect(places.take('z', true)).toBeDefined();
  expect(places.take('z', true)).toBeUndefined();
});

test('who is slow gives its place up, while few are slow; who failed does not', () => {
  const places = new Places();
  const taken: Place[] = [];
  for (let place = places.take('a', false); place; place = places.take('a', false)) {
    place.giveUp();
    place.giveUp();
    taken.push(place);
  }
  expect(taken).toHaveLength(SLOW_PLACES_OF_ONE + PLACES_OF_ONE);
  expect(places.full()).toEqual(['a']);
  for (const place of taken) place.leave();
  expect(places.full()).toEqual([]);
  for (let i = 0; i < FAILED_PLACES_OF_ONE; i++) places.take('a', true)?.giveUp();
  expect(most(places, 'a', true)).toBe(0);
  expect(most(places, 'a')).toBe(PLACES_OF_ONE - FAILED_PLACES_OF_ONE);
});

test('an attempt that never ends has failed when its time is over', async () => {
  expect(await inTime(new Promise(() => undefined), 20)).toMatchObject({ delivered: false, passing: true });
});
