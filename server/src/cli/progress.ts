const WIDTH = 30;
const REDRAW_MS = 100;

/** A progress bar on a terminal; elsewhere nothing until the end. */
export class Progress {
  private readonly total: number;
  private readonly unit: string;
  private drawn = 0;

  constructor(total: number, unit: string) {
    this.total = total;
    this.unit = unit;
  }

  show(done: number, note = ''): void {
    if (!process.stderr.isTTY || (done < this.total && Date.now() - this.drawn < REDRAW_MS)) return;
    this.drawn = Date.now();
    const filled = this.total === 0 ? WIDTH : Math.round((done / this.total) * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    process.stderr.write(`\r\x1b[K${bar} ${done}/${this.total} ${this.unit} ${note}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}
