import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';

/** What is to be done when answers end; and of connections, their answers that have not ended. */
const works = new WeakMap<ServerResponse, Set<() => void>>();
const open = new WeakMap<Socket, Set<() => void>>();

/**
 * Does something once, when an answer has ended: it is whole, or whoever asked has gone; at once when it has already.
 * An answer that waits behind another one on its connection is told nothing of the connection's end by Node: that
 * is heard of the connection.
 */
export function onceEnded({ raw, request }: FastifyReply, work: () => void): void {
  // A request that was not read to its end has lost it.
  const socket: Socket | null = request.raw.socket ?? raw.socket;
  if (raw.destroyed || socket?.destroyed) work();
  else (works.get(raw) ?? listen(raw, socket)).add(work);
}

/** One listener for an answer, and one for its connection, whatever hangs on them. */
function listen(raw: ServerResponse, socket: Socket | null): Set<() => void> {
  const mine = new Set<() => void>();
  works.set(raw, mine);
  const answers = socket && answersOf(socket);
  const end = () => {
    raw.off('close', end);
    answers?.delete(end);
    for (const work of mine) work();
    mine.clear();
  };
  raw.once('close', end);
  answers?.add(end);
  return mine;
}

function answersOf(socket: Socket): Set<() => void> {
  const known = open.get(socket);
  if (known) return known;
  const answers = new Set<() => void>();
  open.set(socket, answers);
  socket.once('close', () => {
    for (const end of [...answers]) end();
  });
  return answers;
}
