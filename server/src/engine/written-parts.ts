import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** What a merge took the place of is kept for eight minutes. */
const LOOK_BACK_SECONDS = 420;
/** With this code the engine ends when a part is broken. */
export const PART_BROKEN = 74;
/** Files of a part that the engine does not count among its bytes. They are never empty; others may be. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'checksums.txt',
  'columns.txt',
  'columns_substreams.txt',
  'default_compression_codec.txt',
  'metadata_version.txt',
]);

interface Part {
  name: string;
  path: string;
  bytes_on_disk: string;
}

/**
 * Looks whether the parts that the engine has written are on the disk. When the disk becomes full while it writes
 * one, it may count it as written, with files that are empty or end too early, and acknowledge what is in it
 * (`docs/reference/clickhouse.md` 2).
 */
export class WrittenParts {
  private readonly query: (statement: string) => Promise<string>;
  private whole: ReadonlySet<string> = new Set();
  /** Epoch seconds. Parts that were there before are the engine's own matter: it looks at them when it starts. */
  private readonly began = Math.ceil(Date.now() / 1000);

  /** @param query gives rows as JSON, one a line */
  constructor(query: (statement: string) => Promise<string>) {
    this.query = query;
  }

  /** The name of a part of a table, written or merged lately, that is not whole. */
  async broken(table: string): Promise<string | undefined> {
    const rows = await this.query(
      `SELECT name, path, toString(bytes_on_disk) AS bytes_on_disk FROM system.parts
       WHERE concat(database, '.', table) = '${table}' AND active AND modification_time >= greatest(now() - ${LOOK_BACK_SECONDS}, toDateTime(${this.began}))`,
    );
    const parts = rows
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => JSON.parse(row) as Part);
    for (const part of parts) {
      if (!this.whole.has(part.path) && !(await isWhole(part))) return part.name;
    }
    this.whole = new Set(parts.map((part) => part.path));
    return undefined;
  }
}

async function isWhole(part: Part): Promise<boolean> {
  try {
    let counted = 0;
    for (const name of await readdir(part.path)) {
      const { size } = await stat(path.join(part.path, name));
      if (!UNCOUNTED.has(name)) counted += size;
      else if (size === 0) return false;
    }
    return counted >= Number(part.bytes_on_disk);
  } catch (error) {
    // It has been merged into another meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
