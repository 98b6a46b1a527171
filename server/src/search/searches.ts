import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { ArchiveCatalog, FileReader, FileSelection, SelectedFile } from '../archive/index.ts';
import { CtsError, ERRORS } from '../errors.ts';
import { FairQueue } from '../shares/index.ts';
import { ReadTooWide, type TraceFilter, type TraceKey, type TracePage } from '../traces/index.ts';
import { type LineCondition, lineCondition } from './condition.ts';
import {
  BATCH_BYTES,
  BATCH_FILES,
  FINDING_SHARES,
  MAX_FOUND_BYTES,
  MOST_KEPT,
  MOST_UNFINISHED,
  MOST_UNFINISHED_IN_ALL,
  SEARCH_SHARES,
} from './limits.ts';
import { Scratch } from './scratch.ts';

/** Files that are fetched side by side. */
const AT_ONCE = 4;
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
  /** Account, whose share it takes. */
  domainId: string;
  projectId: string;
  userId: string;
}

export interface Search {
  id: string;
  owner: SearchOwner;
  filter: TraceFilter;
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

interface Work extends Search {
  reader: FileReader;
  limit: number;
  stopped: AbortController;
  usedAt: number;
}

/** A search that has begun. */
interface Scan {
  scratch: Scratch;
  condition: LineCondition;
  files: AsyncGenerator<SelectedFile>;
  /** Fetched while the batch before it is scanned. */
  next: Promise<Batch | undefined> | undefined;
}

interface Batch {
  folder: string;
  readable: number;
  files: number;
  bytes: number;
  traces: number;
}

/**
 * Searches in archived traces, straight in the trace files: each file is fetched, its hash is checked, and the
 * engine scans it. Accounts take turns, batch of files by batch. Findings stay while somebody looks at them.
 */
export class ArchiveSearches {
  private readonly options: SearchesOptions;
  private readonly searches = new Map<string, Work>();
  private scratch: Promise<Scratch> | undefined;
  private readonly running = new Set<Promise<void>>();
  private readonly turns = new FairQueue(SEARCH_SHARES);
  private readonly looks = new FairQueue(FINDING_SHARES);
  /** What accounts share here. */
  readonly queues: readonly FairQueue[] = [this.turns, this.looks];
  private timer: NodeJS.Timeout | undefined;
  private batches = 0;

  constructor(options: SearchesOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    await Scratch.clear(this.options.directory).catch((err) => this.keptFiles(err));
    this.timer = setInterval(() => void this.tidy(), LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const search of this.searches.values()) search.stopped.abort();
    await Promise.all(this.running);
    await this.end();
  }

  /** @param limit findings after which it ends. @throws CtsError 429 */
  begin(owner: SearchOwner, filter: TraceFilter, limit: number, reader: FileReader): Search {
    this.makeRoom(owner.domainId);
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
      stopped: new AbortController(),
      usedAt: now,
    };
    this.searches.set(search.id, search);
    const work = this.work(search).finally(() => this.running.delete(work));
    this.running.add(work);
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
  async page(
    { id }: Search,
    limit: number,
    after: TraceKey | undefined,
    gone: AbortSignal,
  ): Promise<TracePage> {
    const search = this.searches.get(id);
    if (!search || !this.scratch || search.status === 'waiting') return { traces: [], next: null };
    const scratch = await this.scratch;
    return this.looks.run(search.owner.domainId, () => scratch.page(tableOf(search), limit, after), gone);
  }

  /** Ends a search; its findings stay. */
  cancel({ id }: Search): void {
    const search = this.searches.get(id);
    if (!search) return;
    search.stopped.abort();
    if (search.status === 'waiting') this.ended(search, 'cancelled');
  }

  /** Ends a search, and forgets its findings. */
  async remove(search: Search): Promise<void> {
    this.cancel(search);
    this.searches.delete(search.id);
    if (search.status !== 'running') await this.forget(search);
  }

  private makeRoom(account: string): void {
    const all = [...this.searches.values()];
    const mine = all.filter(({ owner }) => owner.domainId === account);
    const unfinished = mine.filter(({ finishedAt }) => finishedAt === undefined).length;
    const inAll = all.filter(({ finishedAt }) => finishedAt === undefined).length;
    if (unfinished >= MOST_UNFINISHED || (unfinished > 0 && inAll >= MOST_UNFINISHED_IN_ALL)) {
      throw ERRORS.tooMany('searches', unfinished, SEARCH_SHARES.retryAfter ?? 1);
    }
    if (mine.length < MOST_KEPT) return;
    const oldest = mine
      .filter(({ finishedAt }) => finishedAt !== undefined)
      .sort((a, b) => a.usedAt - b.usedAt)[0];
    if (oldest) void this.remove(oldest);
  }

