import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Engine, startEngine } from '../src/engine/index.ts';
import { canMount, removeDirectory, temporaryDirectory } from './harness.ts';

const SECONDS = 30;

/** A file that takes all room of its disk but for some bytes. */
class Ballast {
  private readonly file: number;
  private readonly disk: string;

  constructor(disk: string) {
    this.disk = disk;
    this.file = openSync(path.join(disk, 'ballast'), 'w');
  }

  leave(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.disk);
    const more = bavail * bsize - bytes;
    const { size } = fstatSync(this.file);
    if (more < 0) ftruncateSync(this.file, Math.max(0, size + more));
    for (let at = size, end = size + more; at < end; ) {
      try {
        at += writeSync(this.file, Buffer.alloc(Math.min(end - at, 64 * 1024)), 0, undefined, at);
      } catch {
        return;
      }
    }
  }

  close(): void {
    closeSync(this.file);
    rmSync(path.join(this.disk, 'ballast'));
  }
}

/** @returns the body of the answer; undefined when there is none, or an error */
const ask = ({ socketPath }: Engine, body: string, query?: string) =>
  new Promise<string | undefined>((resolve) => {
    const target = query === undefined ? '/' : `/?query=${encodeURIComponent(query)}`;
    const request = http.request({ socketPath, method: 'POST', path: target }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(response.statusCode === 200 ? text : undefined);
    });
    request.once('error', () => resolve(undefined));
    request.end(body);
  });

test.skipIf(!canMount())(
  'while its disk becomes full again and again, the embedded engine acknowledges nothing that it has not written',
  async () => {
    const directory = await temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', directory]);
    const died: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => died.push(line) });
    const options = { dataDir: directory, memory: 800 * 1024 ** 2, log };
    let engine = await startEngine(options);
    const ballast = new Ballast(directory);
    try {
      await ask(engine, 'CREATE DATABASE IF NOT EXISTS d');
      const settings = 'fsync_after_insert = 1, min_bytes_for_wide_part = 134217728';
      await ask(
        engine,
        `CREATE TABLE d.t (id UInt32, text String) ENGINE = ReplacingMergeTree ORDER BY id SETTINGS ${settings}`,
      );
      const acknowledged: number[] = [];
      for (let id = 0, until = Date.now() + SECONDS * 1000; Date.now() < until; id++) {
        const row = JSON.stringify({ id, text: 'x'.repeat(2000) });
        // Room enough to begin, and none from some moment on.
        ballast.leave(2 * 1024 * 1024);
        const inserted = ask(engine, row, 'INSERT INTO d.t FORMAT JSONEachRow');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
        ballast.leave(0);
        if ((await inserted) !== undefined) acknowledged.push(id);
      }
      ballast.close();
      await engine.stop();
      engine = await startEngine(options);
      const rows = await ask(engine, 'SELECT DISTINCT id FROM d.t ORDER BY id');
      const stored = new Set(rows?.trim().split('\n').map(Number));
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      // Else there was nothing to withstand.
      expect(died.filter((line) => line.includes('is not whole'))).not.toEqual([]);
    } finally {
      await engine.stop();
      execFileSync('umount', ['-l', directory]);
      await removeDirectory(directory);
    }
  },
  180_000,
);
