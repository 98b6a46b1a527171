import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMetadata } from '../metadata/index.ts';
import { failuresIn, someOf } from '../testing/faults/failures.ts';
import { Faults, SCRATCH, whyNoFaults } from '../testing/faults/faults.ts';
import { ListingHouse } from './testing/listing-house.ts';
import { ROUTE } from './testing/route.ts';

const PLACES: Record<string, string> = { spool: '*/spool*', metadata: '*/metadata.db*' };

describe.skipIf(whyNoFaults)('the trace list on its way into a bucket, on a disk that fails', () => {
  let directory: string;
  let faults: Faults;
  const houses: ListingHouse[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(SCRATCH, 'opencts-failing-listing-'));
    faults = new Faults();
    await (await openMetadata(path.join(directory, 'metadata.db'))).destroy();
  });
  afterEach(async () => {
    faults.close();
    for (const house of houses.splice(0)) await house.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Some traces are in the list alone, some wait for the end of their cycle; then the transfer is switched on. */
  async function house(name: string): Promise<ListingHouse> {
    const folder = path.join(directory, name);
    await mkdir(folder);
    for (const part of (await readdir(directory)).filter((one) => /^metadata\.db(-wal)?$/.test(one))) {
      await cp(path.join(directory, part), path.join(folder, part));
    }
    const one = await new ListingHouse(folder).open();
    houses.push(one);
    await one.record(7);
    await one.cycle();
    await one.record(3);
    await one.switch(ROUTE);
    await one.record(2);
    return one;
  }

  async function done(one: ListingHouse): Promise<void> {
    for (let i = 0; i < 4; i++) await one.cycle();
    expect(await one.state(), `${one.logged}`).toBe('done');
    expect(await one.archived()).toEqual(one.recorded);
  }

  test.each(failuresIn(Object.keys(PLACES)))(
    'of $place, $what: every trace is in exactly one file',
    async ({ place, failing }) => {
      const pattern = (name: string) => path.join(directory, name) + PLACES[place]?.slice(1);
      const well = await house('well');
      const watch = faults.watch(failing.calls, pattern('well'));
      await well.cycle();
      const { seen } = watch;
      faults.clear();
      await done(well);
      for (const skip of someOf(seen)) {
        const name = `call-${skip}`;
        const one = await house(name);
        faults.fail({ ...failing, skip, path: pattern(name) });
        await one.cycle();
        faults.clear();
        if (skip % 2) await one.reopen();
        await one.record(2);
        await done(one).catch((error) => {
          throw new Error(`${name}: ${error.message}`, { cause: error });
        });
        houses.splice(houses.indexOf(one), 1);
        await one.close();
        await rm(one.directory, { recursive: true });
      }
    },
  );

  test('switched off and on again, at any point of it, is refused: some of it is on its way', async () => {
    for (let cycles = 0; cycles < 3; cycles++) {
      const one = await house(`again-${cycles}`);
      for (let i = 0; i < cycles; i++) await one.cycle();
      await one.switch(undefined);
      await one.record(2);
      await expect(one.switch(ROUTE)).rejects.toThrow('which would be there twice');
    }
  });
});
