import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Bounds } from '../clock/index.ts';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { MOST_KEYS, MOST_VERSIONS } from './limits.ts';
import { Sealer } from './seal.ts';

const DAY = 86_400_000;
const SWEEP_EVERY_MS = 60_000;
const KEY_BYTES = 32;

export type KeyState = 'enabled' | 'disabled' | 'pending_deletion';

/** A named key of a project. Its material never leaves the keyring. */
export interface NamedKey {
  id: string;
  projectId: string;
  domainId: string;
  alias: string;
  description: string;
  state: KeyState;
  /** Counts up with every rotation; older versions still open what they have sealed. */
  version: number;
  /** Epoch ms. */
  createdAt: number;
  /** When it will be gone; only while that is scheduled. */
  deletionAt?: number;
}

/** Seals one or several files. */
export interface DataKey {
  /** 32 bytes. */
  plain: Buffer;
  /** To be kept beside what it sealed; only the keyring opens it. */
  sealed: string;
}

/** On whose behalf a key is used; absent: the service's own. */
export interface KeyUser {
  user: { id: string; name: string; domain: { id: string; name: string } };
  source_ip: string;
  request_id: string;
}

export interface KeyUse {
  key: NamedKey;
  operation: 'createDataKey' | 'decryptDatakey';
  by: KeyUser | undefined;
}

/** A key cannot be used now. */
export class KeyUnusable extends Error {
  override readonly name = 'KeyUnusable';
  readonly keyId: string;

  constructor(keyId: string, reason: string) {
    super(`the key ${keyId} ${reason}`);
    this.keyId = keyId;
  }
}

/** A key is not in the state that an operation asks for. */
export class WrongKeyState extends Error {
  override readonly name = 'WrongKeyState';
}

export interface KeyringOptions {
  metadata: Metadata;
  rootKey: Uint8Array;
  time: Bounds;
  log: Logger;
  /** Told before a data key is handed out; what it rejects is not handed out. */
  onUse: (use: KeyUse) => Promise<void>;
  /** Does the work of deleting a key whose time has come, and records it; the work tells whether it was there. */
  onDelete: (key: NamedKey, work: () => Promise<boolean>) => Promise<boolean>;
  /** A key has been turned on or off. */
  onChange: () => void;
}

