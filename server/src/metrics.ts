import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Archiving, Listing, Uploader } from './archive/index.ts';
import type { Timekeeper } from './clock/index.ts';
import type { Gate } from './http/index.ts';
import type { DiskWatch, Indexing, Intake } from './ingest/index.ts';
import type { Journal, Position, Quarantine } from './journal/index.ts';
import type { StoredWatch } from './metadata/index.ts';
import type { Notifying } from './notifications/index.ts';
import type { StoreCare } from './refill/index.ts';
import type { FairQueue } from './shares/index.ts';

/** Bytes between two places, about: segments are taken as full. */
const SEGMENT = 64 * 1024 * 1024;
const behind = (at: Position, end: Position) =>
  Math.max((end.segment - at.segment) * SEGMENT + end.offset - at.offset, 0);

/** What the metrics look at when they are asked for. */
export interface Watched {
  archiving: Archiving;
  listing: Listing;
  uploader: Uploader;
  journal: Journal;
  quarantine: Quarantine;
  intake: Intake;
  indexer: Indexing;
  notifying: Notifying;
  disk: DiskWatch;
  stored: StoredWatch;
  storeCare: StoreCare;
  gate: Gate;
  /** What accounts share. */
  queues: readonly FairQueue[];
  engineRestarts: () => number;
  connections: () => { open: number; refused: number };
  time: Timekeeper;
  clock: () => number;
}

export interface Metrics {
  registry: Registry;
  /** Bytes of the journal that were no frame. */
  damagedBytes: Counter;
  canaryLag: Histogram;
  canaryFailures: Counter;
  canaryUp: Gauge;
}

