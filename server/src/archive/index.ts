export { Archiving } from './archiving.ts';
export {
  ArchiveCatalog,
  deliveredTo,
  type FileReader,
  type FileSelection,
  type SelectedFile,
} from './catalog.ts';
export { type DeliveredFile, noteFile, openChain } from './chains.ts';
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
export type { ListedJob } from './listed-jobs.ts';
export { Listing } from './listing.ts';
export type { Route } from './route.ts';
export { RouteHistory } from './route-history.ts';
export { SpoolSealer } from './sealing.ts';
export type { SpoolFile } from './trace-files.ts';
export { lockFrom } from './trace-files.ts';
export { Uploader } from './uploader.ts';
