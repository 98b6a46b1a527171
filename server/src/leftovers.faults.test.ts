import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { startProblem } from './start-problem.ts';
import { Faults, whyNoFaults } from './testing/faults/faults.ts';
import { House, trace } from './testing/house.ts';

const ENV = { OPENCTS_TRANSFER_CYCLE: '1' };
const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };

describe.skipIf(whyNoFaults)('what an earlier run has left, and the disk does not let go', () => {
  let faults: Faults;
  const house = new House();
  beforeEach(() => {
    faults = new Faults();
    house.logged.length = 0;
  });
  afterEach(async () => {
    faults.close();
    await house.stop();
  });

  function leave(left: string): void {
    const folder = path.join(house.directory, left);
    mkdirSync(folder, { recursive: true });
    faults.fail({ calls: 'unlink', error: 'EIO', times: 1e6, path: `${folder}*` });
  }

  test.each(['backups/half/data', 'engine/data/shadow/backup/store', 'refill/half', 'searches/data'])(
    '%s: the service starts, says so, and does its work',
    async (left) => {
      await house.start(ENV);
      await house.restart(ENV, () => leave(left));
      const { token, projectId } = await house.signIn({ project: 'local' });
      const v3 = (method: string, route: string, body?: unknown) =>
        house.call(method, `/v3/${projectId}${route}`, { token, body });
      await v3('POST', '/tracker', SYSTEM);
      await v3('PUT', '/tracker', { ...SYSTEM, obs_info: { bucket_name: 'evidence', is_obs_created: true } });
      expect((await v3('POST', '/traces', { traces: [trace()] })).body).toMatchObject({ accepted: 1 });
      await house.searchable(token);
      await expect
        .poll(async () => (await v3('GET', '/archive')).body.folders?.length, { timeout: 20_000 })
        .toBeGreaterThan(0);
      const told = house.logged.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
      expect(told.map(({ msg }) => msg).join()).toMatch(/could not be removed|cannot be removed/);
    },
  );

  // What is cut and put goes through these.
  test.each(['objects/.uploads/half', 'spool/cutting/half', 'spool/delivered/half'])(
    '%s: the start is refused in a sentence that names it',
    async (left) => {
      await house.start(ENV);
      const refused = await house.restart(ENV, () => leave(left)).catch((error) => error);
      const config = readConfig({ OPENCTS_DATA_DIR: house.directory });
      expect(startProblem(refused, config)?.message).toMatch(
        new RegExp(`^the disk of .* cannot be read or written \\(EIO.*${left}.*see the log of the system`),
      );
      faults.clear();
      rmSync(path.join(house.directory, left), { recursive: true });
    },
  );
});
