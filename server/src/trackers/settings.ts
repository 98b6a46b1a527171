import Type from 'typebox';
import { readerOf } from '../metadata/index.ts';

export type DataEvent = 'WRITE' | 'READ';

/** Everything that is set on a tracker; left out is only what has no value of its own while nobody sets it. */
export interface TrackerSettings {
  isLtsEnabled: boolean;
  bucket: string;
  filePrefix: string;
  isObsCreated: boolean;
  bucketLifecycle: number;
  /** Absent: gzip, which nobody chose, and no answer has: clients would take it for a difference. */
  compressType?: 'gzip' | 'json';
  isSortByService: boolean;
  isValidated: boolean;
  isEncrypted: boolean;
  kmsId: string;
  isOrganizationTracker: boolean;
  excludedServices: string[];
  /** Files are locked in their bucket (WORM). */
  lock?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number };
  dataBucket?: { name: string; events: DataEvent[] };
}

export const DEFAULTS: TrackerSettings = {
  isLtsEnabled: false,
  bucket: '',
  filePrefix: '',
  isObsCreated: false,
  bucketLifecycle: 0,
  isSortByService: true,
  isValidated: false,
  isEncrypted: false,
  kmsId: '',
  isOrganizationTracker: false,
  excludedServices: [],
};

/** What is kept of a tracker; what an earlier version did not know is left out. */
const readShape = readerOf(
  Type.Partial(
    Type.Object({
      isLtsEnabled: Type.Boolean(),
      bucket: Type.String(),
      filePrefix: Type.String(),
      isObsCreated: Type.Boolean(),
      bucketLifecycle: Type.Number(),
      compressType: Type.Enum(['gzip', 'json']),
      isSortByService: Type.Boolean(),
      isValidated: Type.Boolean(),
      isEncrypted: Type.Boolean(),
      kmsId: Type.String(),
      isOrganizationTracker: Type.Boolean(),
      excludedServices: Type.Array(Type.String()),
      lock: Type.Object({ mode: Type.Enum(['GOVERNANCE', 'COMPLIANCE']), days: Type.Number() }),
      dataBucket: Type.Object({ name: Type.String(), events: Type.Array(Type.Enum(['WRITE', 'READ'])) }),
    }),
  ),
);

/** Settings that cannot be read are none: the tracker transfers nothing, and names no data bucket. */
export function readSettings(text: string): { settings: TrackerSettings; problem?: string } {
  const { value, problem } = readShape(text);
  return problem === undefined ? { settings: { ...DEFAULTS, ...value } } : { settings: DEFAULTS, problem };
}
