import type { Timekeeper } from './clock/index.ts';
import { type Engine, HUNG_MS } from './engine/index.ts';
import type { DiskWatch, Indexing } from './ingest/index.ts';
import type { StoreCare } from './refill/index.ts';
import type { OpenedStore } from './trace-store.ts';

/** An indexer that is behind for so long does not only work off a crowd. */
const MOST_LAG_MS = 60_000;
/** So many restarts of the engine within `Engine.recentRestarts` are no accident. */
const MOST_RESTARTS = 3;
/** Who asks whether the service is ready waits so long at most for the trace store. */
const PATIENCE_MS = 2_000;

export interface ReadinessCheck {
  name: string;
  ok: boolean;
  detail: string;
  /** It is told, but keeps the service from nothing. */
  advisory?: boolean;
}

export interface Readable {
  traceStore: OpenedStore;
  disk: DiskWatch;
  time: Timekeeper;
  indexer: Indexing;
  storeCare: StoreCare;
  clock: () => number;
  stopping: () => boolean;
}

/** Looks whether the service is ready; whoever asks meanwhile is told what is being found. */
export function readiness(parts: Readable): () => Promise<ReadinessCheck[]> {
  let looking: Promise<ReadinessCheck[]> | undefined;
  return () => {
    looking ??= look(parts).finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

/** Whether the service takes traces, has room, and can be searched; and whether the trace list is whole. */
async function look(parts: Readable): Promise<ReadinessCheck[]> {
  const { traceStore, disk, time, stopping } = parts;
  const { store, isPrepared, engine } = traceStore;
  const hangs = hanging(engine);
  const answers =
    isPrepared() &&
    !hangs &&
    (await store.ping(AbortSignal.timeout(PATIENCE_MS)).then(
      () => true,
      () => false,
    ));
  const refusal = disk.problem();
  const away = engine ? (hangs ?? embeddedAway(engine, traceStore.problem())) : 'it does not answer';
  const crashes = isCrashing(engine) ? `; ${crashing(engine)}` : '';
  // What the list lacks is not known of a store that is away.
  const problem = answers ? listProblem(parts) : undefined;
  return [
    { name: 'intake', ok: !stopping(), detail: stopping() ? 'the service is stopping' : 'traces are taken' },
    { name: 'disk', ok: refusal === undefined, detail: refusal ?? 'there is room' },
    {
      name: 'trace store',
      ok: answers,
      detail: answers ? 'it answers' : `${away}; traces wait in the journal${crashes}`,
    },
    // Traces are taken and most are found: nobody is to be turned away for it.
    {
      name: 'trace list',
      ok: problem === undefined,
      advisory: true,
      detail: problem ?? 'nothing is known to be missing',
    },
    // Who asks whether traces are taken must not be sent away by it.
    { name: 'clock', ok: true, detail: time.state },
  ];
}

function embeddedAway(engine: Engine, problem: string | undefined): string {
  if (engine.problem) return `it does not start: ${engine.problem}`;
  return problem ? `its tables cannot be made ready: ${problem}` : 'it does not answer';
}

const number = (value: number) => value.toLocaleString('en');

/** What is wrong with what the trace store holds, and what to do. */
export function listProblem({
  traceStore,
  indexer,
  storeCare,
  clock,
}: Omit<Readable, 'disk' | 'time' | 'stopping'>) {
  const { engine } = traceStore;
  const { oldestWaiting, problem } = indexer;
  const { missing, unavailable, refilling, damagedParts } = storeCare.state;
  if (isCrashing(engine)) return crashing(engine);
  const hangs = hanging(engine);
  if (hangs) return `the trace store hangs: ${hangs}; traces are taken meanwhile, and wait in the journal`;
  if (oldestWaiting !== undefined && clock() - oldestWaiting > MOST_LAG_MS) {
    const seconds = number(Math.round((clock() - oldestWaiting) / 1000));
    return `the trace store has taken no traces for ${seconds} s${problem ? `: ${problem}` : ''}; they wait in the journal; look for a full disk or a failing one`;
  }
  if (missing === 0) return undefined;
  const damage = damagedParts.length > 0 ? `; ${damagedParts.length} damaged parts were taken out` : '';
  if (refilling) {
    const { files, filesDone } = refilling;
    return `${number(missing)} traces are missing and are being brought back: ${filesDone} of ${files} trace files are read${damage}`;
  }
  return unavailable > 0
    ? `${number(unavailable)} traces are missing and cannot be had from the journal or from trace files${damage}`
    : `${number(missing)} traces are missing; they will be looked for${damage}`;
}

/** Of an engine that runs and answers nothing; undefined: it answers, or is started. */
const hanging = (engine: Engine | undefined) =>
  engine?.ready && engine.silentMs > 0
    ? `it has answered nothing for ${engine.silentMs / 1000} s; after ${HUNG_MS / 1000} s it is started again`
    : undefined;

const isCrashing = (engine: Engine | undefined): engine is Engine =>
  engine !== undefined && engine.recentRestarts >= MOST_RESTARTS;

const crashing = ({ recentRestarts }: Engine) =>
  `the embedded engine was started again ${recentRestarts} times within 10 minutes; the log lines "engine" tell why: give it more memory (OPENCTS_ENGINE_MEMORY), or stop the service and move the folder engine/ away, and the list is filled again`;
