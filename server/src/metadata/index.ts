export { PIECE_PAUSE_MS, PIECE_ROWS } from './limits.ts';
export { lookAtMetadata, MetadataDamaged, type Rows } from './look.ts';
export {
  connectMetadata,
  copyMetadata,
  type Metadata,
  mayPass,
  openMetadata,
  unlessBusy,
} from './metadata.ts';
export { MIGRATIONS } from './migrations.ts';
export { inPieces } from './pieces.ts';
export { isReferable } from './referable.ts';
export type { Database, DeliveryTrouble, MessageKind } from './schema.ts';
export { readerOf, type Stored } from './stored.ts';
export { type StoredJson, StoredWatch } from './stored-watch.ts';
export { wholeIn } from './whole.ts';
