import { Masker } from '../../traces/index.ts';
import type { IntakeContext } from '../normalise.ts';
import type { Placement } from '../placement.ts';

const WEEK = 7 * 86_400_000;

/** What intake knows of a producer of some account, at an instant; no trace may be older than a week. */
export const contextAt = (now: number): IntakeContext => ({
  projectId: '5f0c1d2e3a4b45c69788a9b0c1d2e3f4',
  domainId: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  now,
  surely: now,
  retentionMs: WEEK,
  maxAgeMs: WEEK,
  masker: new Masker(),
});

/** Where its traces are recorded. */
export const placeOf = ({ projectId }: IntakeContext): Placement => ({
  projectId,
  trackerName: 'system',
  eventType: 'system',
});
