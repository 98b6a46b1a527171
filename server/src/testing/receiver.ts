import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  /** As it was sent, uncompressed. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any;
}

/** A real HTTP server that takes messages, and answers as it is told to. */
export class Receiver {
  readonly received: Received[] = [];
  /** Statuses of the next answers; then 200. `hang`: none, `cut`: half of one. */
  answers: (number | 'hang' | 'cut')[] = [];
  /** Instead of 200, when no answer is left. */
  always: number | 'hang' | 'cut' = 200;
  /** Body of its answers. */
  says: string | ((received: Received) => string) = 'told';
  private readonly take: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
      const answer = this.answers.shift() ?? this.always;
      if (answer === 'hang') return;
      const received = {
        path: request.url ?? '',
        headers: request.headers,
        text,
        body: text.startsWith('{') ? JSON.parse(text) : text,
      };
      this.received.push(received);
      if (answer === 'cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setTimeout(() => response.destroy(), 20);
        return;
      }
      response.writeHead(answer, answer >= 300 && answer < 400 ? { location: this.location } : {});
      response.end(typeof this.says === 'string' ? this.says : this.says(received));
    });
  };
  private readonly scheme: string;
  private readonly server: http.Server;
  /** Where redirects point to. */
  location = 'http://127.0.0.1:1/';

  /** @param tls key and certificate (PEM) of an HTTPS server */
  constructor(tls?: { key: string; cert: string }) {
    this.scheme = tls ? 'https' : 'http';
    this.server = tls ? https.createServer(tls, this.take) : http.createServer(this.take);
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was sent of a type. */
  of(type: string): Received[] {
    return this.received.filter(({ body }) => body.type === type);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
  }
}
