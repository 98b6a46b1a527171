// A client over bare sockets: it can send what no HTTP library would, and costs little.
import net from 'node:net';

/** What never answers is given up after this long. */
const PATIENCE_MS = 60_000;
/** Of an answer's body, how much is kept to look at. */
const KEPT = 64 * 1024;

/** One keep-alive connection, one request at a time. */
export class Connection {
  constructor(url) {
    this.target = new URL(url);
    this.socket = undefined;
  }

  /**
   * Sends bytes, and reads one answer.
   * @returns status 0: the connection was closed without one; -1: nothing came
   */
  async exchange(bytes, { headOnly = false } = {}) {
    const socket = await this.connect();
    if (!socket) return { status: 0, head: '', body: '' };
    return new Promise((resolve) => {
      const reader = new AnswerReader(headOnly);
      const timer = setTimeout(() => done(-1), PATIENCE_MS);
      const onData = (chunk) => {
        if (reader.push(chunk)) done(reader.status);
      };
      const onClose = () => done(reader.status);
      const done = (status) => {
        clearTimeout(timer);
        socket.off('data', onData);
        socket.off('close', onClose);
        if (!reader.complete || /^connection: close/im.test(reader.head)) this.drop();
        resolve({ status, head: reader.head, body: reader.text });
      };
      socket.on('data', onData);
      socket.on('close', onClose);
      socket.write(bytes);
    });
  }

  /** Sends bytes and leaves after a while, whatever comes. */
  async abandon(bytes, ms) {
    const socket = await this.connect();
    if (!socket) return;
    socket.write(bytes);
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.drop();
  }

  drop() {
    this.socket?.destroy();
    this.socket = undefined;
  }

  async connect() {
    if (this.socket && !this.socket.destroyed && this.socket.writable) return this.socket;
    const socket = net.connect(Number(this.target.port), this.target.hostname);
    const connected = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
    // Broken connections are ordinary here; `close` follows.
    socket.on('error', () => undefined);
    this.socket = connected ? socket : undefined;
    return this.socket;
  }
}

/** Knows when an answer is complete: by its length, by its last chunk, or by its head alone. */
class AnswerReader {
  status = 0;
  head = '';
  text = '';
  complete = false;

  constructor(headOnly) {
    this.headOnly = headOnly;
    this.buffered = Buffer.alloc(0);
    this.left = undefined;
  }

  /** @returns whether the answer is complete */
  push(chunk) {
    if (this.head === '') {
      this.buffered = Buffer.concat([this.buffered, chunk]);
      const end = this.buffered.indexOf('\r\n\r\n');
      if (end === -1) return false;
      this.head = this.buffered.toString('latin1', 0, end);
      this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(this.head)?.[1] ?? 0);
      chunk = this.buffered.subarray(end + 4);
      this.buffered = Buffer.alloc(0);
      const length = /^content-length: (\d+)/im.exec(this.head)?.[1];
      const chunked = /^transfer-encoding: chunked/im.test(this.head);
      const empty = this.headOnly || this.status === 204 || this.status === 304;
      this.left = empty ? 0 : chunked ? Number.POSITIVE_INFINITY : Number(length ?? 0);
      // 100 Continue is followed by the answer.
      if (this.status === 100) {
        this.head = '';
        return chunk.length > 0 ? this.push(chunk) : false;
      }
    }
    if (this.text.length < KEPT) this.text += chunk.toString('utf8', 0, KEPT);
    if (this.left === Number.POSITIVE_INFINITY) {
      this.tail = Buffer.concat([this.tail ?? Buffer.alloc(0), chunk]).subarray(-5);
      this.complete = this.tail.toString('latin1') === '0\r\n\r\n';
    } else {
      this.left -= chunk.length;
      this.complete = this.left <= 0;
    }
    return this.complete;
  }
}
