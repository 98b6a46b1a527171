export { Connections, connectionsWithin } from './connections.ts';
export { Gate } from './gate.ts';
export type { GuardedRoute } from './guard.ts';
export { SessionCookies } from './iam/session-cookies.ts';
export { createServer } from './server.ts';
