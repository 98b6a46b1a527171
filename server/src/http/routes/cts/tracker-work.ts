import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CtsError } from '../../../errors.ts';
import type { Principal } from '../../../iam/index.ts';
import {
  MANAGEMENT_TRACKER,
  type StoredTracker,
  type Tracker,
  type TrackerOwner,
  type TrackerRequest,
  toAnswer,
} from '../../../trackers/index.ts';
import { about } from '../../audit.ts';
import { ownerOf } from '../../owner.ts';
import type { ServerDeps } from '../../server-deps.ts';

/** What both generations of the API do with trackers; every change is audited. */
export function trackerWork(server: FastifyInstance, { trackers, iam, config, operations }: ServerDeps) {
  return {
    async create(request: FastifyRequest, body: TrackerRequest): Promise<Tracker> {
      const { principal } = request;
      const owner = ownerOf(principal);
      about(request, { resourceName: body.tracker_name });
      const enables = body.tracker_type === 'system';
      if (enables && !principal.mayEnable()) {
        throw new CtsError(
          403,
          'CTS.0013',
          'enabling CTS needs two roles at once: Security Administrator, and CTS FullAccess in this project',
        );
      }
      const tracker = await trackers.create(owner, body);
      about(request, { resourceId: tracker.id });
      if (enables) await enableGlobal(principal, owner);
      return toAnswer(tracker, owner);
    },

    async update(request: FastifyRequest, body: TrackerRequest): Promise<Tracker> {
      const owner = ownerOf(request.principal);
      about(request, { resourceName: body.tracker_name });
      // What is refused is told at the tracker that it was meant for.
      const meant = await trackers.find(owner.projectId, body.tracker_name);
      about(request, { resourceId: meant?.id });
      const changed = await trackers.update(owner, body, async ({ type, enabled }) => {
        if (type === 'system' && !enabled) await server.auditNow(request, 200);
      });
      return toAnswer(changed, owner);
    },

    /** @param name left out: all of the type */
    async remove(request: FastifyRequest, name?: string, type?: 'system' | 'data'): Promise<void> {
      const { projectId } = ownerOf(request.principal);
      let doomed: StoredTracker[];
      if (name) {
        const wanted = name === MANAGEMENT_TRACKER ? 'system' : 'data';
        about(request, { resourceName: name });
        doomed = [await trackers.get(projectId, name)].filter((tracker) => tracker.type === wanted);
      } else {
        doomed = (await trackers.list(projectId)).filter((tracker) => !type || tracker.type === type);
      }
      if (doomed.length > 0) {
        about(request, {
          resourceId: doomed.map(({ id }) => id).join(','),
          resourceName: doomed.map((tracker) => tracker.name).join(','),
        });
      }
      if (doomed.some((tracker) => tracker.type === 'system')) await server.auditNow(request, 204);
      await trackers.remove(doomed);
    },
  };

  /** Global services are recorded in one region: enabling anywhere makes the tracker there, too. */
  async function enableGlobal(principal: Principal, { projectId, domainId }: TrackerOwner): Promise<void> {
    const home = await iam.directory.projects.main(domainId, config.globalRegion);
    if (!home || home.id === projectId || (await trackers.find(home.id, MANAGEMENT_TRACKER))) return;
    const owner = { projectId: home.id, domainId, region: home.region };
    await operations.run(
      { domainId, projectId: home.id },
      {
        trace_name: 'createTracker',
        trace_type: 'ApiCall',
        service_type: 'CTS',
        resource_type: 'tracker',
        resource_name: MANAGEMENT_TRACKER,
        user: principal.user,
        code: '201',
        message: `made because CTS was enabled in the project ${projectId}`,
      },
      () => trackers.create(owner, { tracker_type: 'system', tracker_name: MANAGEMENT_TRACKER }),
      ({ id }) => ({ resource_id: id }),
    );
  }
}
