import { once } from 'node:events';
import net from 'node:net';

/** A connection to a server that can break: a port of this machine that passes all bytes on. */
export class Wire {
  private readonly target: net.NetConnectOpts;
  private readonly server: net.Server;
  private readonly open = new Set<net.Socket>();
  private port = 0;
  private bytes = 0;
  private breaks: { at: number; then: () => void } | undefined;

  /** @param target port or Unix socket of the server */
  constructor(target: net.NetConnectOpts) {
    this.target = target;
    this.server = net.createServer((near) => {
      const far = net.connect(this.target);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.open.add(from);
        from.on('data', (chunk) => this.count(chunk.length));
        from.on('error', () => to.destroy());
        from.on('close', () => this.open.delete(from));
        from.pipe(to);
      }
    });
  }

  async start(): Promise<this> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as net.AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Does something once, when so many bytes more have passed, in either direction. */
  after(bytes: number, then: () => void): void {
    this.breaks = { at: this.bytes + bytes, then };
  }

  /** Ends what is under way, and takes nothing more until it is started again. */
  cut(): void {
    this.server.close();
    for (const socket of this.open) socket.resetAndDestroy();
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.breaks === undefined || this.bytes < this.breaks.at) return;
    const { then } = this.breaks;
    this.breaks = undefined;
    then();
  }
}
