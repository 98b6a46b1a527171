import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** A fenced block of a page. */
export interface Block {
  language: string;
  text: string;
  /** Where it begins. */
  line: number;
}

/** The blocks of a page that have a language, in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].map((found) => {
    const [, indent = '', language = '', body = ''] = found;
    const line = text.slice(0, found.index).split('\n').length;
    return { language, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''), line };
  });
}

/** A folder that looks like a clone after `npm ci`, into which the service may write. */
export function cloneIn(folder: string): string {
  const clone = path.join(folder, 'clone');
  mkdirSync(clone);
  const apart = ['.git', 'opencts-data', 'test-results'];
  for (const name of readdirSync(ROOT)) {
    if (!apart.includes(name)) symlinkSync(path.join(ROOT, name), path.join(clone, name));
  }
  return clone;
}

/** Whether bash reads a block without complaint. @throws what it complains of */
export function checkSyntax({ text }: Block): void {
  execFileSync('bash', ['-n'], { input: text, stdio: 'pipe' });
}

/** What a page's shell did with one block. */
export interface Outcome {
  output: string;
  code: number;
}

/**
 * One bash in which a reader pastes block after block. Each is given when the one before has ended, and what a
 * block leaves running ends with the shell.
 */
export class Shell {
  readonly #process;
  #told = '';

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn('bash', ['--noprofile', '--norc'], { cwd, env, detached: true });
    this.#process.stdin.write("set -o pipefail\ntrap 'failed=$?' ERR\n");
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (text) => {
        this.#told += text;
      });
    }
  }

  /** Pastes a block, and waits until the prompt would be there again. Its code is that of the last failure in it. */
  async paste(text: string): Promise<Outcome> {
    this.#told = '';
    this.#process.stdin.write(`failed=0\n{\n${text}\n} < /dev/null\nprintf '\\n@@%d@@\\n' $failed\n`);
    const end = /\n@@(\d+)@@\n/;
    await this.#until(end);
    const found = end.exec(this.#told) as RegExpExecArray;
    return { output: this.#told.slice(0, found.index), code: Number(found[1]) };
  }

  /** Pastes a block that does not end, as into a terminal of its own, and waits for what it says. */
  async leave(text: string, says: RegExp): Promise<void> {
    this.#told = '';
    this.#process.stdin.write(`{\n${text}\n} < /dev/null 2>&1 &\n`);
    await this.#until(says);
  }

  /** Waits for what a block that was left says. */
  says(what: RegExp): Promise<void> {
    return this.#until(what);
  }

  async #until(what: RegExp): Promise<void> {
    for (let tries = 0; !what.test(this.#told); tries++) {
      if (tries > 600) throw new Error(`it did not say ${what}, but: ${this.#told}`);
      if (this.#process.exitCode !== null) throw new Error(`the shell has ended: ${this.#told}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    // All that it has started.
    process.kill(-(this.#process.pid as number), 'SIGTERM');
    this.#process.stdin.end();
    await ended;
  }
}
