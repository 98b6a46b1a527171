import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Logger } from 'pino';
import { type Engine, removeEngine, startEngine } from '../engine/index.ts';
import {
  bind,
  connect,
  type Parameters,
  type TraceKey,
  type TracePage,
  traceOfFile,
} from '../traces/index.ts';
import type { LineCondition } from './condition.ts';

const DATABASE = 'searches';
/** What the engine may take besides itself; a search reads in small blocks. */
const MEMORY = 512 * 1024 ** 2;
const THREADS = 2;
const CONNECTIONS = 8;
const BLOCK_ROWS = 8192;
/** Characters that mean something in a path of several files. */
const GLOB = /[*?{}[\]]/;

/** An engine of its own for searches, so that they take nothing from the trace list's, and their findings. */
export class Scratch {
  private readonly directory: string;
  private readonly engine: Engine;
  private readonly client: ClickHouseClient;
  /** Folder for the files that are to be scanned. */
  readonly files: string;

  private constructor(directory: string, engine: Engine) {
    this.directory = directory;
    this.engine = engine;
    this.client = connect({ socketPath: engine.socketPath }, { connections: CONNECTIONS });
    const beside = path.join(directory, 'files');
    this.files = GLOB.test(beside) ? path.join(os.tmpdir(), `opencts-search-${process.pid}`) : beside;
  }

  /** Removes what an earlier run has left. */
  static async clear(directory: string): Promise<void> {
    await removeEngine(directory);
  }

  /** @throws Error when the engine does not start */
  static async open(directory: string, log: Logger): Promise<Scratch> {
    await Scratch.clear(directory);
    const engine = await startEngine({ dataDir: directory, memory: MEMORY, log });
    const scratch = new Scratch(directory, engine);
    await mkdir(scratch.files, { recursive: true, mode: 0o700 });
    await scratch.command(`CREATE DATABASE ${DATABASE}`);
    return scratch;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.engine.stop();
    await rm(this.files, { recursive: true, force: true });
    await rm(this.directory, { recursive: true, force: true });
  }

  async create(table: string): Promise<void> {
    await this.command(
      `CREATE TABLE ${DATABASE}.${table} (time Int64, trace_id String, line String CODEC(ZSTD(1)))
       ENGINE = MergeTree ORDER BY (time, trace_id)`,
    );
  }

  async drop(table: string): Promise<void> {
    await this.command(`DROP TABLE IF EXISTS ${DATABASE}.${table}`);
  }

  /** Takes the matching traces of all files of a folder, and no more than so many. */
  async scan(table: string, folder: string, condition: LineCondition, most: number): Promise<void> {
    // A line of a trace file is a trace, with a bracket of the array or a comma at its ends.
    await this.command(
      `INSERT INTO ${DATABASE}.${table}
       SELECT JSONExtractInt(line, 'time'), JSONExtractString(line, 'trace_id'), line FROM (
         SELECT trim(BOTH '[,]' FROM text) AS line
         FROM file({files:String}, 'LineAsString', 'text String')
         WHERE ${condition.hint.replaceAll('(line,', '(text,')}
       ) WHERE ${condition.exact} LIMIT {most:UInt64}
       SETTINGS max_threads = ${THREADS}, max_block_size = ${BLOCK_ROWS}`,
      { ...condition.parameters, files: path.join(folder, '*'), most },
    );
  }

  /** Traces that were found so far. */
  async count(table: string): Promise<number> {
    const [row] = await this.rows<{ traces: string }>(
      `SELECT uniqExact(trace_id) AS traces FROM ${DATABASE}.${table}`,
      {},
    );
    return Number(row?.traces ?? 0);
  }

  /** Newest first. Copies of a retried trace show once. */
  async page(table: string, limit: number, after?: TraceKey): Promise<TracePage> {
    const rows = await this.rows<{ time: string; trace_id: string; line: string }>(
      `SELECT time, trace_id, line FROM ${DATABASE}.${table}
       WHERE (time, trace_id) < ({time:Int64}, {trace_id:String})
       ORDER BY time DESC, trace_id DESC LIMIT 1 BY time, trace_id LIMIT {most:UInt32}`,
      { time: after?.time ?? Number.MAX_SAFE_INTEGER, trace_id: after?.traceId ?? '', most: limit + 1 },
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      traces: shown.map(({ line }) => traceOfFile(JSON.parse(line) as Record<string, unknown>)),
      next: rows.length > limit && last ? { time: Number(last.time), traceId: last.trace_id } : null,
    };
  }

  private async command(query: string, parameters: Parameters = {}): Promise<void> {
    await this.client.command({ query: bind(query, parameters) });
  }

  private async rows<Row>(query: string, parameters: Parameters): Promise<Row[]> {
    const result = await this.client.query({ query: bind(query, parameters), format: 'JSONEachRow' });
    return result.json<Row>();
  }
}