/** All metrics of the server, in the form of Prometheus. Names begin with `opencts_`. */
export function createMetrics(watched: () => Watched): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'opencts_' });
  const registers = [registry];

  const counter = (name: string, help: string, read: (parts: Watched) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(watched()));
      },
    });
  const gauge = (name: string, help: string, read: (parts: Watched) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(watched()));
      },
    });

  counter(
    'opencts_journal_traces_total',
    'Traces made durable in the journal',
    ({ journal }) => journal.tracesWritten,
  );
  counter(
    'opencts_indexed_traces_total',
    'Traces brought into the trace store',
    ({ indexer }) => indexer.indexedTraces,
  );
  counter(
    'opencts_engine_restarts_total',
    'Times that the embedded engine was started again',
    ({ engineRestarts }) => engineRestarts(),
  );
  gauge(
    'opencts_store_missing_traces',
    'Traces that were indexed and that the trace store does not hold',
    ({ storeCare }) => storeCare.state.missing,
  );
  gauge(
    'opencts_store_damaged_parts',
    'Parts of the trace store that could not be read and are kept aside',
    ({ storeCare }) => storeCare.state.damagedParts.length,
  );
  counter(
    'opencts_store_refilled_traces_total',
    'Missing traces brought back into the trace store',
    ({ storeCare }) => storeCare.state.refilled,
  );
  gauge('opencts_connections', 'Connections that are open', ({ connections }) => connections().open);
  counter(
    'opencts_connections_refused_total',
    'Connections that were closed because there were too many',
    ({ connections }) => connections().refused,
  );
  counter(
    'opencts_archived_traces_total',
    'Traces in trace files that lie in their buckets',
    ({ uploader }) => uploader.delivered.traces,
  );
  counter(
    'opencts_trace_files_total',
    'Trace files brought into their buckets',
    ({ uploader }) => uploader.delivered.files,
  );
  counter('opencts_delivery_failures_total', 'Deliveries that failed', ({ uploader }) => uploader.failures);
  gauge(
    'opencts_spool_files',
    'Trace files that wait for their bucket',
    ({ uploader }) => uploader.waiting.files,
  );
  gauge(
    'opencts_spool_damaged',
    'Folders of the spool that were not whole and were set aside; what could be delivered of them is',
    ({ uploader }) => uploader.damaged,
  );
  gauge(
    'opencts_listed_waiting_traces',
    'Traces of the list that are still to be brought into a bucket beside the transfer',
    ({ listing }) => listing.left,
  );
  counter(
    'opencts_listed_traces_total',
    'Traces of the list that were brought into trace files beside the transfer',
    ({ listing }) => listing.written,
  );
  gauge('opencts_spool_bytes', 'Their bytes', ({ uploader }) => uploader.waiting.bytes);
  gauge(
    'opencts_notifier_lag_bytes',
    'Journal that was not looked at for key events yet',
    ({ notifying, journal }) => behind(notifying.position, journal.durableEnd),
  );
  counter(
    'opencts_key_events_total',
    'Traces that key event notifications wanted, counted for each of them',
    ({ notifying }) => notifying.matched,
  );
  counter(
    'opencts_messages_delivered_total',
    'Messages that subscribers took',
    ({ notifying }) => notifying.sent.delivered,
  );
  counter(
    'opencts_message_failures_total',
    'Attempts to deliver that failed',
    ({ notifying }) => notifying.sent.failures,
  );
  counter(
    'opencts_messages_dead_total',
    'Messages that were given up',
    ({ notifying }) => notifying.sent.dead,
  );
  gauge('opencts_archiver_failing_seconds', 'How long trace files cannot be cut', ({ archiving, clock }) =>
    archiving.failingSince === undefined ? 0 : (clock() - archiving.failingSince) / 1000,
  );
  gauge('opencts_journal_queue_bytes', 'Bytes that wait for the journal', ({ journal }) => journal.queued);
  gauge(
    'opencts_journal_gaps',
    'Parts of the journal that are gone after they were acknowledged',
    ({ journal }) => journal.gaps.found.length,
  );
  gauge(
    'opencts_clock_suspect',
    '1: the clock of the machine has jumped, and nothing is destroyed by what it says',
    ({ time }) => Number(time.isSuspect),
  );
  gauge('opencts_disk_free_bytes', 'Free disk below the data directory', ({ disk }) => disk.free);

  new Gauge({
    name: 'opencts_quarantined_traces',
    help: 'Traces that a follower of the journal could not process; they are set aside until they are replayed',
    labelNames: ['follower'],
    registers,
    collect() {
      for (const [follower, count] of Object.entries(watched().quarantine.totals))
        this.set({ follower }, count);
    },
  });
  new Counter({
    name: 'opencts_reported_traces_total',
    help: 'Traces that producers sent, by what became of them',
    labelNames: ['verdict'],
    registers,
    collect() {
      this.reset();
      for (const [verdict, count] of Object.entries(watched().intake.totals)) this.inc({ verdict }, count);
    },
  });
  for (const [state, help] of [
    ['running', 'Pieces of work that run now, by the queue that shares them between accounts'],
    ['waiting', 'Pieces of work that wait for their turn, by queue'],
  ] as const) {
    new Gauge({
      name: `opencts_shared_work_${state}`,
      help,
      labelNames: ['queue'],
      registers,
      collect() {
        for (const queue of watched().queues) this.set({ queue: queue.name }, queue.load()[state]);
      },
    });
  }
  new Counter({
    name: 'opencts_shared_work_refused_total',
    help: 'Pieces of work refused with 429, because too much of the account waited already, by queue',
    labelNames: ['queue'],
    registers,
    collect() {
      this.reset();
      for (const queue of watched().queues) this.inc({ queue: queue.name }, queue.load().refused);
    },
  });
  new Gauge({
    name: 'opencts_unread_answers_bytes',
    help: 'Bytes of answers that are there and were not read by whoever asked',
    registers,
    collect() {
      this.set(watched().gate.unreadInAll);
    },
  });
  new Gauge({
    name: 'opencts_unreadable_rows',
    help: 'Rows of the metadata whose JSON cannot be read and has no effect, by table',
    labelNames: ['table'],
    registers,
    collect() {
      for (const [table, rows] of watched().stored.unreadable) this.set({ table }, rows);
    },
  });
  new Gauge({
    name: 'opencts_follower_lag_traces',
    help: 'Traces in the journal that a follower has not passed',
    labelNames: ['follower'],
    registers,
    collect() {
      this.set({ follower: 'indexer' }, watched().indexer.pendingTraces);
    },
  });
  new Gauge({
    name: 'opencts_follower_lag_seconds',
    help: 'Age of the oldest trace that a follower is working on',
    labelNames: ['follower'],
    registers,
    collect() {
      const { indexer, clock } = watched();
      const oldest = indexer.oldestWaiting;
      this.set({ follower: 'indexer' }, oldest === undefined ? 0 : (clock() - oldest) / 1000);
    },
  });

  return {
    registry,
    damagedBytes: new Counter({
      name: 'opencts_journal_damaged_bytes_total',
      help: 'Journal bytes that were damaged or torn and were kept aside',
      registers,
    }),
    canaryLag: new Histogram({
      name: 'opencts_canary_lag_seconds',
      help: 'From the acknowledgement of the canary trace until it could be read',
      buckets: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30],
      registers,
    }),
    canaryFailures: new Counter({
      name: 'opencts_canary_failures_total',
      help: 'Canary traces that were not taken or did not show up',
      registers,
    }),
    canaryUp: new Gauge({
      name: 'opencts_canary_up',
      help: '1 when the last canary trace showed up, else 0',
      registers,
    }),
  };
}
