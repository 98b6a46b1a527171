import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AccessKey, buildGo, CLIENTS, go, PASSWORD, python, run, serverOfClients } from './clients.ts';
import { MAIN } from './harness.ts';
import { installPacked } from './packed.ts';

/** Every block of `docs/clients.md` is run as it is printed; only the address and the password are others. */
const ROOT = path.resolve(import.meta.dirname, '../..');
const PRINTED = 'http://127.0.0.1:8780';
const BLOCKS = [
  ...readFileSync(path.join(ROOT, 'docs/clients.md'), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms),
].map(([, language = '', text = '']) => ({ language, text, used: false }));

const server = serverOfClients('local');
let key: AccessKey;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  key = await server.key();
  const installed = python ? `${path.dirname(python)}:` : '';
  env = {
    PATH: `${installed}${process.env.PATH}`,
    HOME: process.env.HOME,
    OPENCTS_URL: server.url(),
    OPENCTS_PASSWORD: PASSWORD,
    ACCESS_KEY: key.access,
    SECRET_KEY: key.secret,
  };
  opencts('trackers', 'enable-cts');
});

function opencts(...args: string[]): string {
  return run(process.execPath, [MAIN, ...args], { env });
}

/** The block that holds a text, with the address of the server. */
function block(language: string, holds: string): string {
  const found = BLOCKS.filter((one) => one.language === language && one.text.includes(holds));
  if (found.length !== 1) throw new Error(`${found.length} blocks of ${language} hold ${holds}`);
  for (const one of found) one.used = true;
  return (found[0]?.text ?? '').replaceAll(PRINTED, server.url());
}

function folder(name: string): string {
  const made = path.join(server.directory(), name);
  mkdirSync(made, { recursive: true });
  return made;
}

const shell = (text: string, cwd: string) => run('bash', ['-euc', text], { cwd, env });

/** Values of an `hcl` block by the names of their arguments, those of `endpoints` among them. */
function argumentsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\s*(\w+)\s*= "?([^"{\n]+)"?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

function hasJq(): boolean {
  try {
    execFileSync('jq', ['--version']);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasJq())('the variables are made', () => {
  const text = block('sh', 'keys create admin').replace('test-password-1', PASSWORD);
  expect(shell(`${text}\necho "$ACCESS_KEY $SECRET_KEY"`, ROOT).trim()).toMatch(/^[A-Z0-9]{20} \S{40}$/);
});

describe.skipIf(!python)('with Python', () => {
  // What is installed by a block is installed already.
  const commands = () => block('sh', 'cat > clouds.yaml').replace(/^pip install .*$/m, '');

  test('the OpenStack command line', () => {
    const output = shell(commands(), folder('openstack'));
    expect(output).toContain(`${server.url()}/v3/`);
    expect(output).toContain('createTracker');
  });

  test("Open Telekom Cloud's SDK", () => {
    const cwd = folder('openstack');
    writeFileSync(path.join(cwd, 'block.py'), block('python', 'otcextensions'));
    expect(run(python as string, ['block.py'], { cwd, env })).toBe("['system']\n");
  });

  test("Huawei Cloud's SDK", () => {
    const program = block('python', 'huaweicloudsdkcts');
    expect(run(python as string, ['-c', program], { env })).toContain('"trace_name": "login"');
  });
});

describe.skipIf(!go)('with Go', () => {
  test('the program', () => {
    const cwd = folder('go');
    writeFileSync(path.join(cwd, 'main.go'), block('go', 'package main'));
    const modules = { cwd, env: { ...env, GOFLAGS: '-mod=mod' } };
    run('bash', ['-euc', block('sh', 'go get')], modules);
    expect(run(go as string, ['run', '.'], modules)).toMatch(/ login .*<nil>/);
  });
});

test('JavaScript, with the package as it is packed', () => {
  expect(shell(`${block('sh', 'npm pack')} --dry-run`.replace('\n', ''), ROOT)).toMatch(
    /^opencts-client-.*\.tgz$/m,
  );
  const cwd = folder('javascript');
  installPacked(cwd);
  writeFileSync(path.join(cwd, 'block.mjs'), block('js', '@opencts/client'));
  expect(run(process.execPath, ['block.mjs'], { cwd, env })).toMatch(/^createTracker$/m);
});

describe("the arguments of Terraform's providers", () => {
  // What they drive makes the tracker itself.
  beforeAll(() => {
    opencts('trackers', 'delete', 'system');
  });

  test.skipIf(!python)("of Huawei Cloud's provider, which drive the Python SDK", () => {
    const args = argumentsOf(block('hcl', 'provider "huaweicloud"'));
    expect(args).toMatchObject({ skip_check_website_type: 'true', auth_url: `${server.url()}/v3` });
    const { iam, cts, smn, region, project_name, domain_name } = args as Record<string, string>;
    expect([iam, cts, smn]).toEqual(Array(3).fill(`${server.url()}/`));
    expect([project_name, domain_name]).toEqual(['local', 'default']);
    const script = path.join(CLIENTS, 'huaweicloud_client.py');
    const told = run(python as string, [
      script,
      server.url(),
      region as string,
      'tf',
      key.access,
      key.secret,
    ]);
    expect(told).toContain('ok iam delete user');
  });

  test.skipIf(!go)("of Open Telekom Cloud's provider, which drive the Go SDK", () => {
    const program = buildGo(server.directory());
    const withPassword = argumentsOf(block('hcl', 'user_name'));
    const withKey = BLOCKS.find(
      ({ language, text }) =>
        language === 'hcl' && /"opentelekomcloud"/.test(text) && !text.includes('user_name'),
    );
    if (!withKey) throw new Error('there is no block with an access key');
    withKey.used = true;
    const { user_name, ...rest } = withPassword;
    expect(user_name).toBe('admin');
    const url = `${server.url()}/v3`;
    expect(rest).toEqual({ auth_url: url, domain_name: 'default', tenant_name: 'local', region: 'local' });
    expect(argumentsOf(withKey.text.replaceAll(PRINTED, server.url()))).toEqual(rest);
    const drive = (...args: string[]) => run(program, [server.url(), rest.region as string, ...args]);
    expect(drive('tp', 'password', PASSWORD)).toContain('ok smn delete topic');
    expect(drive('tk', 'aksk', key.access, key.secret)).toContain('ok smn delete topic');
  });
});

test.skipIf(!python || !go || !hasJq())('no block is left out', () => {
  expect(BLOCKS.filter(({ used }) => !used).map(({ text }) => text)).toEqual([]);
});
