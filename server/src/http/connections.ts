import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { ConfigError } from '../config.ts';
import { ERRORS } from '../errors.ts';
import { networkOf } from '../iam/index.ts';
import { openFilesLimit } from '../open-files.ts';
import { rawRefusal } from './below-routes.ts';
import { noteCrowd } from './crowd.ts';
import {
  BODY_BYTES_A_SECOND,
  BODY_WINDOW_MS,
  FAR_TOO_MANY_UNANSWERED,
  FILES_OF_THE_HOUSE,
  HEADERS_MS,
  KEEP_ALIVE_MS,
  LEAST_CONNECTIONS,
  LOOK_EVERY_MS,
  SHARE_OF_ONE_NETWORK,
  UNTAKEN_MS,
} from './limits.ts';

/**
 * To be given to whoever makes the HTTP server. All other times are looked at for all connections together, every
 * now and then: the server's own timers would be set anew with each request.
 */
export const HTTP_TIMES = {
  http: {
    // Its refusal is ours to write.
    requireHostHeader: false,
    // Counts from the connection's begin, too: who sends nothing is closed as well.
    headersTimeout: HEADERS_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
  },
  keepAliveTimeout: 0,
  connectionTimeout: 0,
};

/**
 * How many connections there may be so that the files of the house always have room.
 * @throws ConfigError when the process may have too few files open
 */
export function connectionsWithin(wanted: number, log: Logger): number {
  const limit = openFilesLimit();
  const most = Math.min(wanted, limit - FILES_OF_THE_HOUSE);
  if (most < LEAST_CONNECTIONS) {
    throw new ConfigError(
      `this process may have only ${limit} files open; it needs ${FILES_OF_THE_HOUSE + LEAST_CONNECTIONS} or more: raise the limit (ulimit -n, LimitNOFILE=)`,
    );
  }
  if (most < wanted) {
    log.warn(
      { connections: most, openFiles: limit },
      'fewer connections are taken: the limit of open files is low',
    );
  }
  return most;
}

export interface ConnectionsOptions {
  /** Connections at a time. */
  most: number;
  /** Whether callers come through proxies, which have many connections each. */
  proxied: boolean;
  /** Default: those of the limits. */
  times?: ConnectionTimes;
}

/** All in ms. */
interface ConnectionTimes {
  /** Between two looks at all connections. */
  look: number;
  /** For a reader that takes nothing of its answer. */
  untaken: number;
  /** For a connection that waits for its next request. */
  keepAlive: number;
}

const TIMES: ConnectionTimes = { look: LOOK_EVERY_MS, untaken: UNTAKEN_MS, keepAlive: KEEP_ALIVE_MS };

/** A request under way. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Begin of the window that its body is measured in, and what the socket had received then. */
  since: number;
  bytes: number;
}

interface Held {
  socket: Socket;
  network: string;
  /** Requests under way; more than one where the client did not wait for the answer before. */
  underWay: number;
  /**
   * The last that came: only its body can still be coming. One place, not a collection: the inner tables that a
   * long-lived collection casts off keep requests alive that have ended, and every collection of garbage pays.
   */
  latest: Exchange | undefined;
  /** When the last answer ended; 0: no request ever came. */
  used: number;
}

/**
 * The connections of the HTTP server: how many there may be, of whom, and how long each may take its time.
 * Whoever holds most gives way first, with connections that do nothing, so that nobody can keep others out.
 *
 * State is touched only by events of the server and its sockets.
 */
export class Connections {
  private readonly options: ConnectionsOptions;
  private readonly times: ConnectionTimes;
  private readonly held = new Map<Socket, Held>();
  /** Oldest first. */
  private readonly networks = new Map<string, Set<Held>>();
  private draining = false;
  private emptied: () => void = () => undefined;
  /** Closed to make room for others, or refused, since the start. */
  refused = 0;

  constructor(server: Server, options: ConnectionsOptions) {
    this.options = options;
    this.times = options.times ?? TIMES;
    server.on('connection', (socket: Socket) => this.admit(socket));
    server.prependListener('request', (request, response) => this.begin(request, response));
    server.on('timeout', (socket) => this.standstill(socket));
    setInterval(() => this.look(), this.times.look).unref();
  }

  get open(): number {
    return this.held.size;
  }

