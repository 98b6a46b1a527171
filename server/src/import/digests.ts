import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Finding, folderSource, readPublicKey, verifyArchive } from '../evidence/index.ts';

/** What the digests of a folder say of its trace files. */
export interface Checked {
  /** Why a file is not what was delivered, by its path. */
  changed: Map<string, string>;
  /** What else is not right, for people. */
  told: string[];
}

/**
 * Checks the trace files below folders, in which `CloudTraces` lies, against their digests.
 * @param keyFiles public keys of which any may have signed
 */
export async function checkDigests(
  folders: readonly string[],
  keyFiles: readonly string[],
): Promise<Checked> {
  const publicKeys = await Promise.all(
    keyFiles.map(async (file) => readPublicKey(await readFile(file, 'utf8'))),
  );
  const changed = new Map<string, string>();
  const told: string[] = [];
  for (const folder of folders) {
    const onFinding = ({ kind, key, verdict, reason = verdict }: Finding) => {
      if (kind === 'file' && verdict === 'changed') changed.set(path.join(folder, key), reason);
      else if (['changed', 'missing', 'unexpected', 'unreadable'].includes(verdict)) {
        told.push(`${folder}: the ${kind} ${key} is ${verdict}: ${reason}`);
      }
    };
    const { counts, files } = await verifyArchive({ source: folderSource(folder), publicKeys, onFinding });
    const unproved = counts.pending + counts.unproved;
    told.push(
      `${folder}: ${files} trace files are what their digests say${unproved > 0 ? `; of ${unproved} files and digests nothing says so` : ''}.`,
    );
  }
  return { changed, told };
}