/** Named keys of all projects, sealed by the root key, and the data keys that they seal (envelope encryption). */
export class Keyring {
  private readonly options: KeyringOptions;
  private readonly materials: Sealer;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: KeyringOptions) {
    this.options = options;
    this.materials = new Sealer(options.rootKey, 'kms key');
  }

  /** Begins to remove keys whose time has come. */
  start(): void {
    this.timer = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
    void this.sweep();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Keys of a project, oldest first. */
  async list(projectId: string): Promise<NamedKey[]> {
    const rows = await this.keys()
      .where('kms_keys.project_id', '=', projectId)
      .orderBy('kms_keys.created_at')
      .orderBy('kms_keys.id')
      .execute();
    return rows.map(toKey);
  }

  async find(projectId: string, id: string): Promise<NamedKey | undefined> {
    const row = await this.keys()
      .where('kms_keys.project_id', '=', projectId)
      .where('kms_keys.id', '=', id)
      .executeTakeFirst();
    return row && toKey(row);
  }

  /**
   * @returns undefined when the project has a key of this alias
   * @throws CtsError 400 when it has as many as it may
   */
  async create(projectId: string, alias: string, description: string): Promise<NamedKey | undefined> {
    const { metadata, time } = this.options;
    const id = randomUUID();
    const made = await metadata.transaction().execute(async (transaction) => {
      const { keys } = await transaction
        .selectFrom('kms_keys')
        .select(({ fn }) => fn.countAll<number>().as('keys'))
        .where('project_id', '=', projectId)
        .executeTakeFirstOrThrow();
      if (keys >= MOST_KEYS) {
        throw ERRORS.keyUnusable(`a project has at most ${MOST_KEYS} keys; delete one first`);
      }
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('kms_keys')
        .values({
          id,
          project_id: projectId,
          alias,
          description,
          state: 'enabled',
          version: 1,
          deletion_at: null,
          created_at: time.latest(),
        })
        .onConflict((conflict) => conflict.columns(['project_id', 'alias']).doNothing())
        .executeTakeFirst();
      if (!numInsertedOrUpdatedRows) return false;
      await transaction.insertInto('kms_key_versions').values(this.newVersion(id, 1)).execute();
      return true;
    });
    return made ? this.find(projectId, id) : undefined;
  }

  enable(key: NamedKey): Promise<NamedKey> {
    return this.move(key, 'disabled', { state: 'enabled' });
  }

  disable(key: NamedKey): Promise<NamedKey> {
    return this.move(key, 'enabled', { state: 'disabled' });
  }

  /** @param days from now until the key is gone, and with it whatever it has sealed */
  scheduleDeletion(key: NamedKey, days: number): Promise<NamedKey> {
    const from = key.state === 'enabled' ? 'enabled' : 'disabled';
    const deletion_at = this.options.time.latest() + days * DAY;
    return this.move(key, from, { state: 'pending_deletion', deletion_at });
  }

  /** The key is there again, disabled. */
  cancelDeletion(key: NamedKey): Promise<NamedKey> {
    return this.move(key, 'pending_deletion', { state: 'disabled', deletion_at: null });
  }

  /** New material for what is sealed from now on. @throws WrongKeyState when it is not enabled, or was rotated too often */
  async rotate(key: NamedKey): Promise<NamedKey> {
    const version = key.version + 1;
    if (version > MOST_VERSIONS) {
      throw new WrongKeyState(`the key has its ${MOST_VERSIONS} versions; create another one`);
    }
    const { metadata } = this.options;
    await metadata.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('kms_keys')
        .set({ version })
        .where('id', '=', key.id)
        .where('state', '=', 'enabled')
        .where('version', '=', key.version)
        .executeTakeFirst();
      if (!numUpdatedRows) throw wrongState(key, 'enabled');
      await transaction.insertInto('kms_key_versions').values(this.newVersion(key.id, version)).execute();
    });
    return { ...key, version };
  }

  /** Why a key cannot be used now; undefined: it can. */
  async problem(projectId: string, id: string): Promise<string | undefined> {
    return this.problemIn([projectId], id);
  }

  /** The same of a key that may be of any of several projects. */
  async problemIn(projectIds: readonly string[], id: string): Promise<string | undefined> {
    const row = await this.keys()
      .where('kms_keys.project_id', 'in', projectIds)
      .where('kms_keys.id', '=', id)
      .executeTakeFirst();
    return problemOf(row && toKey(row));
  }

  /** The same of any key of a project. */
  async problems(projectId: string): Promise<(id: string) => string | undefined> {
    const keys = new Map((await this.list(projectId)).map((key) => [key.id, key]));
    return (id) => problemOf(keys.get(id));
  }

  /** A new data key, sealed by the newest version of a named key. @throws KeyUnusable */
  async dataKey(projectId: string, id: string): Promise<DataKey> {
    const key = await this.usable(projectId, id);
    const sealer = await this.sealerOf(key, key.version);
    await this.options.onUse({ key, operation: 'createDataKey', by: undefined });
    const plain = randomBytes(KEY_BYTES);
    return { plain, sealed: `${key.version}.${sealer.seal(plain.toString('hex'), id)}` };
  }

  /** Opens a data key. @throws KeyUnusable when its named key is off or gone, or never sealed it */
  async openDataKey(projectId: string, id: string, sealed: string, by?: KeyUser): Promise<Buffer> {
    const key = await this.usable(projectId, id);
    const [, version, rest = ''] = /^(\d{1,9})\.(.*)$/.exec(sealed) ?? [];
    const sealer = await this.sealerOf(key, Number(version));
    await this.options.onUse({ key, operation: 'decryptDatakey', by });
    const plain = sealer.open(rest, id);
    if (plain === undefined) throw new KeyUnusable(id, 'does not open the file: it was changed');
    return Buffer.from(plain, 'hex');
  }

  /** Keys whose deletion was scheduled for a time that has passed are gone. Never rejects. */
  async sweep(): Promise<void> {
    const { time, log, onDelete } = this.options;
    try {
      const due = await this.keys()
        .where('kms_keys.state', '=', 'pending_deletion')
        .where('kms_keys.deletion_at', '<=', time.earliest())
        .execute();
      for (const key of due.map(toKey)) {
        const deleted = await onDelete(key, () => this.deleteDue(key.id));
        if (deleted) log.info({ key: key.id }, 'a key was deleted as scheduled');
      }
    } catch (error) {
      log.error({ err: error }, 'keys could not be deleted; it is tried again');
    }
  }

  /** @returns false: its deletion was cancelled in the meantime */
  private async deleteDue(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.options.metadata
      .deleteFrom('kms_keys')
      .where('id', '=', id)
      .where('state', '=', 'pending_deletion')
      .where('deletion_at', '<=', this.options.time.earliest())
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  private async usable(projectId: string, id: string): Promise<NamedKey> {
    const key = await this.find(projectId, id);
    const problem = problemOf(key);
    if (!key || problem !== undefined) throw new KeyUnusable(id, problem as string);
    return key;
  }

  private async move(
    key: NamedKey,
    from: KeyState,
    to: { state: KeyState; deletion_at?: number | null },
  ): Promise<NamedKey> {
    const { numUpdatedRows } = await this.options.metadata
      .updateTable('kms_keys')
      .set(to)
      .where('id', '=', key.id)
      .where('state', '=', from)
      .executeTakeFirst();
    if (!numUpdatedRows) throw wrongState(key, from);
    this.options.onChange();
    const { deletionAt: _, ...rest } = key;
    return { ...rest, state: to.state, ...(to.deletion_at ? { deletionAt: to.deletion_at } : {}) };
  }

  private newVersion(id: string, version: number) {
    const material = randomBytes(KEY_BYTES).toString('hex');
    return { key_id: id, version, sealed_material: this.materials.seal(material, `${id} ${version}`) };
  }

  private async sealerOf({ id }: NamedKey, version: number): Promise<Sealer> {
    const row = await this.options.metadata
      .selectFrom('kms_key_versions')
      .select('sealed_material')
      .where('key_id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst();
    const material = row && this.materials.open(row.sealed_material, `${id} ${version}`);
    if (!material) {
      throw new KeyUnusable(id, 'cannot be opened: the root key is not the one that it was sealed with');
    }
    return new Sealer(Buffer.from(material, 'hex'), 'data key');
  }

  private keys() {
    return this.options.metadata
      .selectFrom('kms_keys')
      .innerJoin('projects', 'projects.id', 'kms_keys.project_id')
      .selectAll('kms_keys')
      .select('projects.domain_id');
  }
}

function problemOf(key: NamedKey | undefined): string | undefined {
  if (!key) return 'is none of the keys of this project';
  if (key.state === 'disabled') return `(${key.alias}) is disabled; enable it`;
  if (key.state === 'pending_deletion')
    return `(${key.alias}) is about to be deleted; cancel that and enable it`;
  return undefined;
}

const wrongState = (key: NamedKey, wanted: KeyState) =>
  new WrongKeyState(`the key ${key.id} (${key.alias}) is ${key.state}; it must be ${wanted} for that`);

function toKey(row: {
  id: string;
  project_id: string;
  domain_id: string;
  alias: string;
  description: string;
  state: KeyState;
  version: number;
  created_at: number;
  deletion_at: number | null;
}): NamedKey {
  return {
    id: row.id,
    projectId: row.project_id,
    domainId: row.domain_id,
    alias: row.alias,
    description: row.description,
    state: row.state,
    version: row.version,
    createdAt: row.created_at,
    ...(row.deletion_at === null ? {} : { deletionAt: row.deletion_at }),
  };
}
