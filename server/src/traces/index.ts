export * from './query.ts';
export * from './trace.ts';
