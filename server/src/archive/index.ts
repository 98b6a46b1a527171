export { Archiving } from './archiving.ts';
export {
  ArchiveCatalog,
  deliveredTo,
  type FileReader,
  type FileSelection,
  type SelectedFile,
} from './catalog.ts';
export { type DeliveredFile, noteFile, openChain } from './chains.ts';
export type { SpoolFile } from './cutter.ts';
export { lockFrom } from './cutter.ts';
export {
  chainName,
  chainPlace,
  type DigestPlace,
  digestKey,
  digestPlace,
  stamp,
  traceFileKey,
  traceFilePlace,
} from './layout.ts';
export { Lifecycle } from './lifecycle.ts';
export { everyLine, traceTextOf } from './lines.ts';
export type { Route } from './route.ts';
export { RouteHistory } from './route-history.ts';
export { SpoolSealer } from './sealing.ts';
export { Uploader } from './uploader.ts';
