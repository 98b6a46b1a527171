import type { Route } from '../cutter.ts';

export const BUCKET = 'audit-archive';

/** The management tracker of a project, with everything as it is by default. */
export const ROUTE: Route = {
  projectId: 'a'.repeat(32),
  domainId: 'd',
  trackerId: 't1',
  tracker: 'system',
  bucket: BUCKET,
  prefix: '',
  region: 'eu-de',
  subProject: undefined,
  compressed: true,
  sorted: true,
  withoutDataKeys: false,
  lock: undefined,
  encryptionKey: undefined,
};
