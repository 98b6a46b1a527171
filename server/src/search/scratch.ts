import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Logger } from 'pino';
import { makeDirectory } from '../durable.ts';
import { type Engine, removeEngine, startEngine } from '../engine/index.ts';
import {
  bind,
  connect,
  type Found,
  type Parameters,
  pageOf,
  queryError,
  readableJson,
  readBounded,
  type TraceKey,
  type TracePage,
  traceOfFile,
  withFewer,
} from '../traces/index.ts';
import type { LineCondition } from './condition.ts';
import { MAX_SCAN_MEMORY, SCAN_BLOCK_BYTES } from './limits.ts';

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
    try {
      await makeDirectory(scratch.files);
      await scratch.command(`CREATE DATABASE ${DATABASE}`);
    } catch (error) {
      await scratch.end();
      throw error;
    }
    return scratch;
  }

  private async end(): Promise<void> {
    await this.client.close();
    await this.engine.stop();
  }

  /** The engine has ended, also when its files cannot be removed. */
  async close(): Promise<void> {
    await this.end();
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
       SELECT JSONExtractInt(line, 'time'), JSONExtractString(line, 'trace_id'), whole FROM (
         SELECT trim(BOTH '[,]' FROM text) AS whole, ${readableJson('whole')} AS line
         FROM file({files:String}, 'LineAsString', 'text String')
         WHERE ${condition.hint.replaceAll('(line,', '(text,')}
       ) WHERE ${condition.exact} LIMIT {most:UInt64}
       SETTINGS max_threads = ${THREADS}, max_block_size = ${BLOCK_ROWS},
         input_format_max_block_size_bytes = ${SCAN_BLOCK_BYTES}, min_insert_block_size_bytes = ${SCAN_BLOCK_BYTES},
         max_memory_usage = ${MAX_SCAN_MEMORY}, input_format_parallel_parsing = 0`,
      { ...condition.parameters, files: path.join(folder, '*'), most },
    );
  }

  /** Traces that were found so far, and the bytes that they take on disk. */
  async count(table: string): Promise<{ traces: number; bytes: number }> {
    const {
      rows: [row],
    } = await this.read<{ traces: string; bytes: string }>(
      `SELECT (SELECT uniqExact(trace_id) FROM ${DATABASE}.${table}) AS traces,
              (SELECT sum(bytes_on_disk) FROM system.parts
               WHERE database = '${DATABASE}' AND table = {table:String} AND active) AS bytes`,
      { table },
    );
    return { traces: Number(row?.traces ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  /** Newest first; a page of large traces ends early. Copies of a retried trace show once. */
  page(table: string, limit: number, after?: TraceKey): Promise<TracePage> {
    const newest = (key: TraceKey | undefined, rows: number) =>
      withFewer(rows, (most) =>
        this.read<FoundRow>(
          `SELECT time, trace_id, line FROM ${DATABASE}.${table}
           WHERE (time, trace_id) < ({time:Int64}, {trace_id:String})
           ORDER BY time DESC, trace_id DESC LIMIT {most:UInt32} SETTINGS max_memory_usage = ${MAX_SCAN_MEMORY}`,
          { time: key?.time ?? Number.MAX_SAFE_INTEGER, trace_id: key?.traceId ?? '', most },
        ),
      );
    return pageOf(limit, after, newest, {
      key: (row) => ({ time: Number(row.time), traceId: row.trace_id }),
      isCopy: (row, of) => unrecorded(row) === unrecorded(of),
      trace: ({ line }) => traceOfFile(line),
    });
  }

  private async command(query: string, parameters: Parameters = {}): Promise<void> {
    try {
      await this.client.command({ query: bind(query, parameters) });
    } catch (error) {
      throw queryError(error);
    }
  }

  private async read<Row>(query: string, parameters: Parameters): Promise<Found<Row>> {
    try {
      return await readBounded(
        await this.client.query({ query: bind(query, parameters), format: 'JSONEachRow' }),
      );
    } catch (error) {
      throw queryError(error);
    }
  }
}

/** The line without when it was recorded: whoever reports a trace again is told so much later. */
const unrecorded = ({ line }: FoundRow) => line.replace(/"record_time":\d+/, '');

interface FoundRow {
  time: string;
  trace_id: string;
  line: string;
}
