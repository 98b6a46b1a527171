import http from 'node:http';
import net from 'node:net';
import { type ClickHouseClient, createClient } from '@clickhouse/client';

/** A ClickHouse server by URL (user and password in it), or the embedded engine by its socket. */
export type ServerAddress = { url: string } | { socketPath: string };

const REQUEST_TIMEOUT_MS = 120_000;
/** Asks the embedded engine for a session that no query of a caller has. */
const OWN = { 'x-opencts-own': '1' };

export interface ConnectOptions {
  /** Requests at a time; more wait. */
  connections: number;
  /** For what the service asks for itself. */
  own?: boolean;
}

export function connect(
  server: ServerAddress,
  { connections, own = false }: ConnectOptions,
): ClickHouseClient {
  return createClient({
    ...('url' in server
      ? { url: server.url }
      : { url: 'http://engine', http_agent: socketAgent(server.socketPath, connections) }),
    application: 'opencts',
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: connections,
    ...(own ? { http_headers: OWN } : {}),
    log: { level: 127 },
  });
}

/** Reaches the engine through its socket, also after it was started again. */
function socketAgent(socketPath: string, connections: number): http.Agent {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  agent.createConnection = () => net.connect({ path: socketPath });
  return agent;
}
