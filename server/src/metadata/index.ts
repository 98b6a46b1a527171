export { type Metadata, openMetadata } from './metadata.ts';
export type { DeliveryTrouble } from './schema.ts';
