import Type from 'typebox';

/** A tracker that transfers, as the cutter needs it: where its traces go, and in which form. */
export const Route = Type.Object({
  projectId: Type.String(),
  domainId: Type.String(),
  trackerId: Type.String(),
  tracker: Type.String(),
  bucket: Type.String(),
  region: Type.String(),
  /** Name of the project, unless it is the main one of its region. */
  subProject: Type.Optional(Type.String()),
  prefix: Type.String(),
  compressed: Type.Boolean(),
  sorted: Type.Boolean(),
  withoutDataKeys: Type.Boolean(),
  /** Digests are to cover its files; of an earlier version it is not known. */
  validated: Type.Optional(Type.Boolean()),
  /** Files are locked in their bucket for some days. */
  lock: Type.Optional(Type.Object({ mode: Type.Enum(['GOVERNANCE', 'COMPLIANCE']), days: Type.Number() })),
  /** Named key that files are encrypted with. */
  encryptionKey: Type.Optional(Type.String()),
});
export type Route = Type.Static<typeof Route>;
