import Type, { type Static } from 'typebox';

/** Of a backup; goes up by one when an older version could not restore it. */
export const BACKUP_FORMAT = 1;
/** Written last: without it a backup is not whole. */
export const MANIFEST = 'backup.json';
/** Every file of it, one a line. */
export const FILES = 'files.ndjson';
/** The same of what has arrived, while it is being fetched. */
export const FILES_SO_FAR = 'files.part';
/** Names the backup of the service that is being fetched. */
export const UNDER_WAY = 'backup.part';
/** The files themselves, as they lie in the data directory. */
export const DATA = 'data';
/** The root key, sealed with a password. */
export const SEALED_KEY = 'root.key.sealed';
export const METADATA = 'metadata.db';

/** Of what a backup is made, and when. */
export const BackupInfo = Type.Object({
  installation: Type.String({ description: 'Id of the installation' }),
  version: Type.String({ description: 'OpenCTS that wrote the data' }),
  directory_format: Type.Integer({ description: 'Of the data directory' }),
  begun: Type.Integer({ description: 'Epoch ms' }),
  as_of: Type.Integer({
    description: 'Everything that was acknowledged before is in it, epoch ms',
  }),
  has_list: Type.Boolean({ description: 'Whether the trace list is in it' }),
  has_objects: Type.Boolean({ description: 'Whether the buckets of the data directory are in it' }),
  has_root_key: Type.Boolean({ description: 'Whether the root key is in it, sealed with a password' }),
});
export type BackupInfo = Static<typeof BackupInfo>;

/** A file, or a symbolic link within its folder. */
export const BackupFile = Type.Object({
  path: Type.String({ description: 'In the data directory' }),
  bytes: Type.Integer(),
  link: Type.Optional(Type.String({ description: 'It is a symbolic link to this place' })),
});
export type BackupFile = Static<typeof BackupFile>;

/** As it stands in {@link FILES}. */
export const StoredFile = Type.Intersect([BackupFile, Type.Object({ sha256: Type.String() })]);
export type StoredFile = Static<typeof StoredFile>;

export const BackupManifest = Type.Intersect([
  BackupInfo,
  Type.Object({
    format: Type.Integer(),
    files: Type.Integer(),
    bytes: Type.Integer(),
    /** Of {@link FILES}. */
    files_sha256: Type.String(),
  }),
]);
export type BackupManifest = Static<typeof BackupManifest>;
