import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMetadata } from '../metadata/index.ts';
import { ListingHouse } from './testing/listing-house.ts';
import { ROUTE } from './testing/route.ts';

let house: ListingHouse;

beforeEach(async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-listing-'));
  await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
  house = await new ListingHouse(directory).open();
});
afterEach(async () => {
  await house.close();
  await rm(house.directory, { recursive: true, force: true });
});

const reasons = () =>
  house.logged
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'no more traces of the list come into trace files')
    .map(({ tracker, bucket, reason }) => [tracker, bucket, reason]);

const OTHER = { ...ROUTE, bucket: 'another' };

test.each<[string, (one: ListingHouse) => Promise<void>, string]>([
  ['is set up anew', (one) => one.switch(OTHER), 'the transfer was set up anew, into another'],
  ['is ended', (one) => one.switch(undefined), 'the tracker transfers no longer'],
  ['goes with its tracker', (one) => one.switch(undefined, true), 'the tracker was deleted'],
])('a transfer that %s while it brings the list away says why that ends', async (_what, end, reason) => {
  await house.record(7);
  await house.switch(ROUTE);
  await end(house);
  await house.listing.look();
  expect(reasons()).toEqual([[ROUTE.tracker, ROUTE.bucket, reason]]);
});
