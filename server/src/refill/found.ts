import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ArchiveCatalog, everyLine, type SelectedFile, traceTextOf } from '../archive/index.ts';
import { comparePositions, type Journal, JournalReader, readPosition } from '../journal/index.ts';
import { journalLine, type TraceLine } from '../traces/index.ts';

const READ_BYTES = 4 * 1024 * 1024;
/** Lines between which requests have their turn. */
const AT_ONCE = 100;

/** A trace that was indexed once, as it was journalled. */
export interface FoundTrace {
  projectId: string;
  traceId: string;
  time: number;
  recordTime: number;
  /** With its line feed. */
  line: string;
}

/**
 * What of the journal is still there and was indexed. Replays are left out: they are in it a first time.
 * @param directory of the journal
 */
export async function* tracesInJournal(directory: string, journal: Journal): AsyncGenerator<FoundTrace> {
  const indexed = await readPosition(path.join(directory, 'positions'), 'indexer');
  if (!indexed) return;
  const until = indexed.position;
  const reader = new JournalReader(directory, journal.durableEnd, () => undefined);
  for (let at = await reader.begin(); comparePositions(at, until) < 0; ) {
    const { frames, next } = await reader.read(at, READ_BYTES, until);
    if (comparePositions(at, next) === 0) return;
    for (const frame of frames) {
      const { projectId, traceId, time, recordTime } = frame;
      yield { projectId, traceId, time, recordTime, line: frame.line() };
    }
    at = next;
    await nextTurn();
  }
}

/**
 * The traces of a trace file, which has the bytes with which it was delivered.
 * @param folder for a copy of it
 * @param onUnreadable a line is no trace of this project
 * @throws CtsError as {@link ArchiveCatalog.fetch} does
 */
export async function* tracesInFile(
  catalog: ArchiveCatalog,
  file: SelectedFile,
  folder: string,
  onUnreadable: () => void,
): AsyncGenerator<FoundTrace> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const copy = path.join(folder, randomUUID());
  try {
    await catalog.fetch(file, copy);
    let lines = 0;
    for await (const line of everyLine(createReadStream(copy), file.key.endsWith('.gz'))) {
      const text = traceTextOf(line);
      if (text === '') continue;
      const trace = traceIn(text, file.project_id);
      if (trace) yield trace;
      else onUnreadable();
      if (++lines % AT_ONCE === 0) await nextTurn();
    }
  } finally {
    await rm(copy, { force: true });
  }
}

function traceIn(text: string, projectId: string): FoundTrace | undefined {
  try {
    const line = journalLine(text);
    const trace = JSON.parse(line) as TraceLine;
    const { trace_id: traceId, time, record_time: recordTime } = trace;
    if (trace.project_id !== projectId) return undefined;
    return { projectId, traceId, time, recordTime, line: `${line}\n` };
  } catch {
    return undefined;
  }
}
