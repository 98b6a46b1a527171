import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Accounting } from './accounting.ts';
import { Operations, Recorder } from './auditing/index.ts';
import { Backups } from './backup/index.ts';
import { type Clocks, MACHINE, Timekeeper } from './clock/index.ts';
import type { Config } from './config.ts';
import {
  Connections,
  connectionsWithin,
  createServer,
  Gate,
  type GuardedRoute,
  SessionCookies,
} from './http/index.ts';
import { Iam } from './iam/index.ts';
import { Canary, DiskWatch, Indexing, Intake, LARGE_BODIES } from './ingest/index.ts';
import { openInstallation } from './installation/index.ts';
import {
  type AsideChange,
  type DamageReport,
  describeGap,
  Journal,
  type MissingPart,
  Quarantine,
} from './journal/index.ts';
import { StoredWatch } from './metadata/index.ts';
import { createMetrics, type Watched } from './metrics.ts';
import type { Notifying } from './notifications/index.ts';
import { startArchive } from './parts/archive.ts';
import { startDelivery } from './parts/delivery.ts';
import { listProblem, readiness } from './readiness.ts';
import { StoreCare } from './refill/index.ts';
import { Retention } from './retention.ts';
import { SavedSearches } from './saved-searches/index.ts';
import { FairQueue } from './shares/index.ts';
import { endInOrder, once } from './shutdown.ts';
import { STORED_JSON } from './stored-json.ts';
import { openTraceStore } from './trace-store.ts';
import { Masker, QUERY_SHARES } from './traces/index.ts';
import { Configurations, Recording } from './trackers/index.ts';

const DAY = 86_400_000;
/** Requests that the log names when they are cut off. */
const MOST_NAMED = 20;
/** The same folder seen from `src/` and from `dist/`. */
const CONSOLE = fileURLToPath(new URL('../../console/dist', import.meta.url));

export interface AppOptions {
  config: Config;
  log: Logger;
  version: string;
  /** The machine's, if it does not say other. */
  clocks?: Clocks;
  /** The journal or a thread cannot go on: the process must end, the next start reads the disk anew. */
  onFatal: (error: Error) => void;
}

export interface App {
  /** Where it listens, without a slash at its end. */
  url: string;
  /** The administrator's password when it was made at this start; to be shown once. */
  firstPassword: string | undefined;
  /** Whether CTS is enabled in a project, whichever. */
  isRecording(): boolean;
  /** Every route with what it asks of its callers. */
  routes: readonly GuardedRoute[];
  /** Process id of the embedded engine, where there is one. */
  enginePid(): number | undefined;
  /** Finishes what was accepted, in the order of the flow, within a bounded time, and lets go of everything; once. */
  stop(): Promise<void>;
}

/**
 * Starts all parts and hands each what it needs; top to bottom is the order of start, `stop` the reverse.
 * @throws DataDirectoryInUse, StartRefused before anything is changed
 */
