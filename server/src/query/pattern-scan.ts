import type { Pattern } from '@opencts/client/query';
import { lowerCode, put, type Row, rowOf } from './rows.ts';
import type { Steps } from './steps.ts';

/**
 * Compares a text with many patterns at once, in one pass: before each character of the patterns is a place, and for
 * each place it is known whether what was read is the pattern before it. Where there is a `*`, it stays so.
 */
export class PatternScan {
  private readonly patterns: Pattern[] = [];
  private readonly steps: Steps;
  private places: Places | undefined;

  constructor(steps: Steps) {
    this.steps = steps;
  }

  /** @returns where it stands in what is found */
  add(pattern: Pattern): number {
    const known = this.patterns.findIndex((one) => one.join('*') === pattern.join('*'));
    if (known >= 0) return known;
    this.places = undefined;
    return this.patterns.push(pattern) - 1;
  }

  get isEmpty(): boolean {
    return this.patterns.length === 0;
  }

  /** Which of the patterns a text is, without regard to the case of A to Z. */
  find(text: string): number[] {
    this.places ??= new Places(this.patterns);
    const { ends, behind } = this.places;
    const reached = this.read(text, this.places);
    const found: number[] = [];
    for (let i = 0; i < reached.length; i++) {
      for (let bits = (reached[i] as number) & (ends[i] as number); bits !== 0; bits &= bits - 1) {
        found.push(behind.get(i * 32 + 31 - Math.clz32(bits & -bits)) as number);
      }
    }
    return found;
  }

  /** @returns the places behind all of a text */
  private read(text: string, { start, reached, staying, ascii, others, none }: Places): Row {
    reached.set(start);
    for (let at = 0; at < text.length; at++) {
      const code = lowerCode(text.charCodeAt(at));
      const wanted = (code < 128 ? ascii[code] : others.get(code)) ?? none;
      let carry = 0;
      let any = 0;
      for (let i = 0; i < reached.length; i++) {
        const here = reached[i] as number;
        const read = here & (wanted[i] as number);
        const next = (read << 1) | carry | (here & (staying[i] as number));
        carry = read >>> 31;
        reached[i] = next;
        any |= next;
      }
      this.steps.taken += reached.length;
      if (any === 0) break;
    }
    return reached;
  }
}

class Places {
  readonly start: Row;
  /** Of the text that is being read. */
  readonly reached: Row;
  /** At a `*`. */
  readonly staying: Row;
  readonly none: Row;
  /** By character of ASCII, and by other units of UTF-16: where it is wanted. */
  readonly ascii: Row[];
  readonly others = new Map<number, Row>();
  /** Behind each of the patterns, which is told by its index. */
  readonly ends: Row;
  readonly behind = new Map<number, number>();
  private readonly count: number;

  constructor(patterns: readonly Pattern[]) {
    this.count = patterns.reduce((sum, parts) => sum + parts.join('').length + 1, 0);
    const row = () => rowOf(this.count);
    [this.start, this.reached, this.staying, this.ends, this.none] = [row(), row(), row(), row(), row()];
    this.ascii = Array.from({ length: 128 }, () => this.none);
    let place = 0;
    for (const [index, parts] of patterns.entries()) {
      put(this.start, place);
      for (const [after, part] of parts.entries()) {
        if (after > 0) put(this.staying, place);
        for (let at = 0; at < part.length; at++) put(this.wanting(part.charCodeAt(at)), place++);
      }
      put(this.ends, place);
      this.behind.set(place++, index);
    }
  }

  private wanting(unit: number): Row {
    const known = unit < 128 ? this.ascii[unit] : this.others.get(unit);
    if (known && known !== this.none) return known;
    const row = rowOf(this.count);
    if (unit < 128) this.ascii[unit] = row;
    else this.others.set(unit, row);
    return row;
  }
}
