import { isUtf8 } from 'node:buffer';
import { Unreadable } from '../ingest/index.ts';
import type { Content, SentRecord } from './envelopes.ts';
import type { Format } from './formats.ts';
import type { Place, Reading, Refusal } from './reading.ts';

/** Refusals, and bytes of them, that wait for whether their file is one of ours; of more only the number is known. */
const MOST_WITHHELD = 1000;
const LONGEST_WITHHELD = 8 * 1024 ** 2;
const LOOKED_AT = 64 * 1024;

/** What the parts of one file are; of a file that holds none of ours nothing is refused. Owned by its reader. */
export class JudgedFile {
  /** Something was in it that is ours, or was meant to be. */
  isOurs = false;
  private readonly format: Format;
  private readonly reading: Reading;
  private readonly withheld: Refusal[] = [];
  private bytesWithheld = 0;
  /** Withheld, and no longer known. */
  private forgotten = 0;

  constructor(format: Format, reading: Reading) {
    this.format = format;
    this.reading = reading;
  }

  /** @returns the records of a part; what else it holds is counted or refused */
  *take(content: Content, place: Place, bytes: Buffer): Generator<SentRecord> {
    if (content instanceof Unreadable) {
      this.refuse({ ...place, reason: content.reason }, bytes);
    } else if ('elements' in content) {
      for (const { content: inner, text, where } of content.elements) {
        const told = inner instanceof Unreadable ? new Unreadable(`${inner.reason}, in ${where}`) : inner;
        yield* this.take(told, place, Buffer.from(text));
      }
    } else {
      this.acknowledge(place.file);
      if ('passed' in content) this.reading.pass(content.passed);
      else yield* content.records;
    }
  }

  private refuse(refusal: Refusal, bytes: Buffer): void {
    if (this.format.names.test(bytes.toString('utf8', 0, LOOKED_AT))) this.acknowledge(refusal.file);
    if (this.isOurs) {
      this.reading.refuse({ ...refusal, ...written(bytes) });
    } else if (
      this.withheld.length < MOST_WITHHELD &&
      this.bytesWithheld + bytes.length <= LONGEST_WITHHELD
    ) {
      this.withheld.push({ ...refusal, ...written(bytes) });
      this.bytesWithheld += bytes.length;
    } else {
      this.forgotten++;
    }
  }

  private acknowledge(file: string): void {
    this.isOurs = true;
    for (const refusal of this.withheld.splice(0)) this.reading.refuse(refusal);
    if (this.forgotten > 0) {
      const reason = `before its first record it holds more that is none: ${this.forgotten}, which are not kept`;
      this.reading.refuse({ file, reason, count: this.forgotten });
      this.forgotten = 0;
    }
  }
}

const written = (bytes: Buffer) =>
  isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
