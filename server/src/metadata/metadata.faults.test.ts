import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults, type Rule, SCRATCH, whyNoFaults } from '../testing/faults/faults.ts';
import { connectMetadata, type Metadata, openMetadata } from './metadata.ts';

const domain = (name: string) => ({ id: name, name, created_at: 1 });
const CHANGES: Rule['calls'] = ['write', 'sync', 'truncate'];

describe.skipIf(whyNoFaults)('metadata on a disk that fails', () => {
  let directory: string;
  let file: string;
  let faults: Faults;
  let fatal: Error | undefined;
  const opened: Metadata[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(SCRATCH, 'opencts-failing-metadata-'));
    file = path.join(directory, 'metadata.db');
    faults = new Faults();
    fatal = undefined;
    await open();
  });
  afterEach(async () => {
    faults.close();
    for (const metadata of opened.splice(0)) await metadata.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(): Promise<Metadata> {
    const metadata = await openMetadata(file, (error) => {
      fatal = error;
    });
    opened.push(metadata);
    return metadata;
  }
  const add = (metadata: Metadata, name: string) =>
    metadata.transaction().execute(async (transaction) => {
      await transaction.insertInto('domains').values(domain(name)).execute();
      await transaction.updateTable('domains').set({ created_at: 2 }).where('id', '=', name).execute();
    });
  const names = async (metadata: Metadata) =>
    (await metadata.selectFrom('domains').select(['id', 'created_at']).execute())
      .map(({ id, created_at }) => `${id} ${created_at}`)
      .sort();

  test.each<Omit<Rule, 'path'>>([
    { calls: CHANGES, error: 'EIO', when: 'before' },
    { calls: CHANGES, error: 'EIO', when: 'after' },
    { calls: CHANGES, error: 'ENOSPC', when: 'before' },
    { calls: 'write', error: 'ENOSPC', when: 'half' },
  ])(
    '$error $when any of $calls: what was confirmed is there, whole, also after a start',
    async (failing) => {
      const metadata = opened[0] as Metadata;
      const confirmed: string[] = [];
      const refused: string[] = [];
      for (let skip = 0; skip < 12; skip++) {
        faults.fail({ ...failing, skip, path: `${file}*` });
        for (let i = 0; i < 3; i++) {
          const name = `d${skip}-${i}`;
          await add(metadata, name).then(
            () => confirmed.push(`${name} 2`),
            () => refused.push(`${name} 2`),
          );
        }
        faults.clear();
        await add(metadata, `after-${skip}`);
        confirmed.push(`after-${skip} 2`);
      }
      expect(refused.length).toBeGreaterThan(0);
      expect(fatal).toBeUndefined();
      const there = await names(metadata);
      expect(there.filter((name) => !refused.includes(name))).toEqual(confirmed.sort());
      await opened.pop()?.destroy();
      expect(await names(await open())).toEqual(there);
    },
  );

  test('descriptors that run out while a connection is opened cost the statements of that time alone', async () => {
    for (const times of [1, 1e6]) {
      for (let skip = 0; ; skip++) {
        const name = `d${times}-${skip}`;
        const fault = faults.fail({ calls: 'open', path: `${file}*`, error: 'EMFILE', skip, times });
        const metadata = connectMetadata(file);
        opened.push(metadata);
        await add(metadata, `${name}-first`).catch(() => undefined);
        const { hits } = fault;
        faults.clear();
        await add(metadata, name).catch(() => add(metadata, name));
        expect(await names(metadata)).toContain(`${name} 2`);
        if (hits === 0) break;
      }
    }
  });
});
