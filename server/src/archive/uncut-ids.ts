import { comparePositions, type JournalReader, type Position } from '../journal/index.ts';
import { PassingIds, type Watch } from './passed-ids.ts';
import type { RoutePeriod } from './route-history.ts';
import { RoutesInTurn } from './routes-in-turn.ts';
import { isLeftOut } from './trace-files.ts';

const READ_BYTES = 4 * 1024 * 1024;

export interface UncutOptions {
  journal: JournalReader;
  /** Where the archiver stands: what is before it was noted by its cutter. */
  archived: () => Position;
  periods: (from: Position) => Promise<readonly RoutePeriod[]>;
}

/** Notes which traces the transfer will take, of those that are journalled and not cut yet. */
export class UncutIds {
  private readonly options: UncutOptions;
  private readonly passing: PassingIds;
  private at: Position = { segment: 0, offset: 0 };

  constructor(watch: Watch, options: UncutOptions) {
    this.options = options;
    this.passing = new PassingIds(watch, 'uncut');
  }

  /** All up to a position are noted when it resolves. */
  async advance(end: Position): Promise<void> {
    const { journal, archived, periods } = this.options;
    const from = archived();
    if (comparePositions(this.at, from) < 0) this.at = from;
    if (comparePositions(this.at, end) >= 0) return;
    const routes = new RoutesInTurn(await periods(this.at));
    journal.advance(end);
    for (;;) {
      const { frames, next } = await journal.read(this.at, READ_BYTES, end);
      for (const frame of frames) {
        const way = routes.find(frame);
        if (!way || isLeftOut(way.route, frame)) continue;
        this.passing.note(way.route, frame);
        if (this.passing.isFull) await this.passing.write();
      }
      await this.passing.write();
      if (comparePositions(next, this.at) === 0) return;
      this.at = next;
    }
  }
}
