import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * Address of the caller: what the outermost proxy that is trusted says, or that proxy's own if it says something
 * else than an address (`X-Forwarded-For` can hold anything).
 */
export function addressOf({ ip, ips, socket }: FastifyRequest): string {
  const known = [ip, ...[...(ips ?? [])].reverse()].map(withoutPort).find((one) => isIP(one) !== 0);
  return known ?? socket.remoteAddress ?? '';
}

/** Some proxies write the caller's port behind its address. */
const withoutPort = (text: string) =>
  /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
