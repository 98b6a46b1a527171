import { createHash, randomBytes } from 'node:crypto';
import { ERRORS } from '../errors.ts';
import { type Metadata, unlessBusy } from '../metadata/index.ts';
import { MOST_INGEST_KEYS } from './limits.ts';

const PREFIX = 'octs_';
const USE_NOTED_EVERY_MS = 60_000;
export const ANY_SOURCE = '*';

/** A credential of a producer that can only set a header: reports traces of one source into one project. */
export interface IngestKey {
  id: string;
  projectId: string;
  name: string;
  /** `service_type` of the traces that it may report; `*`: any. */
  source: string;
  /** Name of the user who made it. */
  createdBy: string;
  /** Epoch ms. */
  createdAt: number;
  lastUsedAt: number | undefined;
}

/** Ingest keys. Only their hashes are stored. */
export class IngestKeys {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly changed: () => void;
  private readonly used = new Map<string, number>();

  /** @param changed is told when a key was revoked */
  constructor(metadata: Metadata, clock: () => number, changed: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.changed = changed;
  }

  /** @throws CtsError 409 when the project has one of that name, 400 when it has as many as it may */
  async add(key: {
    projectId: string;
    name: string;
    source: string;
    createdBy: string;
  }): Promise<IngestKey & { key: string }> {
    const { projectId, name, source, createdBy } = key;
    const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const id = randomBytes(16).toString('hex');
    const createdAt = this.clock();
    const row = {
      id,
      project_id: projectId,
      name,
      source,
      key_hash: hash(secret),
      created_by: createdBy,
      created_at: createdAt,
      last_used_at: null,
    };
    await this.metadata.transaction().execute(async (transaction) => {
      const known = await transaction
        .selectFrom('ingest_keys')
        .select('name')
        .where('project_id', '=', projectId)
        .execute();
      if (known.some((one) => one.name === name)) throw ERRORS.iamConflict('ingest key', name);
      if (known.length >= MOST_INGEST_KEYS) {
        throw ERRORS.iamFull(`a project has at most ${MOST_INGEST_KEYS} ingest keys`);
      }
      await transaction.insertInto('ingest_keys').values(row).execute();
    });
    return { id, projectId, name, source, createdBy, createdAt, lastUsedAt: undefined, key: secret };
  }

  async list(projectId: string): Promise<IngestKey[]> {
    const rows = await this.metadata
      .selectFrom('ingest_keys')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('name')
      .execute();
    return rows.map(toIngestKey);
  }

  /** @throws CtsError 404 when the project has no such key */
  async remove(projectId: string, id: string): Promise<IngestKey> {
    const key = (await this.list(projectId)).find((one) => one.id === id);
    if (!key) throw ERRORS.iamNotFound('ingest key', id);
    await this.metadata.deleteFrom('ingest_keys').where('id', '=', id).execute();
    this.changed();
    return key;
  }

  /** The key that a bearer shows. */
  async find(secret: string): Promise<IngestKey | undefined> {
    if (!secret.startsWith(PREFIX)) return undefined;
    const row = await this.metadata
      .selectFrom('ingest_keys')
      .selectAll()
      .where('key_hash', '=', hash(secret))
      .executeTakeFirst();
    return row && toIngestKey(row);
  }

  /** Notes, once a minute, that a key is in use; nobody is refused because that cannot be noted now. */
  async noteUse(id: string): Promise<void> {
    const now = this.clock();
    if (now - (this.used.get(id) ?? 0) < USE_NOTED_EVERY_MS) return;
    this.used.set(id, now);
    await unlessBusy(
      this.metadata.updateTable('ingest_keys').set({ last_used_at: now }).where('id', '=', id).execute(),
    );
  }
}

const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');

function toIngestKey(row: {
  id: string;
  project_id: string;
  name: string;
  source: string;
  created_by: string;
  created_at: number;
  last_used_at: number | null;
}): IngestKey {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    source: row.source,
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
