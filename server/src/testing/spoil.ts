import path from 'node:path';
import { Journal, type JournalEntry } from '../journal/index.ts';

/** What no producer can send: text that is no JSON. */
export const broken = (projectId: string, recordTime: number, at: number): JournalEntry => ({
  routing: {
    recordTime,
    traceId: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    projectId,
    trackerName: 'system',
    serviceType: 'ECS',
    clientId: false,
    extra: true,
  },
  line: `{"broken":${at}, "password`,
});

/** Journals entries unchecked, while no service runs. @param directory of its data */
export async function spoil(directory: string, entries: readonly JournalEntry[]): Promise<void> {
  const journal = await Journal.open({
    directory: path.join(directory, 'journal'),
    segmentSize: 1e9,
    maxQueue: 1e9,
    retryWindow: 10,
    countsSince: () => 0,
    onDurable: () => undefined,
    onDamage: () => undefined,
    onFatal: () => undefined,
  });
  await journal.append(entries, []);
  await journal.close();
}
