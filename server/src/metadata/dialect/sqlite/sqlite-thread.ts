/*
 * A thread that owns one connection to a SQLite file. SQLite waits for the disk and for locks where it
 * stands; here nobody else waits with it. Answers come in the order of the orders.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Access, type Outcome, SqliteFile } from './sqlite-file.ts';

export interface SqliteThreadSetup {
  file: string;
  access: Access;
}

/** To the thread: a statement; or: end. */
export type SqliteOrder = { sql: string; parameters: readonly unknown[] } | 'close';

/** From the thread: when the connection is open, then for each statement. */
export type SqliteNews = Outcome;

const { file, access } = workerData as SqliteThreadSetup;
const sqlite = new SqliteFile(file, access);
const tell = (news: SqliteNews) => parentPort?.postMessage(news);

parentPort?.on('message', (order: SqliteOrder) => {
  if (order === 'close') {
    sqlite.close();
    parentPort?.close();
    return;
  }
  tell(sqlite.execute(order.sql, order.parameters));
});
tell({ result: { rows: [], changes: 0, insertId: 0 } });
