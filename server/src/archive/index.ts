export { Archiving } from './archiving.ts';
export type { Route } from './cutter.ts';
export { Uploader } from './uploader.ts';
