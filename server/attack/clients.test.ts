import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AccessKey, buildGo, CLIENTS, go, PASSWORD, python, run, serverOfClients } from './clients.ts';

/**
 * Clients of the clouds, unchanged: nothing of ours takes part but the server. Each program drives every operation
 * of CTS, SMN and identity that its SDK knows and the service has, and ends at the first one that fails.
 */
const server = serverOfClients();
let key: AccessKey;
let temporary: AccessKey;
beforeAll(async () => {
  key = await server.key();
  temporary = await server.temporaryKey();
});

const secretsOf = ({ access, secret, securitytoken }: AccessKey) =>
  securitytoken === undefined ? [access, secret] : [access, secret, securitytoken];

describe.skipIf(!python)('in Python', () => {
  const drive = (script: string, ...args: string[]) =>
    run(python as string, [path.join(CLIENTS, script), server.url(), ...args]);

  test("Open Telekom Cloud's SDK and openstacksdk, with a password", () => {
    expect(drive('otcextensions_client.py', PASSWORD)).toContain('ok iam delete user');
  });

  test("Huawei Cloud's SDK, with an access key", () => {
    expect(drive('huaweicloud_client.py', 'eu-de', 'p1', ...secretsOf(key))).toContain('ok iam delete user');
  });

  test("Huawei Cloud's SDK, with a temporary key", () => {
    expect(drive('huaweicloud_client.py', 'eu-de', 'p2', ...secretsOf(temporary))).toContain(
      'ok smn delete topic',
    );
  });
});

describe.skipIf(!go)('in Go', () => {
  let program: string;
  beforeAll(() => {
    program = buildGo(server.directory());
  });
  const drive = (mark: string, ...args: string[]) => run(program, [server.url(), 'eu-de', mark, ...args]);

  test("Open Telekom Cloud's SDK, with a password", () => {
    expect(drive('g1', 'password', PASSWORD)).toContain('ok smn delete topic');
  });

  test("Open Telekom Cloud's SDK, with an access key", () => {
    expect(drive('g2', 'aksk', ...secretsOf(key))).toContain('ok smn delete topic');
  });

  test("Open Telekom Cloud's SDK, with a temporary key", () => {
    expect(drive('g3', 'aksk', ...secretsOf(temporary))).toContain('ok smn delete topic');
  });
});
