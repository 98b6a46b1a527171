import type { KeyObject } from 'node:crypto';
import { readNamed } from '../cli/index.ts';
import { type Finding, readPublicKey, verifyArchive } from '../evidence/index.ts';
import { WrongOrigin } from './open-origin.ts';
import type { Origin } from './origin.ts';

/** What the digests of archives say of their trace files. */
export interface Checked {
  /** Why a file is not what was delivered, by its name. */
  changed: Map<string, string>;
  /** What else is not right, for people. */
  told: string[];
}

/**
 * Checks the trace files of archives against their digests.
 * @param keyFiles public keys of which any may have signed
 */
export async function checkDigests(
  archives: ReturnType<Origin['archives']>,
  keyFiles: readonly string[],
): Promise<Checked> {
  const publicKeys = await Promise.all(
    keyFiles.map(async (file) => keyOf(file, await readNamed('--public-key', file))),
  );
  const changed = new Map<string, string>();
  const told: string[] = [];
  for (const { name, source, nameOf } of archives) {
    const onFinding = ({ kind, key, verdict, reason = verdict }: Finding) => {
      if (kind === 'file' && verdict === 'changed') changed.set(nameOf(key), reason);
      else if (['changed', 'missing', 'unexpected', 'unreadable'].includes(verdict)) {
        told.push(`${name}: the ${kind} ${key} is ${verdict}: ${reason}`);
      }
    };
    const { counts, files } = await verifyArchive({ source, publicKeys, onFinding });
    const unproved = counts.pending + counts.unproved;
    told.push(
      `${name}: ${files} trace files are what their digests say${unproved > 0 ? `; of ${unproved} files and digests nothing says so` : ''}.`,
    );
  }
  return { changed, told };
}

function keyOf(file: string, text: string): KeyObject {
  try {
    return readPublicKey(text);
  } catch {
    throw new WrongOrigin(`--public-key ${file}: it is no public key, neither PEM nor Base64`);
  }
}
