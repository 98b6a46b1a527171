import { readOperation } from './auditing/index.ts';
import { readPolicy, readProfile } from './iam/index.ts';
import type { StoredJson } from './metadata/index.ts';
import { readBegun, readNotification, readQuery } from './notifications/index.ts';
import { readExtension, readFilters } from './smn/index.ts';
import { readConfiguration, readTracker } from './trackers/index.ts';

/** What accounts have configured, and what they did that is not recorded yet, as far as it is kept as JSON: each read by the room that it belongs to. */
export const STORED_JSON: readonly StoredJson[] = [
  {
    ...{ table: 'notifications', id: 'id', column: 'settings' },
    problemOf: (text) => readNotification(text).problem,
  },
  { ...{ table: 'notifications', id: 'id', column: 'query' }, problemOf: (text) => readQuery(text).problem },
  {
    ...{ table: 'smn_subscriptions', id: 'id', column: 'extension' },
    problemOf: (text) => readExtension(text).problem,
  },
  {
    ...{ table: 'smn_subscriptions', id: 'id', column: 'filter_polices' },
    problemOf: (text) => readFilters(text).problem,
  },
  { ...{ table: 'trackers', id: 'id', column: 'settings' }, problemOf: (text) => readTracker(text).problem },
  {
    ...{ table: 'configurations', id: 'project_id', column: 'settings' },
    problemOf: (text) => readConfiguration(text).problem,
  },
  {
    ...{ table: 'operations', id: 'id', column: 'trace' },
    problemOf: (text) => readOperation(text).problem,
  },
  {
    ...{ table: 'notifier_positions', id: 'journal_id', column: 'begun' },
    problemOf: (text) => readBegun(text).problem,
  },
  {
    ...{ table: 'notifier_arrears', id: 'project_id', column: 'begun' },
    problemOf: (text) => readBegun(text).problem,
  },
  { ...{ table: 'roles', id: 'id', column: 'policy' }, problemOf: (text) => readPolicy(text).problem },
  { ...{ table: 'users', id: 'id', column: 'profile' }, problemOf: (text) => readProfile(text).problem },
];
