export * from './browser.ts';
export * from './client.ts';
export { type RetryOptions, reportUntilTaken } from './report.ts';
