import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { ArchiveCatalog, FileReader, FileSelection, SelectedFile } from '../archive/index.ts';
import { CtsError } from '../errors.ts';
import type { TraceKey, TracePage } from '../traces/index.ts';
import { type ArchiveFilter, lineCondition } from './condition.ts';
import { Scratch } from './scratch.ts';

/** Files that are scanned in one go. */
const BATCH_BYTES = 32 * 1024 * 1024;
const BATCH_FILES = 64;
/** Files that are fetched side by side. */
const AT_ONCE = 4;
const MOST_SEARCHES = 20;
const MOST_PROBLEMS = 100;
/** How long findings stay when nobody looks at them; without any the engine ends. */
const UNUSED_MS = 30 * 60_000;
const LOOK_EVERY_MS = 60_000;

export type SearchStatus = 'waiting' | 'running' | 'finished' | 'cancelled' | 'failed';

/** Why the traces of a file are not among the findings. */
export interface FileProblem {
  bucket: string;
  key: string;
  problem: 'missing' | 'changed' | 'unreadable';
  message: string;
}

/** Whose search: findings are shown to nobody else, since not everybody may have files decrypted. */
export interface SearchOwner {
  projectId: string;
  userId: string;
}

export interface Search {
  id: string;
  owner: SearchOwner;
  filter: ArchiveFilter;
  status: SearchStatus;
  /** Why it failed. */
  message: string | undefined;
  /** Epoch ms. */
  createdAt: number;
  finishedAt: number | undefined;
  total: { files: number; bytes: number; traces: number };
  done: { files: number; bytes: number; traces: number };
  found: number;
  /** It ended because it had found as many as were asked for; there may be more. */
  limitReached: boolean;
  /** The first of them. */
  problems: FileProblem[];
  problemCount: number;
}

export interface SearchesOptions {
  /** For the engine and what it needs on disk; holds nothing that lasts. */
  directory: string;
  catalog: ArchiveCatalog;
  clock: () => number;
  log: Logger;
  /** A file was read for a search. */
  onRead: (file: SelectedFile, reader: FileReader) => Promise<void>;
}

/** There are too many searches that have not ended. */
export class TooManySearches extends Error {
  override readonly name = 'TooManySearches';
}

interface Work extends Search {
  reader: FileReader;
  limit: number;
  aborted: boolean;
  usedAt: number;
}

/**
 * Searches in archived traces, straight in the trace files: each file is fetched, its hash is checked, and the
 * engine scans it. One search runs at a time; its findings stay while somebody looks at them.
 */
export class ArchiveSearches {
  private readonly options: SearchesOptions;
  private readonly searches = new Map<string, Work>();
  private scratch: Promise<Scratch> | undefined;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private batches = 0;