  private async work(search: Work): Promise<void> {
    try {
      await this.run(search);
      this.ended(search, search.stopped.signal.aborted ? 'cancelled' : 'finished');
    } catch (error) {
      if (search.stopped.signal.aborted) {
        this.ended(search, 'cancelled');
      } else {
        this.options.log.warn({ err: error, search: search.id }, 'a search in the archive failed');
        search.message = reasonOf(error);
        this.ended(search, 'failed');
      }
    }
    if (!this.searches.has(search.id)) await this.forget(search);
  }

  /** From batch to batch, each in the turn of its account. */
  private async run(search: Work): Promise<void> {
    const turn = <T>(step: () => Promise<T>) =>
      this.turns.run(search.owner.domainId, step, search.stopped.signal);
    const scan = await turn(() => this.prepare(search));
    try {
      while (await turn(() => this.step(search, scan))) {
        // The turn of the next account.
      }
    } finally {
      const left = await scan.next?.catch(() => undefined);
      if (left) await rm(left.folder, { recursive: true, force: true });
    }
  }

  private async prepare(search: Work): Promise<Scan> {
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
    return {
      scratch,
      condition: lineCondition(search.filter),
      files: this.options.catalog.select(selection),
      next: undefined,
    };
  }

  /** Scans a batch; meanwhile the next is fetched. @returns whether there may be more */
  private async step(search: Work, scan: Scan): Promise<boolean> {
    const { scratch, condition, files } = scan;
    const batch = await (scan.next ?? this.gather(search, files, scratch));
    scan.next = undefined;
    if (!batch) return false;
    if (search.stopped.signal.aborted) {
      await rm(batch.folder, { recursive: true, force: true });
      return false;
    }
    scan.next = this.gather(search, files, scratch);
    scan.next.catch(() => undefined);
    const missing = search.limit - search.found;
    try {
      if (batch.readable > 0) await scratch.scan(tableOf(search), batch.folder, condition, missing);
    } finally {
      await rm(batch.folder, { recursive: true, force: true });
    }
    const { traces, bytes } = await scratch.count(tableOf(search));
    search.found = traces;
    search.done.files += batch.files;
    search.done.bytes += batch.bytes;
    search.done.traces += batch.traces;
    search.limitReached = traces >= search.limit || bytes >= MAX_FOUND_BYTES;
    // The fetch belongs to this turn as well; what it fails of is met in the next.
    await scan.next.catch(() => undefined);
    return !search.limitReached;
  }

  /** Fetches the next files into a folder of their own; undefined: that was all. */
  private async gather(
    search: Work,
    files: AsyncGenerator<SelectedFile>,
    scratch: Scratch,
  ): Promise<Batch | undefined> {
    if (search.stopped.signal.aborted) return undefined;
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
        if (search.stopped.signal.aborted) return;
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
    if (search.finishedAt !== undefined) return;
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
    if (this.searches.size === 0 && this.running.size === 0) await this.end();
  }

  private async end(): Promise<void> {
    const { scratch } = this;
    this.scratch = undefined;
    await (await scratch?.catch(() => undefined))?.close().catch((err) => this.keptFiles(err));
  }

  /** They hold nothing that lasts, and are removed before the next engine begins. */
  private keptFiles(err: unknown): void {
    this.options.log.warn({ err }, 'files of searches that are over cannot be removed now');
  }
}

/** What the system, or the engine by its codes, says: without the names of files. */
const REFUSALS: Record<string, string> = {
  ...of(['ENOSPC', '243'], 'the disk of the service is full; search again when there is room'),
  ...of(['EMFILE', 'ENFILE'], 'too many files are open in the service; search again'),
  ...of(['EIO', '74', '75'], 'the disk of the service cannot be read or written; search again'),
};

function of(codes: readonly string[], reason: string): Record<string, string> {
  return Object.fromEntries(codes.map((code) => [code, reason]));
}

function reasonOf(error: unknown): string {
  if (error instanceof CtsError || error instanceof ReadTooWide) return error.message;
  for (let at = error; at instanceof Error; at = at.cause) {
    const reason = REFUSALS[(at as NodeJS.ErrnoException).code ?? ''];
    if (reason) return reason;
  }
  return 'the search engine ended; search again';
}

const tableOf = ({ id }: Search) => `search_${id}`;
