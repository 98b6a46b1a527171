import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;
/** Fields of `/proc/PID/stat` after the name of the command (proc(5): from the third on). */
const STATE = 0;
const THREADS = 17;
const START_TIME = 19;

/** Notes an engine's process, with its start time: the id alone may belong to another one later. */
export function noteEngine(pidFile: string, pid: number): void {
  let started = '';
  try {
    started = fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))[START_TIME] ?? '';
  } catch {
    // No /proc here: nothing can be told of orphans.
  }
  writeFileSync(pidFile, `${pid} ${started}`, { mode: 0o600 });
}

/**
 * Ends an engine that outlived its parent and still holds the data directory. It ends by itself as soon as
 * it notices; one that cannot (because it was stopped, say) is killed. Its data is safe: what it had
 * acknowledged is on disk, what it had not is sent again.
 *
 * One that is killed gives up its memory first (its command line is empty then) and its files, with the lock
 * on the data, after that: only when all its threads are gone may the next one start.
 * @param pidFile where the engine before was noted
 */
export async function endOrphan(pidFile: string, dataDir: string): Promise<void> {
  const [id = '', noted] = (await readFile(pidFile, 'utf8').catch(() => '')).split(' ');
  const pid = Number(id);
  if (!(pid > 0)) return;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) {
    const fields = fieldsOf(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // Another process may have the id by now: only an engine on this very directory is meant.
    const isEngine = command === '' ? noted === fields[START_TIME] : command.split('\0').includes(dataDir);
    const isGone =
      fields.length === 0 || ('ZX'.includes(fields[STATE] ?? 'X') && Number(fields[THREADS]) <= 1);
    if (!isEngine || isGone) return;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just gone; the next look tells.
    }
  }
}

function fieldsOf(stat: string): string[] {
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
