export { Connections, connectionsWithin } from './connections.ts';
export { Gate } from './gate.ts';
export type { GuardedRoute } from './guard.ts';
export { createServer } from './server.ts';
export { SessionCookies } from './session-cookies.ts';
