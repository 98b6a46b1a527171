export type { GuardedRoute } from './guard.ts';
export { createServer, type ReadinessCheck, type ServerDeps } from './server.ts';
