import http from 'node:http';
import https from 'node:https';
import { ANSWER_MS, CONNECT_MS } from '../limits.ts';
import type { DeliveryNetwork } from '../network.ts';
import { delivered, failed, type Outcome, toldOf } from './channel.ts';

/** Of an answer, for the log of deliveries. */
const MOST_ANSWER = 256;

export interface WebRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: Buffer | string;
}

/**
 * One request, to the address that was checked; redirects are not followed. 2xx is success; connection
 * errors, time-outs, 408, 429 and 5xx may pass (`docs/reference/smn-api.md` 8). However the connection ends,
 * or does not, there is an outcome in time.
 */
export function send(
  { url, method, headers, body }: WebRequest,
  network?: DeliveryNetwork,
  { connectMs = CONNECT_MS, answerMs = ANSWER_MS } = {},
): Promise<Outcome> {
  if (!URL.canParse(url)) return Promise.resolve(failed('the address is no URL', false));
  return new Promise((resolve) => {
    const target = new URL(url);
    let request: http.ClientRequest | undefined;
    let answer: http.IncomingMessage | undefined;
    let text = '';
    /** The first outcome counts; nothing of the connection is left. */
    const settle = (outcome: Outcome) => {
      clearTimeout(connecting);
      clearTimeout(answering);
      resolve(outcome);
      request?.destroy();
    };
    /** A status that has come is the answer, whatever becomes of the rest. */
    const end = (otherwise: Outcome) => settle(answer ? outcomeOf(answer, text) : otherwise);
    // Timers settle by themselves: no event of the request is needed.
    const late = (what: string, ms: number) =>
      setTimeout(() => end(failed(`${what} within ${ms / 1000} s`)), ms);
    const connecting = late('no connection', connectMs);
    const answering = late('no answer', answerMs);
    try {
      network?.checkHost(target.hostname);
      request = begin(target, { method, headers, body, network });
    } catch (error) {
      settle(failed((error as Error).message, false));
      return;
    }
    request.on('socket', (socket) => {
      socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    request.on('response', (response) => {
      answer = response;
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MOST_ANSWER) end(CLOSED);
      });
      for (const event of ['end', 'error', 'aborted', 'close']) response.on(event, () => end(CLOSED));
    });
    // Nobody asked for another protocol; the socket is ours to close.
    request.on('upgrade', (response, socket) => {
      socket.on('error', () => undefined);
      socket.destroy();
      settle(outcomeOf(response, ''));
    });
    request.on('error', (error: Error) => end(failed(toldOf(error), error.name !== 'AddressRefused')));
    request.on('close', () => end(CLOSED));
    request.end(method === 'POST' ? body : undefined);
  });
}

const CLOSED = failed('the connection was closed without an answer');

function begin(
  target: URL,
  { method, headers, body, network }: Omit<WebRequest, 'url'> & { network: DeliveryNetwork | undefined },
): http.ClientRequest {
  const { request } = target.protocol === 'https:' ? https : http;
  return request(target, {
    method,
    headers: { ...headers, ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}) },
    // Each request is looked up and checked anew.
    agent: false,
    ...(network ? { lookup: network.lookup } : {}),
  });
}

function outcomeOf({ statusCode = 0, statusMessage }: http.IncomingMessage, text: string): Outcome {
  const answer = `${statusCode} ${statusMessage ?? ''} ${text}`.trim();
  const outcome =
    statusCode >= 200 && statusCode < 300
      ? delivered(answer.slice(0, MOST_ANSWER))
      : failed(answer, statusCode >= 500 || statusCode === 408 || statusCode === 429);
  return { ...outcome, status: statusCode };
}
