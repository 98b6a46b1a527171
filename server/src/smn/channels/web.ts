import http from 'node:http';
import https from 'node:https';
import type { DeliveryNetwork } from '../network.ts';
import { delivered, failed, type Outcome, toldOf } from './channel.ts';

const ANSWER_MS = 10_000;
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
 * errors, time-outs, 408, 429 and 5xx may pass (`smn-api.md` 8).
 */
export function send(
  { url, method, headers, body }: WebRequest,
  network?: DeliveryNetwork,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const target = new URL(url);
    try {
      network?.checkHost(target.hostname);
    } catch (error) {
      resolve(failed((error as Error).message, false));
      return;
    }
    const { request: begin } = target.protocol === 'https:' ? https : http;
    const request = begin(
      target,
      {
        method,
        headers: { ...headers, ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}) },
        // Each request is looked up and checked anew.
        agent: false,
        ...(network ? { lookup: network.lookup } : {}),
      },
      (response) => {
        const { statusCode = 0 } = response;
        let text = '';
        const end = () => {
          clearTimeout(timer);
          const answer = `${statusCode} ${response.statusMessage ?? ''} ${text}`.trim();
          if (statusCode >= 200 && statusCode < 300) resolve(delivered(answer.slice(0, MOST_ANSWER)));
          else resolve(failed(answer, statusCode >= 500 || statusCode === 408 || statusCode === 429));
          request.destroy();
        };
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > MOST_ANSWER) end();
        });
        response.on('end', end);
        // The status has come: that is the answer.
        response.on('error', end);
        response.on('aborted', end);
      },
    );
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`));
    }, ANSWER_MS);
    request.on('error', (error: Error) => {
      clearTimeout(timer);
      resolve(failed(toldOf(error), error.name !== 'AddressRefused'));
    });
    request.end(method === 'POST' ? body : undefined);
  });
}
