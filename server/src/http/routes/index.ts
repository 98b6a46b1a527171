import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from '../server-deps.ts';
import { bucketCheckRoutes } from './cts/bucket-checks.ts';
import { legacyRoutes } from './cts/legacy.ts';
import { notificationRoutes } from './cts/notifications.ts';
import { operationRoutes } from './cts/operations.ts';
import { quotaRoutes } from './cts/quotas.ts';
import { resourceRoutes } from './cts/resources.ts';
import { tagRoutes } from './cts/tags.ts';
import { traceRoutes } from './cts/traces.ts';
import { trackerRoutes } from './cts/trackers.ts';
import { versionRoutes } from './cts/versions.ts';
import { iamRoutes } from './iam/index.ts';
import { accountingRoutes } from './opencts/accounting.ts';
import { archiveRoutes } from './opencts/archive.ts';
import { archiveProofRoutes } from './opencts/archive-proofs.ts';
import { archiveSearchRoutes } from './opencts/archive-searches.ts';
import { backupRoutes } from './opencts/backups.ts';
import { bucketRoutes } from './opencts/buckets.ts';
import { clockRoutes } from './opencts/clock.ts';
import { consoleRoutes } from './opencts/console.ts';
import { exportRoutes } from './opencts/export.ts';
import { healthRoutes } from './opencts/health.ts';
import { ingestRoutes } from './opencts/ingest.ts';
import { keyRoutes } from './opencts/keys.ts';
import { quarantineRoutes } from './opencts/quarantine.ts';
import { rightsRoutes } from './opencts/rights.ts';
import { storeRoutes } from './opencts/trace-store.ts';
import { smnRoutes } from './smn/index.ts';

/** All that the service answers to, in the order in which it is documented. */
export async function addRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  await server.register(healthRoutes, deps);
  await server.register(rightsRoutes);
  await server.register(traceRoutes, deps);
  await server.register(accountingRoutes, deps);
  await server.register(exportRoutes, deps);
  await server.register(trackerRoutes, deps);
  await server.register(tagRoutes, deps);
  await server.register(notificationRoutes, deps);
  await server.register(quotaRoutes, deps);
  await server.register(operationRoutes, deps);
  await server.register(resourceRoutes, deps);
  await server.register(bucketCheckRoutes, deps);
  await server.register(archiveRoutes, deps);
  await server.register(bucketRoutes, deps);
  await server.register(archiveProofRoutes, deps);
  await server.register(archiveSearchRoutes, deps);
  await server.register(keyRoutes, deps);
  await server.register(quarantineRoutes, deps);
  await server.register(clockRoutes, deps);
  await server.register(backupRoutes, deps);
  await server.register(storeRoutes, deps);
  await server.register(smnRoutes, deps);
  await server.register(legacyRoutes, deps);
  await server.register(versionRoutes);
  await server.register(iamRoutes, deps);
  const { maxBody, maxTraces } = deps.config;
  await server.register(ingestRoutes, {
    intake: deps.intake,
    largeBodies: deps.largeBodies,
    maxBody,
    maxTraces,
  });
  await server.register(consoleRoutes, deps);
}
