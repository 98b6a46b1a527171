export { createServer, type ReadinessCheck, type ServerDeps } from './server.ts';
