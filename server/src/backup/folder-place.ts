import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory, syncDirectory } from '../durable.ts';
import type { BackupPlace } from './place.ts';

/** Files on their way into the folder. */
const ARRIVING = 'arriving';

/** A folder, here or mounted. */
export class FolderPlace implements BackupPlace {
  readonly name: string;
  readonly atOnce = 4;
  private readonly made = new Set<string>();
  private writes = 0;

  constructor(folder: string) {
    this.name = folder;
  }

  async names(): Promise<string[]> {
    const names = await readdir(this.name).catch(absentIs<string[]>([]));
    return names.filter((name) => name !== ARRIVING);
  }

  text(file: string): Promise<string | undefined> {
    return readFile(path.join(this.name, file), 'utf8').catch(absentIs(undefined));
  }

  async read(file: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const handle = await open(path.join(this.name, file)).catch(absentIs(undefined));
    return handle?.createReadStream({ highWaterMark: 256 * 1024 });
  }

  /**
   * open(arriving/n) · write · fsync · rename(arriving/n, file) · fsync of its folder. Names on the way are of this
   * process alone: a second command at the same folder is in nobody's way.
   */
  async write(file: string, chunks: AsyncIterable<Uint8Array> | string): Promise<void> {
    const target = path.join(this.name, file);
    const temporary = path.join(this.name, ARRIVING, `${process.pid}-${++this.writes}`);
    for (const name of [temporary, target]) await this.makeFolder(path.dirname(name));
    const handle = await open(temporary, 'w', 0o600);
    try {
      await writeFile(handle, chunks);
      await handle.sync();
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    await syncDirectory(path.dirname(target));
  }

  writeText(file: string, text: string): Promise<void> {
    return this.write(file, text);
  }

  async remove(file: string): Promise<void> {
    await rm(path.join(this.name, file), { force: true });
  }

  async end(): Promise<void> {
    await rm(path.join(this.name, ARRIVING), { recursive: true, force: true });
  }

  private async makeFolder(folder: string): Promise<void> {
    if (this.made.has(folder)) return;
    await makeDirectory(folder);
    this.made.add(folder);
  }
}

function absentIs<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    return value;
  };
}
