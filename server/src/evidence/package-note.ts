import { ALGORITHM, hashOf, KEY_ID, SIGNATURE } from './digest.ts';
import { type NoteKey, type NoteSigner, openNote, signNote } from './note.ts';

/** Names in a package, beside the folders of its buckets. */
export const PACKAGE_NOTE = 'package';
export const README = 'README.txt';
export const PUBLIC_KEYS = 'public-keys';
/** Behind the key of a digest: what a bucket keeps in its metadata. */
export const METADATA_FILE = '.metadata';
const NAMES = [SIGNATURE, ALGORITHM, KEY_ID];

/** What a package says of itself (`docs/reference/trace-files.md` 6). */
export interface PackageContent {
  project_id: string;
  project_name: string;
  /** Epoch ms, both inclusive: what the digests cover whose hours touch the time. */
  from: number;
  until: number;
  buckets: {
    name: string;
    /** Where the project's digests and files lie in it. */
    places: { prefix: string; name: string }[];
  }[];
  /** SHA-256, by their paths, of the last digest of each chain, and of the files that nothing else in it proves. */
  files: Record<string, string>;
}

/** Name under which packages of a log's account are signed. */
export const packageOrigin = (logOrigin: string) => `${logOrigin}/package`;

/** One signature only: each byte of it counts. */
export const packageNote = (content: PackageContent, signer: NoteSigner): string =>
  signNote(`${signer.name}\n${JSON.stringify(content)}\n`, [signer]);

/** @returns undefined: none of the keys has signed it, or it is not the note of a package */
export function readPackageNote(
  note: string,
  keys: readonly NoteKey['publicKey'][],
): PackageContent | undefined {
  const name = note.slice(0, note.indexOf('\n'));
  const text = openNote(
    note,
    keys.map((publicKey) => ({ name, publicKey })),
  );
  // Behind the text stand an empty line and one signature.
  if (!text || !name.endsWith('/package') || note.slice(text.length).split('\n').length !== 3)
    return undefined;
  return JSON.parse(text.split('\n')[1] ?? '') as PackageContent;
}

/** Of a digest, one a line. What somebody has put in the place of a text may be anything, and need not be kept. */
export const metadataText = (metadata: Readonly<Record<string, string>>) =>
  NAMES.map((name) => `${name}: ${(metadata[name] ?? '').replaceAll(/[^\x20-\x7e]/g, '?')}\n`).join('');

/** @returns undefined: somebody has written it otherwise */
export function readMetadata(text: string): Record<string, string> | undefined {
  const lines = [...text.matchAll(/([a-z-]+): ([\x20-\x7e]*)\n/g)];
  const metadata = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
  return metadataText(metadata) === text ? metadata : undefined;
}

export const sha256Of = (bytes: Uint8Array) => hashOf('SHA-256', bytes);
