import { lookAtMetadata, MetadataDamaged, MIGRATIONS, type Rows } from '../metadata/index.ts';
import type { Sealed } from './key-check.ts';
import { REFUSALS } from './refusals.ts';

/** What the metadata says of its installation, before anything of it is opened. */
export interface MetadataFound {
  /** Undefined: written before installations were told apart. */
  identity: { id: string; keyCheck: string; version: string } | undefined;
  /** Steps of the schema that this version does not know, the last one last. */
  unknownSchema: string[];
  /** There are users, which are made once the journal is there. */
  wasUsed: boolean;
  /** Ids of the journals that are followed. */
  journals: string[];
  /** Some of its secrets. */
  sealed: Sealed[];
}

/** Where secrets lie, and what each is about. */
const SEALED: { table: string; column: string; about: string; purpose: string }[] = [
  { table: 'access_keys', column: 'sealed_secret', about: 'access', purpose: 'access key' },
  {
    table: 'kms_key_versions',
    column: 'sealed_material',
    about: "key_id || ' ' || version",
    purpose: 'kms key',
  },
  { table: 'signing_keys', column: 'sealed_private_key', about: 'id', purpose: 'signing key' },
  { table: 'smn_certificates', column: 'sealed_private_key', about: 'id', purpose: 'smn certificate' },
];

/**
 * @returns undefined when there is no metadata: no file, an empty one, or one without tables
 * @throws StartRefused when it is damaged
 */
export function findMetadata(file: string): MetadataFound | undefined {
  try {
    return lookAtMetadata(file, look);
  } catch (error) {
    if (error instanceof MetadataDamaged) throw REFUSALS.metadataDamaged(file, error.message);
    throw error;
  }
}

function look(rows: Rows): MetadataFound {
  const tables = new Set(rows("SELECT name FROM sqlite_master WHERE type = 'table'").map(({ name }) => name));
  const from = (table: string, columns: string, end = '') =>
    tables.has(table) ? rows(`SELECT ${columns} FROM ${table} ${end}`) : [];
  const [identity] = from('installation', 'id, key_check, version');
  return {
    identity: identity && {
      id: String(identity.id),
      keyCheck: String(identity.key_check),
      version: String(identity.version),
    },
    unknownSchema: from('kysely_migration', 'name', 'ORDER BY name')
      .map(({ name }) => String(name))
      .filter((name) => !Object.hasOwn(MIGRATIONS, name)),
    wasUsed: from('users', 'id', 'LIMIT 1').length > 0,
    journals: from('notifier_positions', 'journal_id').map(({ journal_id }) => String(journal_id)),
    sealed: SEALED.flatMap(({ table, column, about, purpose }) =>
      from(table, `${about} AS about, ${column} AS sealed`, 'LIMIT 20').map((row) => ({
        purpose,
        about: String(row.about),
        sealed: String(row.sealed),
      })),
    ),
  };
}
