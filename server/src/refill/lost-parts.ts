import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { replaceFile } from '../durable.ts';
import { readerOf } from '../metadata/index.ts';

const DAY = 86_400_000;
/** So long files may be on their way to their bucket with what a part held. */
const SOUGHT_MS = DAY;
/** A part's name tells the day of its traces: `broken-on-start_20261127_3913_3913_0`. */
const DAY_OF_PART = /(?:^|_)(\d{4})(\d{2})(\d{2})_\d+_\d+_\d+/;

const readNoted = readerOf(Type.Record(Type.String(), Type.Number()));

/** Parts that the trace store has lost, as long as what they held may still be found. */
export class LostParts {
  private readonly file: string;
  private readonly clock: () => number;
  private readonly log: Logger;
  /** Some were not looked for to the end yet in everything that is there: at the start, nobody knows how far it came. */
  isUnsought = true;
  /** When each was missed first. */
  private missed = new Map<string, number>();

  constructor(file: string, clock: () => number, log: Logger) {
    this.file = file;
    this.clock = clock;
    this.log = log;
  }

  /** What was noted before; what cannot be read is missed anew. */
  async read(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '{}');
    this.missed = new Map(Object.entries(readNoted(text).value ?? {}));
  }

  /**
   * Without the note, parts are sought longer than they need be: a full disk keeps nobody from looking for them.
   * @param parts all that the store has put aside
   */
  async note(parts: readonly string[]): Promise<void> {
    const known = parts.filter((part) => this.missed.has(part)).length;
    if (known === parts.length && known === this.missed.size) return;
    if (known < parts.length) this.isUnsought = true;
    this.missed = new Map(parts.map((part) => [part, this.missed.get(part) ?? this.clock()]));
    await replaceFile(this.file, JSON.stringify(Object.fromEntries(this.missed))).catch((err) =>
      this.log.warn({ err }, 'it could not be noted which parts of the trace store are lost'),
    );
  }

  /** Days of which traces are to be sought. */
  days(): { from: number; to: number }[] {
    const since = this.clock() - SOUGHT_MS;
    const days = new Set<number>();
    for (const [part, at] of this.missed) {
      const [, year, month, day] = DAY_OF_PART.exec(part) ?? [];
      if (at > since && year) days.add(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    }
    return [...days].map((from) => ({ from, to: from + DAY }));
  }
}
