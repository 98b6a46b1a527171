import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Engine, keepEngine } from './engine/index.ts';
import type { FairQueue } from './shares/index.ts';
import { type ClickHouseOptions, clickhouseStore, type TraceStore } from './traces/index.ts';

/** A start waits so long for the trace store; then it goes on without it. */
const PATIENCE_MS = 10_000;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 10_000;
/** How often it is looked whether its tables are there, also when nobody asks for traces, and what is due is done. */
const LOOK_MS = 5_000;
const ANSWER_MS = 15_000;

/** The trace store, which may come later than the service. */
export interface OpenedStore {
  store: TraceStore;
  options: ClickHouseOptions;
  engine: Engine | undefined;
  /** Resolves when its tables are up to date: nothing may be inserted before. */
  prepared: Promise<void>;
  isPrepared(): boolean;
  /** Why its tables could not be brought up to date, when they were tried last. */
  problem(): string | undefined;
  stop(): Promise<void>;
}

/** What becomes known of the trace store. */
export interface StoreNews {
  /** Something that it holds could not be read. */
  onDamage: () => void;
  /** Its tables had to be made again while the service ran: it may lack what it had. */
  onRenewed: () => void;
}

/**
 * The trace store by URL, or over the embedded engine. One that does not start, or is away, is tried again
 * without end: traces are taken meanwhile, and wait in the journal. One that comes back without its tables, as after
 * its folder was removed, gets them again.
 */
export async function openTraceStore(
  config: Config,
  queries: FairQueue,
  log: Logger,
  { onDamage, onRenewed }: StoreNews,
): Promise<OpenedStore> {
  const kept = config.clickhouseUrl
    ? undefined
    : keepEngine({ dataDir: path.join(config.dataDir, 'engine'), memory: config.engineMemory, log });
  const options: ClickHouseOptions = {
    server: kept ? { socketPath: kept.engine.socketPath } : { url: config.clickhouseUrl },
    database: config.clickhouseDatabase,
    cluster: config.clickhouseCluster,
  };
  const store = clickhouseStore(options, queries, {
    onDamage,
    onGone: () => void renew(),
    silence: () => kept?.engine.silence,
    onWithoutWords: (err) =>
      log.warn({ err }, 'the trace store cannot index words: searches for them read all traces'),
  });
  const stopping = new AbortController();
  let isPrepared = false;
  let problem: string | undefined;
  const prepare = async () => {
    for (let wait = RETRY_FIRST_MS; !stopping.signal.aborted; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      try {
        await store.migrate();
        isPrepared = true;
        problem = undefined;
        return;
      } catch (error) {
        problem = (error as Error).message;
        log.error({ err: error }, 'the trace store could not be prepared; it is tried again');
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    // Nobody waits for it any more.
    await new Promise(() => undefined);
  };
  const renew = async () => {
    if (!isPrepared) return;
    isPrepared = false;
    log.error('the tables of the trace store are gone; they are made again, and filled again');
    await prepare();
    onRenewed();
  };
  const prepared = (kept?.up ?? Promise.resolve()).then(prepare);
  // That it is away is told by whoever needs it.
  let isLooking = false;
  const look = async () => {
    if (!isPrepared || isLooking) return;
    isLooking = true;
    await store
      .ping(AbortSignal.timeout(ANSWER_MS))
      .then(() => store.tend())
      .catch(() => undefined);
    isLooking = false;
  };
  const looking = setInterval(() => void look(), LOOK_MS).unref();
  await Promise.race([prepared, sleep(PATIENCE_MS, undefined, { ref: false })]);
  if (!isPrepared) log.error('the trace store is not there yet: traces are taken, and wait in the journal');
  return {
    store,
    options,
    engine: kept?.engine,
    prepared,
    isPrepared: () => isPrepared,
    problem: () => problem,
    async stop() {
      stopping.abort();
      clearInterval(looking);
      await store.close();
      await kept?.engine.stop();
    },
  };
}
