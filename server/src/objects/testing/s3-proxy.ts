import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: undefined, it is passed on. */
export type Fate = { cutAfter: number } | { status: number } | 'refused' | undefined;

/** Stands between a client and a store, and breaks what it is told to. */
export interface S3Proxy {
  endpoint: string;
  /** Decides on each request; `key` without the bucket, '' of a listing. */
  fate: (request: { key: string; range: string | undefined }) => Fate;
  /** Keys of objects that were read, in turn. */
  read: string[];
  stop(): Promise<void>;
}

export async function startS3Proxy(endpoint: string): Promise<S3Proxy> {
  const { hostname, port } = new URL(endpoint);
  const server = http.createServer((request, response) => {
    const [, key = ''] = /^\/[^/]+\/([^?]*)/.exec(request.url ?? '') ?? [];
    const fate = proxy.fate({ key: decodeURIComponent(key), range: request.headers.range });
    if (key !== '' && request.method === 'GET') proxy.read.push(decodeURIComponent(key));
    if (fate === 'refused') return void request.socket.destroy();
    if (fate && 'status' in fate) return void response.writeHead(fate.status).end();
    const { method, headers, url: path } = request;
    const onward = http.request({ hostname, port, method, headers, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      let left = fate?.cutAfter ?? Number.POSITIVE_INFINITY;
      answer.on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, left);
        left -= part.length;
        response.write(part, () => left === 0 && request.socket.destroy());
      });
      answer.on('end', () => left > 0 && response.end());
      answer.on('error', () => request.socket.destroy());
    });
    onward.on('error', () => request.socket.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => undefined,
    read: [],
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
