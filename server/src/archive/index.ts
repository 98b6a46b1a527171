export { Archiving } from './archiving.ts';
export {
  ArchiveCatalog,
  deliveredTo,
  type FileReader,
  type FileSelection,
  type SelectedFile,
} from './catalog.ts';
export type { SpoolFile } from './cutter.ts';
export { Digester } from './digester.ts';
export { Lifecycle } from './lifecycle.ts';
export { everyLine, traceTextOf } from './lines.ts';
export type { Route } from './route.ts';
export { RouteHistory } from './route-history.ts';
export { SpoolSealer } from './sealing.ts';
export { readPublicKey, type SigningKey, SigningKeys } from './signing-keys.ts';
export { bucketSource, folderSource } from './sources.ts';
export { Uploader } from './uploader.ts';
export { type ArchiveSource, type Finding, type Verdict, verifyArchive } from './verify.ts';
