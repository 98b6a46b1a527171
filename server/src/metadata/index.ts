export { type Metadata, openMetadata } from './metadata.ts';
