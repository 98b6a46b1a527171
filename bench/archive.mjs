// Transfer and verification without a running service: a journal is filled, cut into trace files as the
// service does it, listed in a digest, and proved.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { exactJson } from '@opencts/client/json';
import { ArchiveCatalog, noteFile } from '../server/dist/archive/index.js';
import { goingOn } from '../server/dist/archive/route-history.js';
import { fromCloudTrail } from '../server/dist/ingest/index.js';
import { Journal, JournalReader } from '../server/dist/journal/index.js';
import { openMetadata } from '../server/dist/metadata/index.js';
import { DirectoryStore } from '../server/dist/objects/index.js';
import { ArchiveSearches } from '../server/dist/search/index.js';
import { TraceGenerator } from './traces.mjs';

const PROJECT = '5f0c1d2e3a4b45c69788a9b0c1d2e3f4';
const BATCH = 2000;
const BUCKET = 'audit-archive';

const RECORDS = path.resolve(import.meta.dirname, '../../shared/data/cloudtrail');

/** Real audit records as traces; undefined where they are not at hand. */
export function realTraces() {
  if (!existsSync(RECORDS)) return undefined;
  return readdirSync(RECORDS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.json(\.gz)?$/.test(entry.name))
    .flatMap((entry) => {
      const bytes = readFileSync(path.join(entry.parentPath, entry.name));
      const text = (entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return JSON.parse(text).Records.map((record) => {
        const trace = fromCloudTrail(record, JSON.stringify(record));
        return JSON.parse(exactJson(trace));
      });
    });
}

/** Traces of the generator, one after the other. */
export function* syntheticTraces(rows) {
  const generator = new TraceGenerator(7);
  for (let i = 0; i < rows; i++) yield generator.trace(Date.now());
}

/** @returns rates in traces a second, bytes a trace in the files, resident memory in MB before and highest */
export async function measureArchive(traces, rows) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-bench-archive-'));
  try {
    const journalDir = path.join(directory, 'journal');
    const lineBytes = await fill(journalDir, traces);
    const journal = new JournalReader(journalDir, await endOf(journalDir), () => undefined);
    const from = await journal.begin();
    const stretch = { from, to: journal.durableEnd };
    const spool = path.join(directory, 'spool');
    await mkdir(spool);
    globalThis.gc?.();
    const before = rss();
    let highest = before;
    const watch = setInterval(() => {
      highest = Math.max(highest, rss());
    }, 100);
    const began = performance.now();
    const manifest = await cutInThread({
      directory: journalDir,
      journalId: 'bench',
      stretch,
      routes: [goingOn(route())],
      cycle: Math.floor(Date.now() / 1000) * 1000,
      folder: path.join(spool, 'cutting'),
      final: path.join(spool, 'ready'),
    });
    const seconds = (performance.now() - began) / 1000;
    clearInterval(watch);
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const found = manifest.files.reduce((sum, file) => sum + file.traces, 0);
    if (found !== rows) throw new Error(`${found} of ${rows} traces are in the files`);
    return {
      rate: rows / seconds,
      bytesPerTrace: bytes / rows,
      lineBytes: lineBytes / rows,
      files: manifest.files.length,
      memory: { before, highest },
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A year of archive, in stretches of one transfer each. */
const STRETCH = 250_000;
const YEAR = 365 * 86_400_000;

/**
 * Fills a bucket in a folder with trace files over a year, once; a later run finds it there.
 * @returns its trace files, as the metadata store knows them
 */
async function fillBucket(root, rows, onProgress) {
  const list = path.join(root, 'files.json');
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8'));
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const generator = new TraceGenerator(7);
  const begin = Date.now() - YEAR;
  const rowsOfFiles = [];
  for (let done = 0; done < rows; done += STRETCH) {
    const count = Math.min(STRETCH, rows - done);
    const traces = (function* () {
      for (let i = 0; i < count; i++) yield generator.trace(begin + Math.floor(((done + i) / rows) * YEAR));
    })();
    const journalDir = path.join(root, 'journal');
    await fill(journalDir, traces);
    const journal = new JournalReader(journalDir, await endOf(journalDir), () => undefined);
    const ready = path.join(root, 'ready');
    const { files } = await cutInThread({
      directory: journalDir,
      journalId: `bench ${done}`,
      stretch: { from: await journal.begin(), to: journal.durableEnd },
      routes: [goingOn(route())],
      cycle: begin + Math.floor(((done + count) / rows) * YEAR),
      folder: path.join(root, 'cutting'),
      final: ready,
    });
    for (const file of files) {
      const target = path.join(root, BUCKET, file.key);
      await mkdir(path.dirname(target), { recursive: true });
      await rename(path.join(ready, file.file), target);
      rowsOfFiles.push({
        bucket: BUCKET,
        key: file.key,
        project_id: PROJECT,
        tracker_id: 't1',
        service: file.service,
        bytes: file.bytes,
        traces: file.traces,
        first_time: file.from,
        last_time: file.to,
        earliest: file.earliest,
        latest: file.latest,
        sha256: file.sha256,
        md5: file.md5,
        delivered_at: file.to,
      });
    }
    await rm(ready, { recursive: true });
    await rm(journalDir, { recursive: true });
    onProgress(done + count);
  }
  await writeFile(list, JSON.stringify(rowsOfFiles));
  return rowsOfFiles;
}

/** Searches in archived traces, beside `zgrep` for the same bytes over the same files. */
export async function measureSearch(root, rows, onProgress) {
  const files = await fillBucket(root, rows, onProgress);
  const directory = await mkdtemp(path.join(os.tmpdir(), 'opencts-bench-search-'));
  const metadata = await openMetadata(path.join(directory, 'metadata.db'));
  const log = { warn() {}, error() {}, info() {}, debug() {} };
  await metadata.transaction().execute(async (transaction) => {
    for (const file of files) await noteFile(transaction, file);
  });
  const catalog = new ArchiveCatalog(metadata, new DirectoryStore(root), undefined);
  const searches = new ArchiveSearches({
    directory: path.join(directory, 'engine'),
    catalog,
    clock: Date.now,
    log,
    onRead: async () => undefined,
  });
  await searches.start();
  try {
    const owner = { projectId: PROJECT, userId: 'bench' };
    const everything = { projectId: PROJECT, family: 'system', from: 0, to: Date.now() + YEAR };
    const search = async (filter) => {
      const began = performance.now();
      const { id } = searches.begin(owner, { ...everything, ...filter }, 100_000, { mayDecrypt: true });
      for (;;) {
        const found = searches.find(owner, id);
        if (found.status === 'failed' || found.problemCount > 0) throw new Error(JSON.stringify(found));
        if (found.status === 'finished') {
          const result = { ...found, seconds: (performance.now() - began) / 1000 };
          await searches.remove(found);
          return result;
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    // The engine starts with the first search.
    await search({ from: Date.now() });
    const middle = files[Math.floor(files.length / 2)];
    const text = gunzipSync(readFileSync(path.join(root, middle.bucket, middle.key))).toString('utf8');
    const [known] = JSON.parse(text);
    const month = { from: middle.earliest - YEAR / 24, to: middle.earliest + YEAR / 24 };
    const measured = [];
    for (const [what, filter] of [
      ['one resource id', { resourceId: known.resource_id }],
      ['one resource id within a month', { resourceId: known.resource_id, ...month }],
      ['one user', { users: ['user777'] }],
      ['one trace source and status', { serviceType: 'SVC7', traceRating: 'incident' }],
      ['incidents', { traceRating: 'incident' }],
      ['all of a month, up to 100,000', month],
    ]) {
      const result = await search(filter);
      measured.push({ what, seconds: result.seconds, found: result.found, traces: result.done.traces });
    }
    const began = performance.now();
    const grep = spawnSync('sh', [
      '-c',
      'find "$0" -name "*.gz" -print0 | xargs -0 -P 2 -n 20 zgrep -h -F "$1" | wc -l',
      path.join(root, BUCKET),
      `"resource_id":"${known.resource_id}"`,
    ]);
    if (grep.status === 0 && Number(grep.stdout) === measured[0].found) {
      measured[0].peer = (performance.now() - began) / 1000;
    }
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { measured, files: files.length, bytes };
  } finally {
    await searches.stop();
    await metadata.destroy();
    await rm(directory, { recursive: true, force: true });
  }
}

const rss = () => process.memoryUsage.rss() / 1024 ** 2;
const route = () => ({
  projectId: PROJECT,
  domainId: 'bench',
  trackerId: 't1',
  tracker: 'system',
  bucket: 'bench',
  prefix: '',
  region: 'eu-de',
  compressed: true,
  sorted: true,
  withoutDataKeys: false,
  lock: undefined,
});

let end;
const endOf = async () => end;

/** @returns bytes of the journal's lines */
async function fill(directory, traces) {
  const journal = await Journal.open({
    directory,
    segmentSize: 64 * 1024 ** 2,
    maxQueue: 1024 ** 3,
    retryWindow: 1000,
    countsSince: () => 0,
    onDurable: () => undefined,
    onDamage: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  let bytes = 0;
  let batch = [];
  const append = async () => {
    if (batch.length > 0) await journal.append(batch, []);
    batch = [];
  };
  for (const { user, request, response, ...rest } of traces) {
    const trace = {
      ...rest,
      trace_id: randomUUID(),
      user: JSON.stringify(user),
      request: textOf(request),
      response: textOf(response),
      project_id: PROJECT,
      record_time: Date.now(),
      event_type: 'system',
      tracker_name: 'system',
    };
    const line = JSON.stringify(
      Object.fromEntries(Object.entries(trace).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    bytes += line.length + 1;
    batch.push({
      routing: {
        recordTime: trace.record_time,
        traceId: trace.trace_id,
        projectId: PROJECT,
        trackerName: 'system',
        serviceType: trace.service_type,
        clientId: false,
        extra: false,
      },
      line,
    });
    if (batch.length >= BATCH) await append();
  }
  await append();
  end = journal.durableEnd;
  await journal.close();
  return bytes;
}

const textOf = (value) => (value === undefined || typeof value === 'string' ? value : JSON.stringify(value));

function cutInThread(workerData) {
  const worker = new Worker(new URL('../server/dist/archive/cutter-thread.js', import.meta.url), {
    workerData,
  });
  return new Promise((resolve, reject) => {
    worker.on('message', (news) => news.kind === 'cut' && resolve(news.manifest));
    worker.once('error', reject);
  });
}
