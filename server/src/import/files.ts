import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { type CloudTrailRecord, parseItem, Unreadable } from '../ingest/index.ts';
import { partsOf } from './parts.ts';
import { isRecord } from './record.ts';

/** A source that cannot be read as records; the message names it. */
export class UnreadableSource extends Error {
  override readonly name = 'UnreadableSource';
}

/** Files below the given paths, folders walked in the order of names; `-` stands for standard input. */
export async function listSources(paths: readonly string[]): Promise<string[]> {
  const sources: string[] = [];
  for (const given of paths) {
    if (given === '-' || !(await statOf(given)).isDirectory()) {
      sources.push(given);
      continue;
    }
    const entries = await readdir(given, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    sources.push(...files.filter((file) => /\.(json|ndjson|jsonl|gz)$/.test(file)).sort());
  }
  return sources;
}

async function statOf(given: string) {
  return stat(given).catch(() => {
    throw new UnreadableSource(`${given}: there is no such file or folder`);
  });
}

/** A record, and how it was written. */
export interface SentRecord {
  record: CloudTrailRecord;
  text: string;
}

/** Problems of one source that are told. */
const MOST_TOLD = 20;

/**
 * Records of one source: `{"Records":[…]}`, an array or records one after the other, plain or gzip (told by its
 * first bytes, not its name).
 * @param tell what of it cannot be read, with its place
 * @throws UnreadableSource
 */
export async function* readRecords(
  source: string,
  open: (source: string) => Promise<Buffer>,
  tell: (problem: string) => void,
): AsyncGenerator<SentRecord> {
  const name = source === '-' ? 'standard input' : source;
  try {
    const { bytes, isCut } = expanded(await open(source));
    if (isUtf16(bytes)) throw new Error('it is UTF-16; UTF-8 is expected');
    yield* recordsIn(bytes, (problem) => tell(`${name}: ${problem}`));
    if (isCut) tell(`${name}: its gzip data is cut off`);
  } catch (error) {
    throw new UnreadableSource(`${name}: ${(error as Error).message}`);
  }
}

function* recordsIn(bytes: Buffer, tell: (problem: string) => void): Generator<SentRecord> {
  let count = 0;
  let problems = 0;
  for (const { at, bytes: part } of partsOf(bytes)) {
    count++;
    const sent = parseItem(part, 'record');
    if (!(sent instanceof Unreadable) && isRecord(sent.value)) {
      yield { record: sent.value, text: sent.text };
    } else if (problems++ < MOST_TOLD) {
      const reason =
        sent instanceof Unreadable
          ? sent.reason
          : 'it has not the eventTime, eventSource and eventName of a CloudTrail record';
      tell(`record ${count} (byte ${at}): ${reason}`);
    }
  }
  if (problems > MOST_TOLD) tell(`${problems - MOST_TOLD} more records cannot be read`);
  if (count === 0) throw new Error('it holds no CloudTrail records: {"Records":[...]} is expected');
}

/** Of gzip data that is cut off, what is there. */
function expanded(bytes: Buffer): { bytes: Buffer; isCut: boolean } {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { bytes, isCut: false };
  try {
    return { bytes: gunzipSync(bytes), isCut: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
    return { bytes: gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }), isCut: true };
  }
}

const isUtf16 = ([first, second]: Buffer) =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
