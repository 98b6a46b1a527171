export { type Metadata, openMetadata } from './metadata.ts';
export type { Database, DeliveryTrouble } from './schema.ts';