export async function startApp({
  config,
  log,
  version,
  onFatal,
  clocks = MACHINE,
}: AppOptions): Promise<App> {
  const { dataDir } = config;
  const retentionMs = config.retentionDays * DAY;
  const mostConnections = connectionsWithin(config.maxConnections, log);
  const { metadata, rootKey, wasUsed, unlock } = await openInstallation({
    ...{ config, version, onFatal },
    clock: clocks.wall,
  });
  const time = await Timekeeper.open({ dataDir, log, clocks });
  const clock = time.latest;

  const disk = new DiskWatch(dataDir, config.diskReserve);
  await disk.start();

  let watched: Watched | undefined;
  const metrics = createMetrics(() => {
    if (!watched) throw new Error('the service is still starting');
    return watched;
  });

  const onDamage = (damage: DamageReport) => {
    metrics.damagedBytes.inc(damage.bytes);
    const what = damage.torn
      ? 'the journal ended in an unfinished record, which was never acknowledged; it was cut off'
      : 'damaged bytes in the journal were passed over and kept aside';
    log.error(damage, what);
  };
  let indexer: Indexing | undefined;
  let notifier: Notifying | undefined;
  const journal = await Journal.open({
    directory: path.join(dataDir, 'journal'),
    isExpected: wasUsed,
    segmentSize: config.segmentSize,
    maxQueue: config.ingestQueue,
    retryWindow: config.dedupWindow,
    countsSince: () => time.earliest() - retentionMs - DAY,
    onDurable: (counts, traces, end) => {
      indexer?.journalled(counts, traces, end);
      notifier?.journalled(end);
    },
    onDamage,
    onHindrance: (err) =>
      log.warn({ err }, 'old files of the journal could not be removed; they are next time'),
    onGap: (gap) => log.error({ gap }, describeGap(gap)),
    onRestored: (file) =>
      log.error(
        { file },
        'the file of the journal was removed, moved away or replaced while it was written to; it is there again',
      ),
    onFatal,
  });
  const quarantine = await Quarantine.open(path.join(dataDir, 'journal'));
  const onAside = (change: AsideChange) => {
    quarantine.changed(change);
    const { follower, added, removed } = change;
    if (added.length > 0)
      log.error({ follower, traces: added.length }, 'traces that cannot be processed were set aside');
    if (removed.length > 0) log.info({ follower, traces: removed.length }, 'traces left the quarantine');
  };
  const onMissing = (missing: MissingPart) => {
    journal
      .missing(missing)
      .catch((err) => log.error({ err, missing }, 'a gap of the journal is not written down'));
  };
  const ears = { onDamage, onMissing, onAside, onFatal };
  const gate = new Gate();
  const queries = new FairQueue(QUERY_SHARES);
  const largeBodies = new FairQueue(LARGE_BODIES);
  let storeCare: StoreCare | undefined;
  const traceStore = await openTraceStore(config, queries, log, {
    onDamage: () => storeCare?.suspect(),
    onRenewed: () => storeCare?.lookSoon(),
  });
  const { store, engine } = traceStore;
  indexer = new Indexing(
    {
      directory: path.join(dataDir, 'journal'),
      journalId: journal.id,
      end: journal.durableEnd,
      logLevel: config.logLevel,
      store: traceStore.options,
    },
    ears,
  );
  await indexer.start();
  void traceStore.prepared.then(() => indexer?.begin());

  const iam = new Iam({
    metadata,
    rootKey,
    time,
    regions: config.regions,
    log,
  });
  const recording = new Recording(metadata, config.globalRegion);
  const firstPassword = await iam.start({
    domain: config.domainName,
    user: config.adminName,
    password: config.adminPassword,
  });
  await recording.refresh();
  const refreshRecording = () => recording.refresh();
  let stopping = false;
  const maxAgeMs = Math.max(config.maxTraceAgeDays, config.retentionDays) * DAY;
  const intake = new Intake({
    journal,
    rules: recording,
    retentionMs,
    maxAgeMs,
    time,
    masker: new Masker(config.maskedNames),
    refusal: () => (stopping ? 'the service is stopping; send it again' : disk.refusal()),
  });
  const recorder = new Recorder({
    intake,
    rules: recording,
    clock,
    retentionMs,
    globalProject: (domainId) => recording.globalProject(domainId),
  });
  const operations = new Operations({ metadata, recorder, clock, log });
  await operations.start();
  const foundation = { config, log, clock, time, metadata, rootKey, journal, recorder, operations, ears };
  const archive = await startArchive(foundation, refreshRecording, store);
  const { objects, keyring, uploader, archiving, listing, digester, lifecycle, searches } = archive;

  let url = '';
  const publicUrl = () => config.publicUrl || url;
  const { notifying, ...delivery } = await startDelivery(foundation, retentionMs);
  notifier = notifying;
  // What has become durable while it started.
  notifying.journalled(journal.durableEnd);

  const accounting = new Accounting(
    journal,
    indexer,
    quarantine,
    (projectId, hour) => archiving.uncut(projectId, hour) + uploader.waitingHours.get(projectId, hour),
  );
  const waiting = indexer;
  storeCare = new StoreCare({
    ...{ store, accounting, journal, retentionMs, log },
    clock: time.earliest,
    directory: path.join(dataDir, 'journal'),
    checked: path.join(dataDir, 'store-check.json'),
    lost: path.join(dataDir, 'store-lost.json'),
    scratch: path.join(dataDir, 'refill'),
    catalog: archive.catalog,
    lag: () => (waiting.oldestWaiting === undefined ? 0 : clock() - waiting.oldestWaiting),
    onRead: async ({ project_id: projectId, bucket, key, bytes }) => {
      const { domain_id: domainId } = await metadata
        .selectFrom('projects')
        .select('domain_id')
        .where('id', '=', projectId)
        .executeTakeFirstOrThrow();
      await recorder.recordObject({ projectId, domainId }, { bucket, key, bytes, name: 'GET.OBJECT' });
    },
  });
  const care = storeCare;

  const stored = new StoredWatch(metadata, STORED_JSON, log);
  watched = {
    archiving,
    listing,
    uploader,
    journal,
    quarantine,
    intake,
    indexer,
    notifying,
    disk,
    stored,
    time,
    clock,
    gate,
    queues: [
      ...iam.queues,
      ...gate.queues,
      delivery.detections.turns,
      delivery.topics.looks,
      delivery.notifications.lists,
      queries,
      ...searches.queues,
      largeBodies,
    ],
    storeCare: care,
    engineRestarts: () => engine?.restarts ?? 0,
    connections: () => connections,
  };
  const canary = new Canary({
    intake,
    store,
    log,
    clock,
    intervalMs: config.canarySeconds * 1000,
    observe: (lagMs) => {
      metrics.canaryUp.set(lagMs === undefined ? 0 : 1);
      if (lagMs === undefined) metrics.canaryFailures.inc();
      else metrics.canaryLag.observe(lagMs / 1000);
    },
  });
  const retention = new Retention(store, retentionMs, time.earliest, log);

  const backups = new Backups({
    ...{ dataDir, version, rootKey, clock, log, journal, metadata, store },
    ...{ archiving, listing, uploader, digester, lifecycle },
    own: { list: engine !== undefined, objects: config.s3Endpoint === '' },
    refusal: () => disk.refusal(),
  });
  await backups.start();

  const server = await createServer({
    config,
    log,
    clock,
    time,
    version,
    rootKey,
    sessions: new SessionCookies(rootKey),
    iam,
    intake,
    largeBodies,
    recorder,
    operations,
    trackers: archive.trackers,
    signingKeys: archive.signingKeys,
    evidence: archive.evidence,
    archive: archive.catalog,
    holdings: archive.holdings,
    packages: archive.packages,
    searches,
    savedSearches: new SavedSearches(metadata, clock),
    keyring,
    buckets: archive.buckets,
    configurations: new Configurations(metadata, refreshRecording),
    ...delivery,
    refreshRecording,
    store,
    accounting,
    storeCare: care,
    listProblem: () => listProblem({ traceStore, storeCare: care, indexer: waiting, clock }),
    quarantine,
    backups,
    journal,
    registry: metrics.registry,
    readiness: readiness({
      traceStore,
      disk,
      time,
      storeCare: care,
      indexer: waiting,
      clock,
      stopping: () => stopping,
    }),
    publicUrl,
    gate,
    consoleDir: CONSOLE,
  });
  const connections = new Connections(server.server, {
    most: mostConnections,
    proxied: config.trustProxy !== '',
  });
  await server.listen({ host: config.host, port: config.port });
  url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${(server.server.address() as AddressInfo).port}`;
  notifying.deliver(publicUrl());
  canary.start();
  retention.start();
  void traceStore.prepared
    .then(() => care.start())
    .catch((err) => log.error({ err }, 'it is not looked whether the trace store is whole'));
  stored.start();

  return {
    url,
    firstPassword,
    isRecording: () => recording.isAnywhere(),
    routes: server.guardedRoutes,
    enginePid: () => engine?.pid,
    stop: once(async () => {
      stopping = true;
      const closed = server.close();
      const cut = await connections.drain(config.stopGraceSeconds * 1000);
      if (cut.length > 0) {
        const requests = cut.slice(0, MOST_NAMED);
        log.warn({ count: cut.length, requests }, 'requests were cut off: they did not end in time');
      }
      await endInOrder(
        [
          ['HTTP server', () => closed],
          ['searches', () => searches.stop()],
          ['backups', () => backups.stop()],
          ['canary', () => canary.stop()],
          ['refilling', () => care.stop()],
          ['retention', () => retention.stop()],
          ['stored rows', () => stored.stop()],
          ['operations', () => operations.stop()],
          ['identity', () => iam.stop()],
          ['journal', () => journal.close()],
          ['keyring', () => keyring.stop()],
          ['listing', () => listing.stop()],
          ['archiving', () => archiving.stop()],
          ['detections', () => delivery.detections.stop()],
          ['notifying', () => notifying.stop()],
          // What hangs there would keep digests and uploads from ending; both go on at the next start.
          ['object store', () => objects.close()],
          ['digester', () => digester.stop()],
          ['lifecycle', () => lifecycle.stop()],
          ['uploader', () => uploader.stop()],
          ['indexer', () => indexer?.stop()],
          ['disk watch', () => disk.stop()],
          ['trace store', () => traceStore.stop()],
          ['metadata', () => metadata.destroy()],
          ['clock', () => time.stop()],
        ],
        log,
      );
      unlock();
    }),
  };
}
