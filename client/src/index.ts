export * from './browser.ts';
export * from './client.ts';
export { Exact } from './exact.ts';
export { type RetryOptions, reportUntilTaken } from './report.ts';
export type { AccessKey } from './signature.ts';
