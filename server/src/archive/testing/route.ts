import type { Route } from '../route.ts';

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
  compressed: true,
  sorted: true,
  withoutDataKeys: false,
};
