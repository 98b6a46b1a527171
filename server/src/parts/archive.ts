import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  ArchiveCatalog,
  Archiving,
  deliveredTo,
  Lifecycle,
  Listing,
  type Route,
  RouteHistory,
  SpoolSealer,
  Uploader,
} from '../archive/index.ts';
import { deletionOf, expiryOf, lifecycleOf, logAnewOf } from '../auditing/index.ts';
import type { Bounds } from '../clock/index.ts';
import type { Config } from '../config.ts';
import {
  ArchiveHoldings,
  Digester,
  doubtBuckets,
  EvidenceLog,
  ProofPackages,
  SigningKeys,
} from '../evidence/index.ts';
import { RESTORED } from '../installation/index.ts';
import { Keyring } from '../kms/index.ts';
import { Buckets, DirectoryStore, type ObjectStore, openS3, storeOfSettings } from '../objects/index.ts';
import { ArchiveSearches } from '../search/index.ts';
import type { TraceStore } from '../traces/index.ts';
import { Trackers, type Transfer } from '../trackers/index.ts';
import type { Foundation } from './foundation.ts';

/**
 * Trackers, and all that brings their traces into buckets and back.
 * @param refreshRecording what is recorded has changed
 */
export async function startArchive(
  { config, log, clock, time, metadata, rootKey, journal, recorder, operations, ears }: Foundation,
  refreshRecording: () => Promise<void>,
  store: TraceStore,
) {
  const { dataDir } = config;
  const objects = await openObjects(config, time);
  const buckets = new Buckets(metadata, objects, clock);
  const keyring = new Keyring({
    metadata,
    rootKey,
    time,
    log,
    onUse: (use) => recorder.recordKeyUse(use),
    onDelete: (key, work) => operations.run(key, deletionOf(key), work),
    onChange: () => uploader.retry(),
  });
  const history = new RouteHistory({ metadata, journal, clock, log });
  const trackers = new Trackers({
    metadata,
    buckets,
    keyring,
    clock,
    onLifecycle: ({ bucket, days, projectId, tracker }, work) =>
      operations.run({ projectId, domainId: bucket.domainId }, lifecycleOf(bucket, days, tracker), work),
    rerouting: async (transaction, { before: from, after: to, alsoListed = false }) => {
      const { tracker } = (to ?? from) as Transfer;
      const [before, after] = [from && routeOf(from), to && routeOf(to)];
      const { projectId, name, id: trackerId } = tracker;
      const isEnabled = to?.tracker.enabled;
      await history.note(transaction, { projectId, tracker: name, before, after, isRemoved: !to });
      await listing.note(transaction, { projectId, trackerId, tracker: name, after, isEnabled, alsoListed });
    },
    withListed: (tracker, bucket, store) => listing.switchOn(tracker, bucket, store),
    changed: async () => {
      await refreshRecording();
      await history.settle();
      uploader.retry();
    },
  });
  const spool = path.join(dataDir, 'spool');
  const uploader = new Uploader({
    spool,
    underWay: () => archiving.underWay,
    metadata,
    objects,
    sealer: new SpoolSealer(keyring, clock),
    clock: time.own,
    log,
    onDelivered: ({ projectId, domainId, bucket, key, bytes }) =>
      recorder.recordObject({ projectId, domainId }, { bucket, key, bytes, name: 'PUT.OBJECT' }),
  });
  const routes = async () => (await trackers.transfers()).flatMap((one) => routeOf(one) ?? []);
  const archiving = new Archiving({
    directory: path.join(dataDir, 'journal'),
    spool,
    journal,
    segmentSize: config.segmentSize,
    cycleMs: config.cycleSeconds * 1000,
    clock,
    log,
    plan: async (from) => ({
      routes: await history.periods(from, await routes()),
      watched: await listing.watches(),
    }),
    onPassed: (position) => history.forget(position),
    deliveredTo: (until) => deliveredTo(metadata, until),
    onCut: () => void uploader.work(),
    onDamage: ears.onDamage,
    onMissing: ears.onMissing,
    onAside: ears.onAside,
  });
  const listing = new Listing({
    ...{ metadata, store, journal, spool, history, archiving, routes, clock, log },
    directory: path.join(dataDir, 'journal'),
    onSpooled: () => void uploader.work(),
  });
  await archiving.start();
  listing.start();
  keyring.start();
  void uploader.work();
  const signingKeys = new SigningKeys(metadata, rootKey, clock);
  const { id: installationId } = await metadata
    .selectFrom('installation')
    .select('id')
    .executeTakeFirstOrThrow();
  const evidence = new EvidenceLog({
    ...{ metadata, objects, installationId },
    keys: signingKeys,
    clock: time.own,
  });
  const digester = new Digester({
    evidence,
    metadata,
    objects,
    keys: signingKeys,
    clock: time.own,
    log,
    hash: config.digestHash,
    routes,
    onAnew: (anew) =>
      operations.report({ domainId: anew.domainId, projectId: undefined }, logAnewOf(anew), true),
  });
  const restored = path.join(dataDir, RESTORED);
  if (existsSync(restored)) {
    await doubtBuckets(metadata);
    await rm(restored);
  }
  digester.start();
  const lifecycle = new Lifecycle({
    metadata,
    objects,
    clock: time.earliest,
    log,
    onExpiry: ({ bucket, days, keys, ...about }, work) =>
      operations.run(about, expiryOf(bucket, days, keys), work),
  });
  lifecycle.start();
  const catalog = new ArchiveCatalog(metadata, objects, keyring);
  const holdings = new ArchiveHoldings(metadata, objects);
  const packages = new ProofPackages({
    ...{ metadata, objects, evidence, holdings },
    keys: signingKeys,
    clock: time.own,
  });
  const searches = new ArchiveSearches({
    directory: path.join(dataDir, 'searches'),
    catalog,
    clock,
    log,
    onRead: ({ bucket, key, bytes, project_id }, { user, source_ip, request_id }) =>
      recorder.recordObject(
        { projectId: project_id, domainId: user.domain.id },
        { bucket, key, bytes, name: 'GET.OBJECT' },
        { user, source_ip, request_id },
      ),
  });
  await searches.start();
  return {
    ...{ objects, buckets, keyring, trackers, uploader, archiving, listing },
    ...{ signingKeys, evidence, digester, lifecycle, catalog, holdings, packages, searches },
  };
}

/** Buckets in an object store by endpoint, or in folders. */
async function openObjects(config: Config, time: Bounds): Promise<ObjectStore> {
  const store = storeOfSettings(config);
  return store ? openS3(store) : DirectoryStore.open(path.join(config.dataDir, 'objects'), time);
}

/** A tracker in the words of the archiver. @returns undefined: it transfers nothing */
function routeOf({ tracker, project }: Transfer): Route | undefined {
  const { settings } = tracker;
  if (settings.bucket === '') return undefined;
  return {
    projectId: tracker.projectId,
    domainId: project.domainId,
    trackerId: tracker.id,
    tracker: tracker.name,
    bucket: settings.bucket,
    prefix: settings.filePrefix,
    region: project.region,
    subProject: project.filedAs === project.region ? undefined : project.filedAs,
    compressed: settings.compressType !== 'json',
    sorted: settings.isSortByService,
    withoutDataKeys: settings.excludedServices.includes('KMS'),
    validated: settings.isValidated,
    lock: settings.lock,
    encryptionKey: settings.isEncrypted ? settings.kmsId : undefined,
  };
}
