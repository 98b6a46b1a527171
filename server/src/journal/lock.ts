import { readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable.ts';

/** Another process writes to this journal. */
export class JournalLocked extends Error {
  override readonly name = 'JournalLocked';
}

/**
 * Claims a journal directory for this process. The claim names the process and its start time, so that one
 * left behind by `kill -9` counts for nothing even when the process id is in use again.
 * @throws JournalLocked
 */
export async function lockJournal(directory: string): Promise<() => Promise<void>> {
  const file = path.join(directory, 'lock');
  const holder = await readFile(file, 'utf8').catch(() => '');
  const pid = Number(holder.split(' ')[0]);
  if (pid > 0 && pid !== process.pid && (await identify(pid)) === holder) {
    throw new JournalLocked(`the journal in ${directory} is in use by process ${pid}; stop it first`);
  }
  await replaceFile(file, (await identify(process.pid)) ?? '');
  return () => unlink(file);
}

/** `<pid> <start time>`, or undefined when there is no such process. */
async function identify(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform === 'linux' ? undefined : `${pid} -`;
    } catch {
      return undefined;
    }
  }
}
