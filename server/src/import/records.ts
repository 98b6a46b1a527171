import { Unreadable } from '../ingest/index.ts';
import { bytesOf, decoded } from './bytes.ts';
import type { Passed, SentRecord } from './envelopes.ts';
import { nameOf, type Source } from './files.ts';
import type { Format } from './formats.ts';
import { partsOf } from './split.ts';

/** What of a file was not taken, and why. */
export interface Refusal {
  file: string;
  /** From 1, of the file as it is without gzip; absent: it is about the whole file. */
  line?: number;
  /** Place among the records of the file, from 1. */
  record?: number;
  byte?: number;
  reason: string;
  /** As it was written. */
  text?: string;
}

export interface Reading {
  refuse(refusal: Refusal): void;
  /** What is no record, and no fault. */
  pass(what: Passed | 'other file' | 'empty file'): void;
}

/** A record, and where it stands. */
export interface FoundRecord extends SentRecord {
  place: Required<Pick<Refusal, 'file' | 'line' | 'record' | 'byte'>>;
}

/** Parts, and characters of them, that may be nothing of CloudTrail before a file counts as none of its files. */
const MOST_FOREIGN = 1000;
const LONGEST_FOREIGN = 8 * 1024 ** 2;
const LOOKED_AT = 64 * 1024;

/** Records of one source, in whatever form they stand; what is refused is told with its place. */
export async function* readRecords(
  source: Source,
  format: Format,
  reading: Reading,
  open: (source: string) => AsyncIterable<Buffer> = bytesOf,
): AsyncGenerator<FoundRecord> {
  const file = nameOf(source.path);
  const bytes = decoded(open(source.path), (reason) => reading.refuse({ file, reason }));
  const withheld: Refusal[] = [];
  let isOurs = false;
  let record = 0;
  let foreign = 0;
  const acknowledge = () => {
    isOurs = true;
    for (const refusal of withheld.splice(0)) reading.refuse(refusal);
  };
  try {
    for await (const part of partsOf(bytes, (one) => !(format.contentOf(one) instanceof Unreadable))) {
      const place = { file, line: part.line, record: ++record, byte: part.at };
      const content = format.contentOf(part.bytes);
      if (content instanceof Unreadable) {
        const start = part.bytes.toString('utf8', 0, LOOKED_AT);
        if (format.names.test(start)) acknowledge();
        const refusal = { ...place, reason: content.reason, text: part.bytes.toString('utf8') };
        if (isOurs) {
          reading.refuse(refusal);
          continue;
        }
        foreign += part.bytes.length;
        if (withheld.push(refusal) > MOST_FOREIGN || foreign > LONGEST_FOREIGN) break;
        continue;
      }
      acknowledge();
      if ('passed' in content) reading.pass(content.passed);
      else for (const one of content.records) yield { ...one, place };
    }
  } catch (error) {
    reading.refuse({ file, reason: `it cannot be read: ${(error as Error).message}` });
    return;
  }
  if (isOurs) return;
  if (!source.isNamed) return reading.pass(record === 0 ? 'empty file' : 'other file');
  reading.refuse({ file, reason: `it holds no ${format.holds}` });
}
