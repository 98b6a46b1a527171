import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bucketSource } from '../evidence/index.ts';
import { type ObjectStore, ObjectStoreError, objectBytes } from '../objects/index.ts';
import { oneLine } from '../text.ts';
import type { Kept, Ledger, Origin, Outcome, Source } from './origin.ts';
import { type Due, ImportState } from './state.ts';

/** Attempts to go on with an object that gives no byte more, while its store answers. */
const ATTEMPTS = 5;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [1000, 30_000];
const PROBE_MS = 10_000;
/** What could not be read, or was not recorded, is tried again so much later. */
const AGAIN_MS = 600_000;
const NEXT_IMPORT = Number.MAX_SAFE_INTEGER;

export interface BucketOptions {
  objects: ObjectStore;
  bucket: string;
  prefix: string;
  /** '': none outlasts the import. */
  stateFile: string;
  /** What is imported into what; another import has another state. */
  of: string;
  signal: AbortSignal;
  warn: (line: string) => void;
}

/** Where the state of an import lies when nobody says other. */
export function stateFileOf(bucket: string, of: string): string {
  const folder = process.env.XDG_STATE_HOME || path.join(os.homedir(), '.local', 'state');
  const name = createHash('sha256').update(of).digest('hex').slice(0, 16);
  return path.join(folder, 'opencts', `import-${bucket}-${name}.db`);
}

/** Objects of a bucket below a prefix, each read once over all imports with the same state. */
export class BucketOrigin implements Origin {
  readonly atOnce = 8;
  private readonly options: BucketOptions;
  private readonly state: ImportState;
  /** What earlier imports have taken. */
  private readonly earlier: { earlier: number; untaken: number };
  /** It has answered: what fails from then on passes. */
  private hasAnswered = false;
  /** Set while the store is away; all readers wait for it. */
  private comingBack: Promise<void> | undefined;

  private constructor(options: BucketOptions, state: ImportState) {
    this.options = options;
    this.state = state;
    this.earlier = state.sums();
  }

  /** @throws NoState */
  static async open(options: BucketOptions): Promise<BucketOrigin> {
    return new BucketOrigin(options, await ImportState.open(options.stateFile, options.of));
  }

  async look(): Promise<void> {
    const { objects, bucket, prefix } = this.options;
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await this.patiently(() => objects.list(bucket, { prefix, after }));
      this.state.found(page.objects);
      after = page.next;
    }
  }

  waiting(): { files: number; bytes: number } {
    return this.state.waiting(Date.now());
  }

  async *sources(): AsyncGenerator<Source> {
    for (const due of this.state.due(Date.now())) yield this.sourceOf(due);
  }

  archives() {
    const { objects, bucket, prefix } = this.options;
    const root = rootOf(prefix);
    const nameOf = (key: string) => this.nameOf(root + key);
    return [{ name: nameOf(''), source: bucketSource(objects, bucket, root), nameOf }];
  }

  kept(): Kept | undefined {
    const { stateFile: file } = this.options;
    if (file === '') return undefined;
    return { file, ...this.earlier };
  }

  async close(): Promise<void> {
    this.options.objects.close();
    this.state.close();
  }

  private nameOf(key: string): string {
    return oneLine(`s3://${this.options.bucket}/${key}`);
  }

  private sourceOf({ key, size }: Due): Source {
    const { state } = this;
    let taken = 0;
    let isGone = false;
    const ledger: Ledger = {
      get taken() {
        return taken;
      },
      take(records, untaken) {
        taken = records;
        state.take(key, records, untaken);
      },
      end(outcome) {
        if (isGone) state.forget(key);
        else state.end(key, outcome.untaken, againAt(outcome, taken));
      },
    };
    const opened = (version: string) => {
      taken = state.opened(key, version);
    };
    const gone = () => {
      isGone = true;
    };
    return {
      ...{ name: this.nameOf(key), isNamed: key === this.options.prefix, size, ledger },
      open: (signal) => this.bytesOf(key, opened, gone, signal),
    };
  }

  private async *bytesOf(
    key: string,
    opened: (version: string) => void,
    gone: () => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Buffer> {
    const { objects, bucket } = this.options;
    const again = async (error: Error, attempt: number) => {
      if (signal?.aborted || attempt === ATTEMPTS) throw error;
      await this.comesBack(error);
    };
    try {
      const onHead = ({ version }: { version: string }) => opened(version);
      yield* objectBytes({ objects, bucket, key, again, onHead, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (error instanceof ObjectStoreError && error.problem === 'no-object') gone();
      throw error;
    }
  }

  /** @throws ObjectStoreError when it fails at the first time, or would fail ever again */
  private async patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await call();
        this.hasAnswered = true;
        return answer;
      } catch (error) {
        if (!this.hasAnswered || !isAway(error) || this.options.signal.aborted) throw error;
        await this.comesBack(error as Error);
      }
    }
  }

  private comesBack(why: Error): Promise<void> {
    this.comingBack ??= this.answers(why).finally(() => {
      this.comingBack = undefined;
    });
    return this.comingBack;
  }

  /** Resolves when the store answers, however long that takes. @throws ObjectStoreError for another reason */
  private async answers(why: Error): Promise<void> {
    const { objects, bucket, prefix, signal, warn } = this.options;
    let error = why;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      warn(`${error.message}; next try in ${wait / 1000} s`);
      await sleep(wait, undefined, { signal });
      try {
        await objects.within(PROBE_MS).list(bucket, { prefix, limit: 1 });
        return;
      } catch (failure) {
        if (!isAway(failure) || signal.aborted) throw failure;
        error = failure as Error;
      }
    }
  }
}

const isAway = (error: unknown) => error instanceof ObjectStoreError && error.problem === 'away';

/** Where an archive begins, of whose keys all begin with `CloudTraces`; '': at the top of the bucket. */
function rootOf(prefix: string): string {
  const within = /^(.*?\/)?CloudTraces(?:\/|$)/s.exec(prefix);
  if (within) return within[1] ?? '';
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** Of what was recorded nothing is sent again. @returns epoch ms; null: it is done with */
function againAt({ isUnread, recorded, unrecorded, untaken }: Outcome, taken: number): number | null {
  if (isUnread) return Date.now() + AGAIN_MS;
  if (recorded + taken > 0) return null;
  if (unrecorded > 0) return Date.now() + AGAIN_MS;
  return untaken > 0 ? NEXT_IMPORT : null;
}
