import http from 'node:http';

/** Path of the engine's socket that answers when a statement was run. */
export const ALIVE = '/alive';
const BEAT_MS = 5_000;
const MOST_MISSED = 5;
/** When so many were missed no caller is kept waiting. */
const MOST_AWAITED = 2;
/** Who has answered nothing for so long hangs. */
export const HUNG_MS = MOST_MISSED * BEAT_MS;

/**
 * Asks the embedded engine every 5 s to run a statement, on its socket as everybody does. It counts beats, not
 * time: of a machine or a process that was suspended nobody is to be blamed.
 */
export class Heartbeat {
  private readonly socketPath: string;
  private readonly onHung: () => void;
  private timer: NodeJS.Timeout | undefined;
  private asked: http.ClientRequest | undefined;
  private answered = true;
  private missed = 0;
  private quiet = new AbortController();

  /** @param onHung called when so many beats were missed that it will not come back by itself */
  constructor(socketPath: string, onHung: () => void) {
    this.socketPath = socketPath;
    this.onHung = onHung;
  }

  get silentMs(): number {
    return this.missed * BEAT_MS;
  }

  /** Aborted as soon as nobody should wait for an answer; a new one when there are answers again. */
  get silence(): AbortSignal {
    return this.quiet.signal;
  }

  start(): void {
    this.stop();
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.asked?.destroy();
    this.asked = undefined;
    this.heard();
  }

  private heard(): void {
    this.answered = true;
    this.missed = 0;
    if (this.quiet.signal.aborted) this.quiet = new AbortController();
  }

  private beat(): void {
    if (!this.answered) {
      this.missed++;
      if (this.missed === MOST_AWAITED) this.quiet.abort();
      if (this.missed === MOST_MISSED) this.onHung();
    }
    this.answered = false;
    // Who is still asked will answer, or not; who refused is asked again.
    this.asked ??= this.ask();
  }

  /** An answer of any kind is a sign of life. */
  private ask(): http.ClientRequest {
    const asked = http.get({ socketPath: this.socketPath, path: ALIVE, agent: false }, (answer) => {
      answer.resume();
      if (this.asked === asked) this.heard();
    });
    asked.once('error', () => undefined);
    asked.once('close', () => {
      if (this.asked === asked) this.asked = undefined;
    });
    return asked;
  }
}
