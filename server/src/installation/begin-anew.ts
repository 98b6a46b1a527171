import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { lockDataDirectory } from '../data-lock.ts';
import { syncDirectory } from '../durable.ts';
import { program } from '../program.ts';
import { RESTORE_UNDER_WAY, RESTORED } from './directory-note.ts';
import { PIECES } from './pieces.ts';

/** All that makes an installation, in the order in which it goes; what is read last by a start comes last. */
const PARTS: Readonly<Record<string, string>> = {
  'metadata.db': 'accounts, users, groups, roles and keys; trackers, notifications, topics and subscribers',
  'metadata.db-wal': 'its last changes',
  'metadata.db-shm': '',
  ...PIECES,
  'metadata.db.part': 'the same of a restore that has not ended',
  searches: '',
  backups: '',
  'root.key': 'the key of all secrets',
  'installation.json': '',
  'clock.json': '',
  [RESTORE_UNDER_WAY]: '',
  [RESTORED]: '',
  'store-check.json': '',
  'store-lost.json': '',
};

/**
 * Puts the installation in a data directory aside, whole, so that the next start finds an empty one. Nothing is
 * removed: whoever puts it back has what was there.
 * @param sure whether it is to be done, not only told
 * @returns the exit code
 * @throws DataDirectoryInUse
 */
export async function beginAnew(
  dataDir: string,
  sure: boolean,
  now: Date,
  say: (line: string) => void,
): Promise<number> {
  if (!existsSync(dataDir)) {
    say(`there is no directory ${dataDir}: OPENCTS_DATA_DIR must name that of the installation`);
    return 2;
  }
  const unlock = lockDataDirectory(dataDir);
  try {
    const names = await readdir(dataDir);
    const parts = Object.keys(PARTS).filter((name) => names.includes(name));
    if (parts.length === 0) {
      say(`there is no installation in ${dataDir}: the next start begins one`);
      return 0;
    }
    const aside = path.join(dataDir, `before-${now.toISOString().replaceAll(/[-:]|\..*/g, '')}Z`);
    tell(parts, aside, sure, say);
    if (!sure) return 2;
    await mkdir(aside, { mode: 0o700 });
    for (const name of parts) await rename(path.join(dataDir, name), path.join(aside, name));
    await syncDirectory(aside);
    await syncDirectory(dataDir);
    say('Done: the next start begins an empty installation.');
    return 0;
  } finally {
    unlock();
  }
}

function tell(parts: readonly string[], aside: string, sure: boolean, say: (line: string) => void): void {
  say(`${sure ? 'These are' : 'These would be'} put aside, into ${aside}:`);
  for (const name of parts) say(`  ${name.padEnd(18)} ${PARTS[name]}`.trimEnd());
  say(
    'A new installation knows nothing of them: everybody is to be made anew, access keys and ingest keys end,',
  );
  say(
    'what was on its way to buckets or subscribers does not arrive, and encrypted trace files stay closed.',
  );
  say(
    `Nothing is removed. Trace files can be proved with '${program()} verify'; moved back, all is as it was.`,
  );
  if (!sure) say(`Nothing was done. '${program()} begin-anew --yes' does it.`);
}
