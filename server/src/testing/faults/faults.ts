import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import os, { constants } from 'node:os';
import path from 'node:path';

/** Calls of the C library on files, as `shim.c` numbers them. */
const CALLS = { open: 1, read: 2, write: 4, sync: 8, rename: 16, mkdir: 32, unlink: 64, truncate: 128 };
export type Call = keyof typeof CALLS;
/** Those that change what is on disk. */
export const CHANGES: Call[] = ['write', 'sync', 'rename', 'mkdir', 'unlink', 'truncate'];

/**
 * `before`: nothing happens; `after`: it happens all the same; `half`: half of a write happens, the next ones fail;
 * `lost`: what a sync should have brought to the disk is gone.
 */
const WHEN = { before: 0, after: 1, half: 2, lost: 3, note: 4 };
export type When = Exclude<keyof typeof WHEN, 'note'>;
export type Errno = 'EIO' | 'ENOSPC' | 'EMFILE';

/** Bytes of the file that the shim shares with us: a head, 15 rules, what was noted. */
const HEAD = 256;
const RULE = 256;
const MOST_RULES = 15;
const RULE_PATH = 28;
const NOTES = HEAD + MOST_RULES * RULE;
const MOST_NOTES = 1 << 20;

export interface Rule {
  calls: Call | Call[];
  /** Glob over the whole path; `*` goes over slashes. */
  path: string;
  error: Errno;
  when?: When;
  /** Calls that pass before. */
  skip?: number;
  /** Calls that fail then. Of a write in halves three: libuv tries again, and hides the second. */
  times?: number;
}

/** A rule that is in force. */
export interface Fault {
  /** Calls that it looked at. */
  readonly seen: number;
  /** Those that failed. */
  readonly hits: number;
}

/** Where tests do what they do a thousand times: a disk that is one in name only. */
export const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();

/** Why no fault can be injected; undefined: it can. */
export const whyNoFaults = why();

function why(): string | undefined {
  if (process.platform !== 'linux') return 'it takes Linux';
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no C compiler';
  }
}

/** What a process needs in its environment to live under the rules. */
export interface FaultsEnv {
  LD_PRELOAD: string;
  TEST_FAULTS: string;
}

export const faultsIn = (directory: string): FaultsEnv => ({
  LD_PRELOAD: path.join(directory, 'faults.so'),
  TEST_FAULTS: path.join(directory, 'rules'),
});

/** Compiles the shim, and lays the file of the rules beside it. */
export function buildFaults(directory: string): FaultsEnv {
  const env = faultsIn(directory);
  const source = path.join(import.meta.dirname, 'shim.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', env.LD_PRELOAD, source, '-ldl']);
  const rules = openSync(env.TEST_FAULTS, 'w');
  ftruncateSync(rules, NOTES + MOST_NOTES);
  closeSync(rules);
  return env;
}

export interface Noted {
  /** Of the rule; an `open` that may make its file is an `append`, one that empties it as well a `create`. */
  call: string;
  failed: boolean;
  path: string;
  /** Of a rename. */
  from: string;
}

/** Rules by which calls on files fail, in this process and those that it starts. */
export class Faults {
  private readonly file: number;
  private rules = 0;

  /** @param rules `TEST_FAULTS` of the processes that are meant */
  constructor(rules = process.env.TEST_FAULTS as string) {
    this.file = openSync(rules, 'r+');
    this.clear();
  }

  fail({
    calls,
    path: pattern,
    error,
    when = 'before',
    skip = 0,
    times = when === 'half' ? 3 : 1,
  }: Rule): Fault {
    return this.add([calls].flat(), pattern, constants.errno[error], WHEN[when], skip, times);
  }

  /** Counts calls, and lets them pass. */
  watch(calls: Call | Call[], pattern: string): Fault {
    return this.add([calls].flat(), pattern, 0, WHEN.before, 0, 0);
  }

  /** Writes down calls; `noted` tells them. */
  note(calls: Call | Call[], pattern: string): void {
    this.add([calls].flat(), pattern, 0, WHEN.note, 0, 0x7fffffff);
  }

  noted(): Noted[] {
    const text = Buffer.alloc(Math.min(this.number(4), MOST_NOTES));
    readSync(this.file, text, 0, text.length, NOTES);
    const lines = text.toString().split('\n').filter(Boolean);
    return lines.map((line) => {
      const [call = '', failed, name = '', from = ''] = line.split('\t');
      return { call, failed: failed === '1', path: name, from };
    });
  }

  /** All is well again. */
  clear(): void {
    this.rules = 0;
    writeSync(this.file, Buffer.alloc(NOTES), 0, NOTES, 0);
  }

  close(): void {
    this.clear();
    closeSync(this.file);
  }

  private add(
    calls: Call[],
    pattern: string,
    error: number,
    when: number,
    skip: number,
    times: number,
  ): Fault {
    if (this.rules === MOST_RULES) throw new Error('these are too many rules');
    const at = HEAD + this.rules * RULE;
    const rule = Buffer.alloc(RULE);
    const mask = calls.reduce((sum, call) => sum | CALLS[call], 0);
    [mask, error, when, skip, times].forEach((value, i) => {
      rule.writeInt32LE(value, i * 4);
    });
    if (rule.write(pattern, RULE_PATH) >= RULE - RULE_PATH) throw new Error('the path is too long');
    writeSync(this.file, rule, 0, RULE, at);
    const count = Buffer.alloc(4);
    count.writeInt32LE(++this.rules);
    writeSync(this.file, count, 0, 4, 0);
    const number = (offset: number) => this.number(at + offset);
    return {
      get seen() {
        return number(20);
      },
      get hits() {
        return number(24);
      },
    };
  }

  private number(offset: number): number {
    const bytes = Buffer.alloc(4);
    readSync(this.file, bytes, 0, 4, offset);
    return bytes.readInt32LE();
  }
}
