import type { IncomingMessage } from 'node:http';
import { MOST_UNANSWERED } from './limits.ts';

/** Requests that came while too many before them, on the same connection, were not answered yet. */
const refused = new WeakSet<IncomingMessage>();
const unheard = new WeakSet<IncomingMessage>();

/** @param underWay requests of its connection, with this one */
export function noteCrowd(request: IncomingMessage, underWay: number): void {
  if (underWay > MOST_UNANSWERED) (underWay === MOST_UNANSWERED + 1 ? refused : unheard).add(request);
}

/**
 * What becomes of a request whose connection has too many under way. The first is refused, and the connection ends
 * with that: those behind it are not looked at.
 */
export function crowdOf(request: IncomingMessage): 'refused' | 'unheard' | undefined {
  if (unheard.has(request)) return 'unheard';
  return refused.has(request) ? 'refused' : undefined;
}
