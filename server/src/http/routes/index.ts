import type { FastifyInstance, FastifyPluginAsync, FastifyPluginOptions } from 'fastify';
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
import { savedSearchRoutes } from './opencts/saved-searches.ts';
import { storeRoutes } from './opencts/trace-store.ts';
import { smnRoutes } from './smn/index.ts';

/** All that the service answers to, in the order in which it is documented. */
export async function addRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  await server.register(healthRoutes, deps);
  await server.register(own(rightsRoutes));
  await server.register(traceRoutes, deps);
  await server.register(own(accountingRoutes), deps);
  await server.register(own(exportRoutes), deps);
  await server.register(own(savedSearchRoutes), deps);
  await server.register(trackerRoutes, deps);
  await server.register(tagRoutes, deps);
  await server.register(notificationRoutes, deps);
  await server.register(quotaRoutes, deps);
  await server.register(operationRoutes, deps);
  await server.register(resourceRoutes, deps);
  await server.register(bucketCheckRoutes, deps);
  await server.register(own(archiveRoutes), deps);
  await server.register(own(bucketRoutes), deps);
  await server.register(own(archiveProofRoutes), deps);
  await server.register(own(archiveSearchRoutes), deps);
  await server.register(own(keyRoutes), deps);
  await server.register(own(quarantineRoutes), deps);
  await server.register(own(clockRoutes), deps);
  await server.register(own(backupRoutes), deps);
  await server.register(own(storeRoutes), deps);
  await server.register(smnRoutes, deps);
  await server.register(legacyRoutes, deps);
  await server.register(versionRoutes);
  await server.register(iamRoutes, deps);
  const { maxBody, maxTraces } = deps.config;
  await server.register(own(ingestRoutes), {
    intake: deps.intake,
    largeBodies: deps.largeBodies,
    maxBody,
    maxTraces,
  });
  await server.register(consoleRoutes, deps);
}

/** Marks all routes of a plugin as OpenCTS's own. */
function own<Options extends FastifyPluginOptions>(
  routes: (server: FastifyInstance, options: Options) => Promise<void>,
): FastifyPluginAsync<Options> {
  return async (server, options) => {
    server.addHook('onRoute', (route) => {
      route.config = { ...route.config, own: true };
    });
    await routes(server, options);
  };
}
