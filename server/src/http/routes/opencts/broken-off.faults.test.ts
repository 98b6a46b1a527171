import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openFilesBelow } from '../../../testing/faults/descriptors.ts';
import { someOf } from '../../../testing/faults/failures.ts';
import { Faults, whyNoFaults } from '../../../testing/faults/faults.ts';
import { House, trace } from '../../../testing/house.ts';

const SYSTEM = { tracker_type: 'system', tracker_name: 'system' };
/** Together more than one part of an encrypted file. */
const TRACES = 60;

describe.skipIf(whyNoFaults)('a trace file whose disk fails while it is fetched', () => {
  const house = new House();
  let faults: Faults;
  let token: string;
  let projectId: string;

  const v3 = (method: string, route: string, body?: unknown) =>
    house.call(method, `/v3/${projectId}${route}`, { token, body });
  const archivedIn = async (prefix: string) =>
    (await v3('GET', `/archive?prefix=${encodeURIComponent(prefix)}`)).body;

  /** The file that holds the traces of a service, wherever it lies. */
  async function fileOf(service: string): Promise<{ bucket: string; key: string }> {
    for (let prefix = ''; ; ) {
      const { folders, files } = await archivedIn(prefix);
      if (files.length > 0) return files[0];
      const names = folders.map(({ name }: { name: string }) => name) as string[];
      const [next] = names.includes(`${service}/`) ? [`${service}/`] : names;
      if (!next) throw new Error(`nothing is in ${prefix}`);
      prefix += next;
    }
  }

  async function record(service_type: string): Promise<void> {
    const traces = Array.from({ length: TRACES }, () =>
      trace({ service_type, request: { text: randomBytes(25_000).toString('hex') } }),
    );
    expect((await v3('POST', '/traces', { traces })).body).toMatchObject({ accepted: TRACES });
    await vi.waitFor(
      async () =>
        expect(await fileOf(service_type)).toMatchObject({
          key: expect.stringContaining(`/${service_type}/`),
        }),
      {
        timeout: 20_000,
        interval: 200,
      },
    );
  }

  beforeAll(async () => {
    if (whyNoFaults) return;
    faults = new Faults();
    await house.start({ OPENCTS_TRANSFER_CYCLE: '1' });
    ({ token, projectId } = await house.signIn({ project: 'local' }));
    await v3('POST', '/tracker', SYSTEM);
    const obs_info = { bucket_name: 'evidence', is_obs_created: true };
    await v3('PUT', '/tracker', { ...SYSTEM, obs_info });
    await record('PLAIN');
    const { body } = await v3('POST', '/keys', { alias: 'archive' });
    await v3('PUT', '/tracker', {
      ...{ ...SYSTEM, obs_info, is_support_trace_files_encryption: true, kms_id: body.id },
    });
    await record('SEALED');
  });
  afterAll(async () => {
    if (whyNoFaults) return;
    faults.close();
    await house.stop();
  });

  /** Once nobody reads it any more. @returns the bytes; undefined: it was refused, or broken off */
  async function fetched({ bucket, key }: { bucket: string; key: string }): Promise<Buffer | undefined> {
    const query = new URLSearchParams({ bucket, key });
    const url = `${house.app.url}/v3/${projectId}/archive/file?${query}`;
    try {
      const response = await fetch(url, { headers: { 'x-auth-token': token } });
      const bytes = Buffer.from(await response.arrayBuffer());
      return response.status === 200 ? bytes : undefined;
    } catch {
      return undefined;
    } finally {
      const name = path.join(house.directory, 'objects', bucket, key);
      await expect.poll(() => openFilesBelow(name)).toEqual([]);
    }
  }

  test.each(['PLAIN', 'SEALED'])('of %s: it is whole, or refused, or broken off', async (service) => {
    const file = await fileOf(service);
    const name = path.join(house.directory, 'objects', file.bucket, file.key);
    const watch = faults.watch('read', name);
    const whole = (await fetched(file)) as Buffer;
    expect(whole.length).toBeGreaterThan(1024 * 1024);
    const { seen } = watch;
    expect(seen).toBeGreaterThan(5);
    for (const skip of someOf(seen - 1)) {
      faults.clear();
      const fault = faults.fail({ calls: 'read', error: 'EIO', skip, path: name });
      expect(await fetched(file), `read ${skip}`).toBeUndefined();
      expect(fault.hits).toBe(1);
    }
    faults.clear();
    expect((await fetched(file))?.equals(whole)).toBe(true);
  });
});
