import { statfs } from 'node:fs/promises';

const CHECK_MS = 1_000;
/** With less nothing can be written, whatever reserve is set. */
const NOTHING_BYTES = 64 * 1024;

/** Looks at the free disk every second; below the reserve nothing more is taken. */
export class DiskWatch {
  private readonly directory: string;
  private readonly reserve: number;
  private timer: NodeJS.Timeout | undefined;
  /** Free bytes at the last look. */
  free = Number.POSITIVE_INFINITY;
  private low = false;

  /** @param reserve bytes that must stay free */
  constructor(directory: string, reserve: number) {
    this.directory = directory;
    this.reserve = reserve;
  }

  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look().catch(() => undefined), CHECK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Why nothing can be taken now; undefined when there is room. */
  refusal(): string | undefined {
    if (!this.low) return undefined;
    const mb = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MB`;
    return `the disk is almost full (${mb(this.free)} free, ${mb(this.reserve)} must stay free); free some space or lower OPENCTS_DISK_RESERVE`;
  }

  /** Why nothing can be written now, even where no reserve is kept; undefined when there is room. */
  problem(): string | undefined {
    if (this.free < NOTHING_BYTES) return 'the disk is full, nothing can be written; free some space';
    return this.refusal();
  }

  private async look(): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    this.free = bavail * bsize;
    // Some more than the reserve must be free before it goes on, lest it flutters.
    this.low = this.free < this.reserve * (this.low ? 1.05 : 1);
  }
}
