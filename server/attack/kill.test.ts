import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  accounted,
  indexed,
  KILLS,
  listAll,
  type RunningServer,
  removeDirectory,
  report,
  startServer,
  temporaryDirectory,
  trace,
} from './harness.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What producers know: ids that were acknowledged, and ids that were sent without an answer. */
class Ledger {
  readonly acknowledged = new Set<string>();
  readonly sent = new Set<string>();
}

/** Sends small and large batches, with ids of its own and without, until the server is gone or the signal comes. */
async function produce(server: RunningServer, ledger: Ledger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const own = Math.random() < 0.7;
    const batch = Array.from({ length: 1 + Math.floor(Math.random() ** 3 * 100) }, () => {
      const item = trace(own ? { trace_id: randomUUID() } : {});
      if (own) ledger.sent.add(item.trace_id as string);
      return item;
    });
    try {
      const answer = await report(server, batch, signal);
      if (answer.status === 201)
        for (const id of answer.trace_ids ?? []) ledger.acknowledged.add(id as string);
      else await pause(20);
      await pause(10);
    } catch {
      // The server died under the request: nothing is known about the batch.
      return;
    }
  }
}

function compare(ledger: Ledger, found: Map<string, number>): void {
  const lost = [...ledger.acknowledged].filter((id) => !found.has(id));
  const doubled = [...found].filter(([, times]) => times > 1);
  expect(lost, `acknowledged and lost, of ${ledger.acknowledged.size}`).toEqual([]);
  expect(doubled, 'shown more than once').toEqual([]);
}

test(`every acknowledged trace is there once after ${KILLS} kill -9 of the server during ingest`, async () => {
  const directory = await temporaryDirectory();
  const ledger = new Ledger();
  const env = { OPENCTS_JOURNAL_SEGMENT: '2MB' };
  for (let round = 0; round < KILLS; round++) {
    const server = await startServer(directory, env);
    const stop = new AbortController();
    const producers = Array.from({ length: 4 }, () => produce(server, ledger, stop.signal));
    await pause(Math.random() * 1200);
    await server.kill();
    stop.abort();
    await Promise.all(producers);
  }
  const server = await startServer(directory, env);
  await indexed(server);
  const found = await listAll(server);
  compare(ledger, found);
  const { size } = await listAll(server, true);
  expect(await accounted(server)).toEqual({ journalled: size, indexed: size, stored: size });
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test(`every acknowledged trace is there once after ${KILLS} kill -9 of the engine during ingest`, async () => {
  const directory = await temporaryDirectory();
  const ledger = new Ledger();
  const server = await startServer(directory, { OPENCTS_JOURNAL_SEGMENT: '2MB' });
  const stop = new AbortController();
  const producers = Array.from({ length: 3 }, () => produce(server, ledger, stop.signal));
  for (let round = 0; round < KILLS; round++) {
    await pause(100 + Math.random() * 900);
    try {
      process.kill(server.enginePid(), 'SIGKILL');
    } catch {
      // It is being started again just now; the next round meets it.
    }
  }
  stop.abort();
  await Promise.all(producers);
  await indexed(server);
  const found = await listAll(server);
  compare(ledger, found);
  expect(await server.stop()).toBe(0);
  await removeDirectory(directory);
});

test('a retry after kill -9 is recognised: what was sent again is there once', async () => {
  const directory = await temporaryDirectory();
  const ids = Array.from({ length: 200 }, () => randomUUID());
  const batch = ids.map((trace_id) => trace({ trace_id }));
  const first = await startServer(directory);
  expect(await report(first, batch)).toMatchObject({ status: 201, accepted: 200, duplicates: 0 });
  await first.kill();
  const second = await startServer(directory);
  expect(await report(second, batch)).toMatchObject({ status: 201, accepted: 0, duplicates: 200 });
  await indexed(second);
  expect([...(await listAll(second)).values()]).toEqual(ids.map(() => 1));
  await second.stop();
  await removeDirectory(directory);
});

test('SIGTERM under load: accepted requests are answered, nothing acknowledged is lost', async () => {
  const directory = await temporaryDirectory();
  const ledger = new Ledger();
  const first = await startServer(directory);
  const stop = new AbortController();
  const producers = Array.from({ length: 4 }, () => produce(first, ledger, stop.signal));
  await pause(1500);
  expect(await first.stop()).toBe(0);
  stop.abort();
  await Promise.all(producers);
  const second = await startServer(directory);
  await indexed(second);
  compare(ledger, await listAll(second));
  await second.stop();
  await removeDirectory(directory);
});
