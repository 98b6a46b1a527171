import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server that keeps what it is given, or refuses as it is told to. */
export class MailServer {
  /** Raw messages. */
  readonly received: { to: string[]; text: string }[] = [];
  /** Code of the refusal of all further messages; 0: none. */
  refuses = 0;
  /** With these words. */
  says = 'not now';
  private readonly server: SMTPServer;
  private readonly scheme: string;

  /** @param tls key and certificate (PEM) of a server that speaks TLS from the first byte on */
  constructor(tls?: { key: string; cert: string }) {
    this.scheme = tls ? 'smtps' : 'smtp';
    this.server = this.open(tls);
  }

  private open(tls?: { key: string; cert: string }): SMTPServer {
    return new SMTPServer({
      ...(tls ? { secure: true, ...tls } : {}),
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          if (this.refuses > 0) {
            done(Object.assign(new Error(this.says), { responseCode: this.refuses }));
            return;
          }
          const to = session.envelope.rcptTo.map(({ address }) => address);
          this.received.push({ to, text: decode(Buffer.concat(chunks).toString('utf8')) });
          done();
        });
      },
    });
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
    this.server.on('error', () => undefined);
    return this;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** Quoted-printable (RFC 2045) as text. */
const decode = (raw: string) =>
  raw
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) =>
      Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
    );
