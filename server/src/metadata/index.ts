export { connectMetadata, isBusy, type Metadata, openMetadata, unlessBusy } from './metadata.ts';
export type { Database, DeliveryTrouble, MessageKind } from './schema.ts';