  constructor(options: SearchesOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    await Scratch.clear(this.options.directory);
    this.timer = setInterval(() => void this.tidy(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const search of this.searches.values()) search.aborted = true;
    await this.running;
    await this.end();
  }

  /** @param limit findings after which it ends. @throws TooManySearches */
  begin(owner: SearchOwner, filter: ArchiveFilter, limit: number, reader: FileReader): Search {
    this.makeRoom();
    const now = this.options.clock();
    const search: Work = {
      id: randomBytes(16).toString('hex'),
      owner,
      filter,
      status: 'waiting',
      message: undefined,
      createdAt: now,
      finishedAt: undefined,
      total: { files: 0, bytes: 0, traces: 0 },
      done: { files: 0, bytes: 0, traces: 0 },
      found: 0,
      limitReached: false,
      problems: [],
      problemCount: 0,
      reader,
      limit,
      aborted: false,
      usedAt: now,
    };
    this.searches.set(search.id, search);
    this.work();
    return search;
  }

  /** Searches of an owner, newest first. */
  list({ projectId, userId }: SearchOwner): Search[] {
    return [...this.searches.values()]
      .filter(({ owner }) => owner.projectId === projectId && owner.userId === userId)
      .reverse();
  }

  find(owner: SearchOwner, id: string): Search | undefined {
    const search = this.list(owner).find((one) => one.id === id) as Work | undefined;
    if (search) search.usedAt = this.options.clock();
    return search;
  }

  /** Findings so far, newest first. */
  async page({ id }: Search, limit: number, after?: TraceKey): Promise<TracePage> {
    const search = this.searches.get(id);
    if (!search || !this.scratch || search.status === 'waiting') return { traces: [], next: null };
    return (await this.scratch).page(tableOf(search), limit, after);
  }

  /** Ends a search; its findings stay. */
  cancel({ id }: Search): void {
    const search = this.searches.get(id);
    if (!search) return;
    search.aborted = true;
    if (search.status === 'waiting') this.ended(search, 'cancelled');
  }

  /** Ends a search, and forgets its findings. */
  async remove(search: Search): Promise<void> {
    this.cancel(search);
    this.searches.delete(search.id);
    if (search.status !== 'running') await this.forget(search);
  }

  private makeRoom(): void {
    if (this.searches.size < MOST_SEARCHES) return;
    const oldest = [...this.searches.values()]
      .filter(({ finishedAt }) => finishedAt !== undefined)
      .sort((a, b) => a.usedAt - b.usedAt)[0];
    if (!oldest) throw new TooManySearches(`${MOST_SEARCHES} searches are waiting or running`);
    void this.remove(oldest);
  }

  private work(): void {
    this.running ??= this.loop().finally(() => {
      this.running = undefined;
    });
  }

  private async loop(): Promise<void> {
    for (;;) {
      const search = [...this.searches.values()].find(({ status }) => status === 'waiting');
      if (!search) return;
      try {
        await this.run(search);
        this.ended(search, search.aborted ? 'cancelled' : 'finished');
      } catch (error) {
        this.options.log.warn({ err: error, search: search.id }, 'a search in the archive failed');
        search.message = error instanceof CtsError ? error.message : 'the search engine ended; search again';
        this.ended(search, 'failed');
      }
      if (!this.searches.has(search.id)) await this.forget(search);
    }
  }

  private async run(search: Work): Promise<void> {
    search.status = 'running';
    const { projectId, from, to, serviceType } = search.filter;
    const selection: FileSelection = {
      projectId,
      from,
      to,
      ...(serviceType === undefined ? {} : { service: serviceType }),
    };
    search.total = await this.options.catalog.sizeOf(selection);
    this.scratch ??= Scratch.open(this.options.directory, this.options.log);
    const scratch = await this.scratch.catch((error) => {
      this.scratch = undefined;
      throw error;
    });
    await scratch.create(tableOf(search));
    const condition = lineCondition(search.filter);
    const files = this.options.catalog.select(selection);
    // While one batch is scanned, the next is fetched.
    let next = this.gather(search, files, scratch);
    try {
      for (let batch = await next; batch && !search.aborted; batch = await next) {
        next = this.gather(search, files, scratch);
        next.catch(() => undefined);
        const missing = search.limit - search.found;
        if (batch.readable > 0) await scratch.scan(tableOf(search), batch.folder, condition, missing);
        await rm(batch.folder, { recursive: true, force: true });
        search.found = await scratch.count(tableOf(search));
        search.done.files += batch.files;
        search.done.bytes += batch.bytes;
        search.done.traces += batch.traces;
        if (search.found >= search.limit) {
          search.limitReached = true;
          return;
        }
      }
    } finally {
      const left = await next.catch(() => undefined);
      if (left) await rm(left.folder, { recursive: true, force: true });
    }
  }

  /** Fetches the next files into a folder of their own; undefined: that was all. */
  private async gather(search: Work, files: AsyncGenerator<SelectedFile>, scratch: Scratch) {
    if (search.aborted) return undefined;
    const batch: SelectedFile[] = [];
    for (let bytes = 0; batch.length < BATCH_FILES && bytes < BATCH_BYTES; ) {
      const { value, done } = await files.next();
      if (done) break;
      batch.push(value);
      bytes += value.bytes;
    }
    if (batch.length === 0) return undefined;
    const folder = path.join(scratch.files, String(++this.batches));
    await mkdir(folder, { mode: 0o700 });
    const read: SelectedFile[] = [];
    const queue = batch.entries();
    const worker = async () => {
      for (const [index, file] of queue) {
        if (search.aborted) return;
        const target = path.join(folder, `${index}.json${file.key.endsWith('.gz') ? '.gz' : ''}`);
        if (await this.fetch(search, file, target)) read.push(file);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
    const failed = workers.find((one) => one.status === 'rejected');
    if (failed) {
      await rm(folder, { recursive: true, force: true });
      throw failed.reason;
    }
    return {
      folder,
      readable: read.length,
      files: batch.length,
      bytes: batch.reduce((sum, { bytes }) => sum + bytes, 0),
      traces: read.reduce((sum, { traces }) => sum + traces, 0),
    };
  }

  /** What is wrong with one file is told, and keeps none of the others from being searched. */
  private async fetch(search: Work, file: SelectedFile, target: string): Promise<boolean> {
    const { catalog, onRead } = this.options;
    try {
      await catalog.fetch(file, target, search.reader);
    } catch (error) {
      await rm(target, { force: true });
      if (!(error instanceof CtsError) || error.status === 503) throw error;
      search.problemCount++;
      if (search.problems.length < MOST_PROBLEMS) {
        const problem = error.status === 404 ? 'missing' : error.status === 500 ? 'changed' : 'unreadable';
        search.problems.push({ bucket: file.bucket, key: file.key, problem, message: error.message });
      }
      return false;
    }
    await onRead(file, search.reader);
    return true;
  }

  private ended(search: Work, status: SearchStatus): void {
    search.status = status;
    search.finishedAt = this.options.clock();
    search.usedAt = search.finishedAt;
  }

  private async forget(search: Search): Promise<void> {
    const scratch = await this.scratch?.catch(() => undefined);
    await scratch?.drop(tableOf(search)).catch(() => undefined);
  }

  /** Forgets what nobody has looked at for long; without any search the engine ends. */
  private async tidy(): Promise<void> {
    const before = this.options.clock() - UNUSED_MS;
    for (const search of [...this.searches.values()]) {
      if (search.finishedAt !== undefined && search.usedAt < before) await this.remove(search);
    }
    if (this.searches.size === 0 && !this.running) await this.end();
  }

  private async end(): Promise<void> {
    const { scratch } = this;
    this.scratch = undefined;
    await (await scratch?.catch(() => undefined))?.close();
  }
}

const tableOf = ({ id }: Search) => `search_${id}`;
