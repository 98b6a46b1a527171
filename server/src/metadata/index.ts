export { connectMetadata, type Metadata, openMetadata } from './metadata.ts';
export type { Database, DeliveryTrouble, MessageKind } from './schema.ts';
