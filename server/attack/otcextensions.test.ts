import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PASSWORD, removeDirectory, startServer, temporaryDirectory } from './harness.ts';

const python = process.env.OPENCTS_TEST_PYTHON;
if (!python) console.warn('skipped: OPENCTS_TEST_PYTHON names no Python that has otcextensions');

test.skipIf(!python)("Open Telekom Cloud's own Python SDK works unchanged", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer(directory, { OPENCTS_REGIONS: 'eu-de' }, { enabled: false });
  try {
    const script = path.resolve(import.meta.dirname, '../clients/otcextensions_client.py');
    const output = execFileSync(python as string, [script, server.url, PASSWORD], { encoding: 'utf8' });
    expect(output).toContain('ok v3 delete tracker');
  } finally {
    await server.stop();
    await removeDirectory(directory);
  }
});
