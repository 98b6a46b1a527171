/*
 * A thread that does nothing but send inserts: a batch of many megabytes goes through a socket in small
 * steps, and on the thread of the requests each step would wait for them.
 */
import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { connect, type ServerAddress } from './connection.ts';
import { isRefusal } from './errors.ts';

export interface InsertRequest {
  id: number;
  lines: Uint8Array;
  token: string;
}

export interface InsertReply {
  id: number;
  /** Absent: it is done. `refused`: the rows are at fault; else it may work later. */
  failure?: { refused: boolean; message: string };
}

export interface InsertSetup {
  server: ServerAddress;
  table: string;
  /** Wait until every shard of a cluster has it. */
  distributed: boolean;
}

const { server, table, distributed } = workerData as InsertSetup;
const client = connect(server);

async function insert(lines: Uint8Array, token: string): Promise<void> {
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} FORMAT JSONEachRow`,
    values: Readable.from([lines], { objectMode: false }),
    clickhouse_settings: {
      insert_deduplication_token: token,
      async_insert: 0,
      // A batch is small enough that one thread parses it, and copies are sorted out later: a quarter less CPU.
      input_format_parallel_parsing: 0,
      optimize_on_insert: 0,
      input_format_skip_unknown_fields: 0,
      ...(distributed ? { distributed_foreground_insert: 1 } : {}),
    },
  });
  for await (const _ of stream) {
    // The answer to an insert is empty; reading it to the end frees the connection.
  }
}

parentPort?.on('message', async ({ id, lines, token }: InsertRequest) => {
  const reply: InsertReply = { id };
  try {
    await insert(lines, token);
  } catch (error) {
    reply.failure = { refused: isRefusal(error), message: (error as Error).message };
  }
  parentPort?.postMessage(reply);
});
