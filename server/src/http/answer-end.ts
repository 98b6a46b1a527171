import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/** What is to be done when a connection ends: one listener for however many requests come on it. */
const pending = new WeakMap<Socket, Set<() => void>>();

function ofSocket(socket: Socket): Set<() => void> {
  const known = pending.get(socket);
  if (known) return known;
  const works = new Set<() => void>();
  pending.set(socket, works);
  socket.once('close', () => {
    for (const work of [...works]) work();
  });
  return works;
}

/**
 * Does something once, when an answer has ended: it is whole, or whoever asked has gone; at once when it has already.
 * An answer that waits behind another one on its connection is told nothing of the connection's end by Node: that
 * is heard of the connection.
 */
export function onceEnded({ raw, request }: FastifyReply, work: () => void): void {
  const { socket } = request.raw;
  if (raw.destroyed || socket.destroyed) {
    work();
    return;
  }
  const works = ofSocket(socket);
  const end = () => {
    works.delete(end);
    raw.off('close', end);
    work();
  };
  works.add(end);
  raw.once('close', end);
}
