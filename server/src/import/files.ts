import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
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

/** What a source holds. */
export interface Records {
  records: SentRecord[];
  /** What of it cannot be read, each with its place. */
  problems: string[];
}

/** Problems of one source that are told. */
const MOST_TOLD = 20;

/**
 * Records of one source: `{"Records":[…]}`, an array or records one after the other, plain or gzip (told by its
 * first bytes, not its name).
 * @throws UnreadableSource
 */
export async function readRecords(source: string): Promise<Records> {
  const name = source === '-' ? 'standard input' : source;
  try {
    const { bytes, isCut } = expanded(source === '-' ? await buffer(process.stdin) : await readFile(source));
    if (isUtf16(bytes)) throw new Error('it is UTF-16; UTF-8 is expected');
    const { records, problems } = recordsIn(bytes);
    if (isCut) problems.push('its gzip data is cut off');
    if (records.length + problems.length === 0)
      throw new Error('it holds no CloudTrail records: {"Records":[...]} is expected');
    return { records, problems: problems.map((problem) => `${name}: ${problem}`) };
  } catch (error) {
    throw new UnreadableSource(`${name}: ${(error as Error).message}`);
  }
}

function recordsIn(bytes: Buffer): Records {
  const records: SentRecord[] = [];
  const problems: string[] = [];
  let count = 0;
  let untold = 0;
  for (const part of partsOf(bytes)) {
    count++;
    const sent = parseItem(part.bytes, 'record');
    if (!(sent instanceof Unreadable) && isRecord(sent.value)) {
      records.push({ record: sent.value, text: sent.text });
    } else if (problems.length === MOST_TOLD) {
      untold++;
    } else {
      const reason =
        sent instanceof Unreadable
          ? sent.reason
          : 'it has not the eventTime, eventSource and eventName of a CloudTrail record';
      problems.push(`record ${count} (byte ${part.at}): ${reason}`);
    }
  }
  if (untold > 0) problems.push(`${untold} more records cannot be read`);
  return { records, problems };
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
