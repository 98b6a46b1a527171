import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { CloudTrailRecord } from '../ingest/index.ts';

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

/**
 * Records of one source: `{"Records":[…]}`, an array or one record a line, plain or gzip (told by its first
 * bytes, not its name).
 * @throws UnreadableSource
 */
export async function readRecords(source: string): Promise<CloudTrailRecord[]> {
  try {
    const bytes = source === '-' ? await buffer(process.stdin) : await readFile(source);
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return parseRecords((zipped ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (error) {
    throw new UnreadableSource(`${source === '-' ? 'standard input' : source}: ${(error as Error).message}`);
  }
}

function parseRecords(content: string): CloudTrailRecord[] {
  const first = content.indexOf('\n');
  const perLine = first !== -1 && isRecord(parse(content.slice(0, first)));
  if (perLine) {
    return content
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as CloudTrailRecord);
  }
  const whole = JSON.parse(content) as
    | CloudTrailRecord[]
    | { Records?: CloudTrailRecord[] }
    | CloudTrailRecord;
  if (isRecord(whole)) return [whole];
  const records = Array.isArray(whole) ? whole : whole.Records;
  if (!Array.isArray(records))
    throw new Error('it holds no CloudTrail records: {"Records":[...]} is expected');
  return records as CloudTrailRecord[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is CloudTrailRecord {
  const { eventTime, eventSource, eventName } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof eventTime === 'string' &&
    typeof eventSource === 'string' &&
    typeof eventName === 'string' &&
    !Number.isNaN(Date.parse(eventTime))
  );
}
