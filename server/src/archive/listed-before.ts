import path from 'node:path';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import type { TraceStore } from '../traces/index.ts';
import type { Archiving } from './archiving.ts';
import { traceFilePlace } from './layout.ts';
import { manifestIn, READY, readyStretches } from './spool.ts';

export interface BeforeOptions {
  metadata: Metadata;
  store: Pick<TraceStore, 'extentOf'>;
  archiving: Pick<Archiving, 'failingSince' | 'underWay'>;
  spool: string;
}

const FIELD = 'obs_info.also_listed';

/**
 * What is in the list can be brought into a bucket when none of it is there, or on its way. It is looked for along
 * that way, so that nothing slips through; nothing may be cut meanwhile.
 * @throws CtsError 400 when there is, 503 when nobody can say
 */
export async function assertNoneThere(
  options: BeforeOptions,
  tracker: { projectId: string; name: string },
  bucket: string,
): Promise<void> {
  const { archiving } = options;
  if (archiving.failingSince !== undefined || archiving.underWay !== undefined) {
    throw ERRORS.unavailable(`${FIELD} cannot be done now: trace files cannot be cut; the log says why`, 30);
  }
  const places = [isUncut, isSpooled, isDelivered];
  for (const isThere of places) {
    if (!(await isThere(options, tracker, bucket))) continue;
    throw ERRORS.invalidBody(
      FIELD,
      `${FIELD} cannot be done: trace files of the tracker ${tracker.name} in the bucket ${bucket} hold traces of the time of the trace list, which would be there twice; choose another bucket, or do without`,
    );
  }
}

type Asked = [options: BeforeOptions, tracker: { projectId: string; name: string }, bucket: string];

async function isUncut(...[{ metadata }, { projectId, name }, bucket]: Asked): Promise<boolean> {
  const routes = await metadata
    .selectFrom('earlier_routes')
    .select('route')
    .where('project_id', '=', projectId)
    .where('tracker', '=', name)
    .execute();
  return routes.some(({ route }) => route.includes(`"bucket":${JSON.stringify(bucket)}`));
}

async function isSpooled(...[{ spool }, { projectId, name }, bucket]: Asked): Promise<boolean> {
  for (const stretch of await readyStretches(spool)) {
    const manifest = await manifestIn(path.join(spool, READY, stretch));
    const isOf = manifest?.files.some(
      (file) =>
        file.bucket === bucket && file.projectId === projectId && traceFilePlace(file.key)?.tracker === name,
    );
    if (isOf) return true;
  }
  return false;
}

async function isDelivered(...[{ metadata, store }, { projectId, name }, bucket]: Asked): Promise<boolean> {
  const { last } = await metadata
    .selectFrom('trace_files')
    .innerJoin('chains', 'chains.id', 'trace_files.chain_id')
    .select(({ fn }) => fn.max('trace_files.last_time').as('last'))
    .where('trace_files.bucket', '=', bucket)
    .where('trace_files.project_id', '=', projectId)
    .where('chains.tracker', '=', name)
    .executeTakeFirstOrThrow();
  if (last === null) return false;
  const { traces, oldest } = await store.extentOf({ projectId, trackerName: name });
  return traces > 0 && Number(last) >= oldest;
}
