import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface ClickHouseServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Why a server cannot be built here; undefined when it can. */
export function whyNoServer(): string | undefined {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'there is no C compiler (cc) to build a ClickHouse server from libchdb';
  }
  return existsSync(libraryDirectory() ?? '') ? undefined : 'libchdb is not installed for this platform';
}

function libraryDirectory(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    return path.dirname(require.resolve(`@chdb/lib-${process.platform}-${process.arch}-gnu/package.json`));
  } catch {
    return undefined;
  }
}

/** Builds the server once for each version of its source. */
function build(): string {
  const source = path.join(import.meta.dirname, 'clickhouse-server.c');
  const library = libraryDirectory() ?? '';
  const version = createHash('sha256')
    .update(readFileSync(source))
    .update(library)
    .digest('hex')
    .slice(0, 16);
  const directory = path.join(os.tmpdir(), 'opencts-clickhouse-server');
  const binary = path.join(directory, version);
  if (existsSync(binary)) return binary;
  mkdirSync(directory, { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  execFileSync('cc', ['-O1', '-o', fresh, source, `-L${library}`, '-l:libchdb.so', `-Wl,-rpath,${library}`]);
  renameSync(fresh, binary);
  return binary;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it on an empty directory; it ends with {@link ClickHouseServer.stop} or with this process. */
export async function startClickHouse(): Promise<ClickHouseServer> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'opencts-clickhouse-'));
  const config = path.join(directory, 'config.xml');
  writeFileSync(config, '<clickhouse><logger><level>none</level></logger></clickhouse>');
  const [http, tcp] = [await freePort(), await freePort()];
  const child = spawn(
    build(),
    [
      `--path=${path.join(directory, 'data')}`,
      `--config-file=${config}`,
      `--http_port=${http}`,
      `--tcp_port=${tcp}`,
      '--listen_host=127.0.0.1',
      '--structure=l String',
      '--input-format=LineAsString',
      '--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM table FORMAT Null',
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const url = `http://127.0.0.1:${http}`;
  await answers(url, child);
  return {
    url,
    pid: child.pid as number,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8');
  });
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the ClickHouse server ended: ${complaints}`);
    const response = await fetch(`${url}/?query=SELECT+version()`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the ClickHouse server does not answer: ${complaints}`);
}
