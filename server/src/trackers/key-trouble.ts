import type { Keyring } from '../kms/index.ts';
import type { Buckets } from '../objects/index.ts';
import type { StoredTracker } from './stored-tracker.ts';

/** Turning a key off is told at once, and so is turning it on: what happened at the last delivery is old. */
export async function withKeyTrouble(
  { buckets, keyring }: { buckets: Buckets; keyring: Keyring },
  projectId: string,
  trackers: StoredTracker[],
): Promise<StoredTracker[]> {
  const hasKey = ({ settings }: StoredTracker) => settings.isEncrypted && settings.bucket !== '';
  if (buckets.encryptByThemselves || !trackers.some(hasKey)) return trackers;
  const problemOf = await keyring.problems(projectId);
  return trackers.map((tracker) => {
    if (!hasKey(tracker)) return tracker;
    const { kmsId } = tracker.settings;
    const problem = problemOf(kmsId);
    if (problem) {
      return { ...tracker, trouble: { detail: 'kmsKeyUnusable', message: `the key ${kmsId} ${problem}` } };
    }
    const { trouble, ...rest } = tracker;
    return trouble && trouble.detail !== 'kmsKeyUnusable' ? tracker : rest;
  });
}
