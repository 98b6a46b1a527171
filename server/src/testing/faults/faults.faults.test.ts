import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults, SCRATCH, type When, whyNoFaults } from './faults.ts';

const failing = (code: string) => expect.objectContaining({ code });

describe.skipIf(whyNoFaults)('the shim', () => {
  let directory: string;
  let faults: Faults;
  const file = () => path.join(directory, 'file');
  beforeEach(async () => {
    directory = await mkdtemp(path.join(SCRATCH, 'opencts-shim-'));
    faults = new Faults();
  });
  afterEach(async () => {
    faults.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('lets the calls fail that a rule names, as often as it says', async () => {
    const rule = { calls: 'write', path: `${directory}/*`, error: 'ENOSPC', skip: 1, times: 2 } as const;
    const fault = faults.fail(rule);
    await writeFile(file(), 'a');
    for (let i = 0; i < 2; i++) await expect(writeFile(file(), 'b')).rejects.toEqual(failing('ENOSPC'));
    await writeFile(file(), 'c');
    expect(fault).toMatchObject({ seen: 4, hits: 2 });
  });

  test.each<[When, string]>([
    ['before', 'old'],
    ['after', 'new'],
  ])('%s: a file that is renamed is %s', async (when, text) => {
    await writeFile(file(), 'old');
    await writeFile(`${file()}.tmp`, 'new');
    faults.fail({ calls: 'rename', path: file(), error: 'EIO', when });
    await expect(rename(`${file()}.tmp`, file())).rejects.toEqual(failing('EIO'));
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  test('half of a write happens, then the disk is full', async () => {
    faults.fail({ calls: 'write', path: file(), error: 'ENOSPC', when: 'half' });
    await expect(writeFile(file(), 'abcdef')).rejects.toEqual(failing('ENOSPC'));
    expect(await readFile(file(), 'utf8')).toBe('abc');
  });

  test('what a failed sync has not brought to the disk is gone', async () => {
    faults.fail({ calls: 'sync', path: file(), error: 'EIO', when: 'lost' });
    const handle = await open(file(), 'w');
    await handle.writeFile('abc');
    await expect(handle.datasync()).rejects.toEqual(failing('EIO'));
    await handle.sync();
    await handle.close();
    expect(await readFile(file())).toEqual(Buffer.alloc(3));
  });

  test('descriptors run out, and calls are noted in their order', async () => {
    faults.note(['open', 'sync'], `${directory}*`);
    faults.fail({ calls: 'open', path: `${directory}/*`, error: 'EMFILE' });
    await expect(readFile(file())).rejects.toEqual(failing('EMFILE'));
    await writeFile(file(), '', { flush: true });
    expect(faults.noted().map(({ call, path: name }) => `${call} ${path.basename(name)}`)).toEqual([
      'open file',
      'create file',
      'sync file',
    ]);
  });
});
