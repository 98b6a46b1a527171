import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from '../../server-deps.ts';
import { accessKeyRoutes } from './access-keys.ts';
import { accountRoutes } from './accounts.ts';
import { groupRoutes } from './groups.ts';
import { ingestKeyRoutes } from './ingest-keys.ts';
import { keystoneRoutes } from './keystone.ts';
import { oidcRoutes } from './oidc.ts';
import { osUserRoutes } from './os-users.ts';
import { roleRoutes } from './roles.ts';
import { sessionRoutes } from './sessions.ts';
import { userRoutes } from './users.ts';

/** The identity service: signing in, and what an administrator of an account does, in Keystone's words. */
export async function iamRoutes(server: FastifyInstance, deps: ServerDeps): Promise<void> {
  for (const routes of [
    keystoneRoutes,
    oidcRoutes,
    sessionRoutes,
    userRoutes,
    osUserRoutes,
    groupRoutes,
    roleRoutes,
    accountRoutes,
    accessKeyRoutes,
    ingestKeyRoutes,
  ]) {
    await server.register(routes, deps);
  }
}
