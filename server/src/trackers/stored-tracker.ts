import type { DeliveryTrouble } from '../metadata/index.ts';
import type { Tracker } from './schema.ts';
import { readSettings, type TrackerSettings } from './settings.ts';

export interface StoredTracker {
  id: string;
  projectId: string;
  type: 'system' | 'data';
  name: string;
  enabled: boolean;
  settings: TrackerSettings;
  /** Epoch ms. */
  createdAt: number;
  /** Why its last delivery failed, or its key cannot be used. */
  trouble?: { detail: DeliveryTrouble; message: string };
  /** What is stored of it cannot be read; the trouble says why. */
  isUnreadable?: true;
  /** When its last trace file was written, epoch ms. */
  lastTransferAt?: number;
  /** How the traces of the list come into a bucket, if that was wanted. */
  listed?: { bucket: string; state: ListedState; total: number; written: number; message: string };
}

type ListedState = NonNullable<Tracker['obs_info']['listed']>['state'];

/** What of a tracker changes. */
export const valuesOf = ({ enabled, settings }: Pick<StoredTracker, 'enabled' | 'settings'>) => ({
  enabled: enabled ? 1 : 0,
  settings: JSON.stringify(settings),
});

export function toTracker(row: {
  id: string;
  project_id: string;
  type: 'system' | 'data';
  name: string;
  enabled: number;
  settings: string;
  created_at: number;
  detail?: DeliveryTrouble | null;
  message?: string | null;
  transferred_at?: number | null;
  listed_state?: ListedState | null;
  listed_bucket?: string | null;
  listed_total?: number | null;
  listed_written?: number | null;
  listed_message?: string | null;
}): StoredTracker {
  const { settings, problem } = readSettings(row.settings);
  const unreadable = {
    detail: 'noBucket' as const,
    message: `the stored settings of the tracker cannot be read: ${problem}; save it anew`,
  };
  return {
    id: row.id,
    projectId: row.project_id,
    type: row.type,
    name: row.name,
    enabled: row.enabled === 1,
    settings,
    createdAt: row.created_at,
    ...(row.detail ? { trouble: { detail: row.detail, message: row.message ?? '' } } : {}),
    ...(problem === undefined ? {} : { trouble: unreadable, isUnreadable: true }),
    ...(row.transferred_at ? { lastTransferAt: row.transferred_at } : {}),
    ...(row.listed_state
      ? {
          listed: {
            state: row.listed_state,
            bucket: row.listed_bucket ?? '',
            total: row.listed_total ?? 0,
            written: row.listed_written ?? 0,
            message: row.listed_message ?? '',
          },
        }
      : {}),
  };
}
