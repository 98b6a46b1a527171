import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { House, trace } from '../testing/house.ts';
import { beginAnew } from './begin-anew.ts';

const NOW = new Date('2026-11-05T10:11:12.345Z');
const ASIDE = 'before-20261105T101112Z';

const house = new House();
beforeEach(() => house.start());
afterEach(() => house.stop());

async function begin(sure: boolean): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await beginAnew(house.directory, sure, NOW, (line) => lines.push(line));
  return { code, said: lines.join('\n') };
}

test('an installation whose metadata is lost begins anew when told, and what was there comes back', async () => {
  const aside = path.join(house.directory, ASIDE);
  const { token } = await house.signIn({ project: 'local' });
  const { projectId } = await house.signIn({ project: 'local' });
  const tracker = { tracker_type: 'system', tracker_name: 'system' };
  await house.call('POST', `/v3/${projectId}/tracker`, { token, body: tracker });
  const traces = [trace({ resource_name: 'kept' })];
  await house.call('POST', `/v3/${projectId}/traces`, { token, body: { traces } });
  await house.searchable(token);
  const key = () => readFile(path.join(house.directory, 'root.key'), 'utf8');
  const first = await key();

  await house.restart({}, async () => {
    const before = await readdir(house.directory);
    const told = await begin(false);
    expect(told.code).toBe(2);
    expect(told.said).toMatch(/would be put aside.*\n {2}metadata\.db +accounts, users.*begin-anew --yes/s);
    expect(await readdir(house.directory)).toEqual(before);
    const done = await begin(true);
    expect(done.code).toBe(0);
    expect(await readdir(house.directory)).toEqual([ASIDE, 'lock']);
    expect((await readdir(aside)).sort()).toEqual(before.filter((name) => name !== 'lock').sort());
  });
  expect(await key()).not.toBe(first);
  const anew = await house.signIn({ project: 'local' });
  expect(anew.projectId).not.toBe(projectId);

  await house.restart({}, async () => {
    const apart = await mkdtemp(`${house.directory}-`);
    await cp(aside, apart, { recursive: true });
    await rm(house.directory, { recursive: true });
    await rename(apart, house.directory);
  });
  const back = await house.signIn({ project: 'local' });
  const { body } = await house.call('GET', `/v3/${projectId}/traces?resource_name=kept`, back);
  expect(body.traces).toHaveLength(1);
});
