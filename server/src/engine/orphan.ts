import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/**
 * Ends an engine that outlived its parent and still holds the data directory. It ends by itself as soon as
 * it notices; one that cannot (because it was stopped, say) is killed. Its data is safe: what it had
 * acknowledged is on disk, what it had not is sent again.
 * @param pidFile where the engine before noted its process id
 */
export async function endOrphan(pidFile: string, dataDir: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!(pid > 0)) return;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
    // Another process may have the id by now: only an engine on this very directory is meant.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.split('\0').includes(dataDir)) return;
    process.kill(pid, 'SIGKILL');
  }
}
