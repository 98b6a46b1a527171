import { decoded } from './bytes.ts';
import type { SentRecord } from './envelopes.ts';
import type { Format } from './formats.ts';
import { JudgedFile } from './judged-file.ts';
import type { Source } from './origin.ts';
import type { Place, Reading } from './reading.ts';
import { partsOf } from './split.ts';

/** A record, and where it stands. */
export interface FoundRecord extends SentRecord {
  place: Place;
}

/** Records of one source, in whatever form they stand; what is refused is told with its place. */
export async function* readRecords(
  source: Source,
  format: Format,
  reading: Reading,
  signal?: AbortSignal,
): AsyncGenerator<FoundRecord> {
  const file = source.name;
  const bytes = decoded(source.open(signal), (reason) => reading.refuse({ file, reason }));
  const judged = new JudgedFile(format, reading);
  let record = 0;
  try {
    for await (const part of partsOf(bytes)) {
      const place = { file, line: part.line, record: ++record, byte: part.at };
      const content = format.contentOf(part.bytes);
      for (const one of judged.take(content, place, part.bytes)) yield { ...one, place };
    }
  } catch (error) {
    reading.fail({ file, reason: `it cannot be read: ${(error as Error).message}` });
    return;
  }
  if (judged.isOurs) return;
  if (!source.isNamed) return reading.pass(record === 0 ? 'empty file' : 'other file');
  reading.refuse({ file, reason: `it holds no ${format.holds}` });
}
