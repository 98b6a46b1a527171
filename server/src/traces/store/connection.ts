import http from 'node:http';
import net from 'node:net';
import { type ClickHouseClient, createClient } from '@clickhouse/client';

/** A ClickHouse server by URL (user and password in it), or the embedded engine by its socket. */
export type ServerAddress = { url: string } | { socketPath: string };

const REQUEST_TIMEOUT_MS = 120_000;
const CONNECTIONS = 12;

export function connect(server: ServerAddress): ClickHouseClient {
  return createClient({
    ...('url' in server
      ? { url: server.url }
      : { url: 'http://engine', http_agent: socketAgent(server.socketPath) }),
    application: 'opencts',
    request_timeout: REQUEST_TIMEOUT_MS,
    max_open_connections: CONNECTIONS,
    log: { level: 127 },
  });
}

/** Reaches the engine through its socket, also after it was started again. */
function socketAgent(socketPath: string): http.Agent {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  agent.createConnection = () => net.connect({ path: socketPath });
  return agent;
}
