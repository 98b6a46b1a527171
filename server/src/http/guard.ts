import type { FastifyInstance, RouteOptions } from 'fastify';
import { ERRORS } from '../errors.ts';
import type { Iam, Principal } from '../iam/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do, `signed-in` for any known caller, `open` for everybody. */
    action?: string;
    /** Errors in the shape of Keystone. */
    keystone?: boolean;
  }
  interface FastifyRequest {
    /** Who calls; absent on open routes. */
    principal: Principal;
  }
}

/** Paths of files that are served as they are. */
const STATIC = /^\/console(\/|$)/;

/** Makes every route say which action it needs, and checks caller, project and action before anything else. */
export function guard(server: FastifyInstance, iam: Iam): void {
  server.decorateRequest('principal', null as unknown as Principal);

  server.addHook('onRoute', (route: RouteOptions) => {
    if (STATIC.test(route.url)) route.config = { ...route.config, action: 'open' };
    if (!route.config?.action) {
      throw new Error(`the route ${String(route.method)} ${route.url} does not say which action it needs`);
    }
  });

  server.addHook('onRequest', (request, _reply, done) => {
    const { action } = request.routeOptions.config;
    // Only the answer to an unknown path has no action; it tells nothing.
    if (action === 'open' || action === undefined) {
      done();
      return;
    }
    const admit = (principal: Principal) => {
      checkProject((request.params as { project_id?: string }).project_id, principal);
      if (action !== 'signed-in' && !principal.allows(action)) throw ERRORS.actionDenied(action);
      request.principal = principal;
    };
    try {
      // Known credentials are let in at once: this stands in the way of every trace.
      const known = iam.recall(request.headers);
      if (known) {
        admit(known);
        done();
        return;
      }
    } catch (error) {
      done(error as Error);
      return;
    }
    iam
      .authenticate(request.headers)
      .then(admit)
      .then(() => done(), done);
  });
}

function checkProject(projectId: string | undefined, principal: Principal): void {
  if (projectId === undefined || projectId === principal.project?.id) return;
  throw ERRORS.wrongProject(
    principal.project
      ? `the project ${projectId} of the path is not the project ${principal.project.id} of your token`
      : `your token is scoped to no project; take one that is scoped to ${projectId}`,
  );
}