  /**
   * Lets requests under way come to their end, and closes everything else at once. To be called when the
   * server does not listen any more.
   * @returns requests that had to be cut off
   */
  async drain(graceMs: number): Promise<string[]> {
    this.draining = true;
    const empty = new Promise<void>((resolve) => {
      this.emptied = resolve;
    });
    for (const { socket, underWay } of this.held.values()) if (underWay === 0) socket.destroy();
    if (this.held.size === 0) return [];
    const timer = setTimeout(this.emptied, graceMs);
    await empty;
    clearTimeout(timer);
    const cut: string[] = [];
    for (const { socket, latest } of this.held.values()) {
      if (latest) cut.push(`${latest.request.method} ${latest.request.url?.split('?')[0]}`);
      socket.destroy();
    }
    return cut;
  }

  private admit(socket: Socket): void {
    const network = networkOf(socket.remoteAddress ?? '');
    const mine = this.networks.get(network) ?? new Set<Held>();
    const { most, proxied } = this.options;
    const share = proxied ? most : Math.max(Math.floor(most * SHARE_OF_ONE_NETWORK), 1);
    const full = mine.size >= share || this.held.size >= most;
    const fits = (mine.size < share || giveWay(mine)) && (this.held.size < most || this.makeRoom());
    if (full) this.refused++;
    if (!fits || this.draining) {
      socket.destroy();
      return;
    }
    const held: Held = { socket, network, underWay: 0, latest: undefined, used: 0 };
    this.held.set(socket, held);
    mine.add(held);
    this.networks.set(network, mine);
    socket.once('close', () => this.release(held));
  }

  private release(held: Held): void {
    const { socket, network } = held;
    this.held.delete(socket);
    const others = this.networks.get(network);
    others?.delete(held);
    if (others?.size === 0) this.networks.delete(network);
    if (this.held.size === 0) this.emptied();
  }

  /** One connection of whoever holds most is closed. False: all of them are at work. */
  private makeRoom(): boolean {
    let greediest = new Set<Held>();
    for (const one of this.networks.values()) if (one.size > greediest.size) greediest = one;
    return giveWay(greediest);
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const held = this.held.get(socket);
    if (!held) return;
    const now = performance.now();
    held.used = now;
    held.underWay++;
    noteCrowd(request, held.underWay);
    if (held.underWay > FAR_TOO_MANY_UNANSWERED) socket.destroy();
    held.latest = { request, response, since: now, bytes: socket.bytesRead };
    response.once('close', () => {
      held.used = performance.now();
      if (--held.underWay > 0) return;
      held.latest = undefined;
      if (this.draining) socket.destroySoon();
    });
  }

  /** Nothing went for long: its reader takes nothing. */
  private standstill(socket: Socket): void {
    if (socket.writableLength > 0) socket.destroy();
  }

  private look(): void {
    const now = performance.now();
    for (const held of this.held.values()) {
      const { socket, underWay, latest, used } = held;
      // What moves is known to the socket itself.
      const wanted = socket.writableLength > 0 ? this.times.untaken : 0;
      if ((socket.timeout ?? 0) !== wanted) socket.setTimeout(wanted);
      if (underWay === 0 && used > 0 && now - used > this.times.keepAlive) socket.destroySoon();
      else if (latest && !latest.request.complete) measureBody(socket, latest, now);
    }
  }
}

/** A body that comes in drops is cut off; time in which nobody reads it does not count. */
function measureBody(socket: Socket, exchange: Exchange, now: number): void {
  const { request, response, since, bytes } = exchange;
  const waits = request.readableLength > 0 || request.readableFlowing === null;
  if (!waits && now - since < BODY_WINDOW_MS) return;
  const expected = (BODY_BYTES_A_SECOND * BODY_WINDOW_MS) / 1000;
  if (!waits && socket.bytesRead - bytes < expected) {
    if (!response.headersSent) socket.write(rawRefusal(ERRORS.tooSlow(), randomUUID()));
    socket.destroySoon();
  }
  exchange.since = now;
  exchange.bytes = socket.bytesRead;
}

/** Closes the oldest connection that never asked anything, else one that asks nothing now, else one whose request is not whole yet. */
function giveWay(connections: Set<Held>): boolean {
  const isIdle = ({ underWay }: Held) => underWay === 0;
  const isSilent = (one: Held) => isIdle(one) && one.used === 0;
  const isUnfinished = ({ underWay, latest }: Held) => underWay === 1 && latest?.request.complete === false;
  for (const suits of [isSilent, isIdle, isUnfinished]) {
    for (const one of connections) {
      if (!suits(one) || one.socket.destroyed) continue;
      one.socket.destroy();
      return true;
    }
  }
  return false;
}
