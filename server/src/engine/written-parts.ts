import { readdirSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

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
  /** Inodes by path. These are the engine's own matter: it looks at them when it starts. */
  private readonly before: ReadonlyMap<string, number>;

  /**
   * To be made before the engine is.
   * @param dataDir where the engine has its tables
   * @param query gives rows as JSON, one a line
   */
  constructor(dataDir: string, query: (statement: string) => Promise<string>) {
    this.before = inodesOfParts(dataDir);
    this.query = query;
  }

  /** The name of a part, written or merged since the engine began, that is not whole. */
  async broken(): Promise<string | undefined> {
    const rows = await this.query(
      `SELECT name, path, toString(bytes_on_disk) AS bytes_on_disk FROM system.parts
       WHERE database != 'system' AND active`,
    );
    const parts = rows
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => JSON.parse(row) as Part);
    for (const part of parts) {
      if (!this.whole.has(part.path) && !(await this.isWhole(part))) return part.name;
    }
    this.whole = new Set(parts.map((part) => part.path));
    return undefined;
  }

  private async isWhole({ path: directory, bytes_on_disk }: Part): Promise<boolean> {
    try {
      if (this.before.get(path.resolve(directory)) === (await stat(directory)).ino) return true;
      let counted = 0;
      for (const name of await readdir(directory)) {
        const { size } = await stat(path.join(directory, name));
        if (!UNCOUNTED.has(name)) counted += size;
        else if (size === 0) return false;
      }
      return counted >= Number(bytes_on_disk);
    } catch (error) {
      // It has been merged into another meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      throw error;
    }
  }
}

/** Its tables lie two directories deep in `store`, and their parts in them. */
function inodesOfParts(dataDir: string): Map<string, number> {
  let directories = [path.resolve(dataDir, 'store')];
  for (let depth = 0; depth < 3; depth++) directories = directories.flatMap(entriesOf);
  return new Map(directories.map((directory) => [directory, statSync(directory).ino]));
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => path.join(directory, name));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
