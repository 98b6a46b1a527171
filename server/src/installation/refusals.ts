import { program } from '../program.ts';
import { StartRefused } from '../start-refused.ts';
import { PIECES, type Piece } from './pieces.ts';

const BEGIN_ANEW = `'${program()} begin-anew' puts all of it aside and lets an empty installation begin`;

/** Why an installation is not opened, by name: what is wrong, and what cures it. Nothing was changed when one is thrown. */
export const REFUSALS = {
  /** @param what the file that says so */
  newer: (what: string, written: string, version: string, reason: string) =>
    new StartRefused(
      `${what} was written by OpenCTS ${written}, and this is ${version}, which cannot read it (${reason}): start OpenCTS ${written} or a later one, or put a backup from before the upgrade in its place; nothing was changed`,
    ),
  metadataLost: (file: string, pieces: readonly Piece[]) => {
    const kept = pieces.map(({ folder }) => `${folder}/ (${PIECES[folder as keyof typeof PIECES]})`);
    const beside = kept.length > 0 ? `, but beside it there is ${kept.join(', ')}` : ', but there was';
    return new StartRefused(
      `there is no metadata in ${file}${beside}: put a backup of metadata.db in its place, whole, with the files -wal and -shm if it has them; if there is none, ${BEGIN_ANEW}`,
    );
  },
  halfRestored: (dataDir: string) =>
    new StartRefused(
      `a restore into ${dataDir} has not ended: give the same '${program()} restore' again, and it goes on; or remove what is in ${dataDir}`,
    ),
  metadataDamaged: (file: string, reason: string) =>
    new StartRefused(
      `the metadata ${file} is damaged (${reason}): put a backup in its place and remove ${file}-wal and ${file}-shm, which belong to the damaged one; if there is none, 'sqlite3 metadata.db .recover' may save most of it, and ${BEGIN_ANEW}`,
    ),
  foreignPiece: (dataDir: string, folder: string, theirs: string, ours: string) =>
    new StartRefused(
      `${dataDir}/${folder} belongs to another installation (${theirs}) than the metadata (${ours}): put together what belongs together, the journal, the metadata and all else of one backup`,
    ),
  noRootKey: (dataDir: string) =>
    new StartRefused(
      `the root key is missing, and secrets are sealed with it: put your copy of it in ${dataDir}/root.key (mode 600) or give it in OPENCTS_ROOT_KEY; if it is lost for good, ${BEGIN_ANEW}`,
    ),
  /** @param where the key comes from */
  wrongRootKey: (where: string) =>
    new StartRefused(
      `the root key in ${where} is that of another installation, it does not open the secrets of this one: give the one that was there before; if that is lost for good, ${BEGIN_ANEW}`,
    ),
  wrongKind: (what: string, kind: string, wanted: string) =>
    new StartRefused(
      `${what} is a ${kind}, and must be a ${wanted}: move it away, and put back what was there, from a backup if need be; nothing was changed`,
    ),
  deadLink: (what: string, target: string) =>
    new StartRefused(
      `${what} is a link to ${target}, which is not there: mount or put back what it leads to; nothing was changed`,
    ),
  untrustedAuthorities: (file: string, reason: string) =>
    new StartRefused(
      `NODE_EXTRA_CA_CERTS names ${file}, which cannot be used (${reason}): name a PEM file with the certificates of your CA, or remove the variable`,
    ),
};
