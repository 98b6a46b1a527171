import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { CtsError, ERRORS } from '../errors.ts';
import { Sealer } from '../kms/index.ts';
import { type Database, type Metadata, unlessBusy } from '../metadata/index.ts';
import type { Bond } from './bonds.ts';
import { nextEpoch } from './epochs.ts';
import { KEYS_AT_ONCE, MOST_COUNTED, TOKEN_LIFE_MS } from './limits.ts';
import { networkOf } from './networks.ts';
import { MOST_AHEAD_MS } from './tokens.ts';

const MOST_KEYS = 2;
const WRONG_SIGNATURES = 5;
const LOCK_MS = 5 * 60_000;
/** How often the time of last use is written. */
const USE_NOTED_EVERY_MS = 60_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const SECRET_ALPHABET = `${ALPHABET}abcdefghijklmnopqrstuvwxyz`;

export interface AccessKey {
  access: string;
  userId: string;
  description: string;
  active: boolean;
  /** Epoch ms. */
  createdAt: number;
  lastUsedAt: number | undefined;
}

/** What an access key stands for when a request is signed with it. */
export interface SigningKey {
  secret: string;
  userId: string;
  /** Of a permanent key: what ends the temporary keys made with it. */
  epoch?: string;
  /** Of a temporary key: what ends it. */
  bond?: Bond;
}

/** What a temporary key carries, sealed, in its security token. */
interface TemporaryClaims {
  access: string;
  secret: string;
  bond: Bond;
  expiresAt: number;
}

const toAccessKey = (row: Selectable<Database['access_keys']>): AccessKey => ({
  access: row.access,
  userId: row.user_id,
  description: row.description,
  active: row.active === 1,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at ?? undefined,
});

/** Access keys: permanent ones in the metadata store, their secrets sealed; temporary ones prove themselves. */
export class AccessKeys {
  private readonly metadata: Metadata;
  private readonly clock: () => number;
  private readonly secrets: Sealer;
  private readonly tokens: Sealer;
  private readonly failures = new Map<string, { count: number; last: number }>();
  private readonly used = new Map<string, number>();

  private readonly changed: () => void;

  /** @param changed is told when a key can no longer be used */
  constructor(metadata: Metadata, rootKey: Uint8Array, clock: () => number, changed: () => void) {
    this.metadata = metadata;
    this.clock = clock;
    this.changed = changed;
    this.secrets = new Sealer(rootKey, 'access key');
    this.tokens = new Sealer(rootKey, 'security token');
  }

  /**
   * Makes a permanent key; its secret is told this once.
   * @throws CtsError 400 when the user has two
   */
  async add(userId: string, description = ''): Promise<AccessKey & { secret: string }> {
    const access = randomText(ALPHABET, 20);
    const secret = randomText(SECRET_ALPHABET, 40);
    const createdAt = this.clock();
    const row = {
      access,
      user_id: userId,
      sealed_secret: this.secrets.seal(secret, access),
      description,
      active: 1,
      created_at: createdAt,
      last_used_at: null,
    };
    await this.metadata.transaction().execute(async (transaction) => {
      const { keys } = await transaction
        .selectFrom('access_keys')
        .select(({ fn }) => fn.countAll<number>().as('keys'))
        .where('user_id', '=', userId)
        .executeTakeFirstOrThrow();
      if (keys >= MOST_KEYS) {
        throw new CtsError(400, 'IAM.0006', `akSkNumExceed: a user has at most ${MOST_KEYS} access keys`);
      }
      await transaction.insertInto('access_keys').values(row).execute();
    });
    return { access, secret, userId, description, active: true, createdAt, lastUsedAt: undefined };
  }

  /** Keys of an account's users, in order of their making. @param userId only its own */
  async *pages(domainId: string, userId?: string): AsyncGenerator<AccessKey[]> {
    const heads = await this.metadata
      .selectFrom('access_keys')
      .innerJoin('users', 'users.id', 'access_keys.user_id')
      .select('access_keys.access')
      .where('users.domain_id', '=', domainId)
      .$if(userId !== undefined, (query) => query.where('users.id', '=', String(userId)))
      .orderBy('access_keys.created_at')
      .orderBy('access_keys.access')
      .execute();
    for (let at = 0; at < heads.length; at += KEYS_AT_ONCE) {
      const rows = await this.metadata
        .selectFrom('access_keys')
        .selectAll()
        .where(
          'access',
          'in',
          heads.slice(at, at + KEYS_AT_ONCE).map(({ access }) => access),
        )
        .orderBy('created_at')
        .orderBy('access')
        .execute();
      yield rows.map(toAccessKey);
    }
  }

  /** A key of one of an account's users. */
  async find(domainId: string, access: string): Promise<AccessKey | undefined> {
    const row = await this.metadata
      .selectFrom('access_keys')
      .innerJoin('users', 'users.id', 'access_keys.user_id')
      .selectAll('access_keys')
      .where('access_keys.access', '=', access)
      .where('users.domain_id', '=', domainId)
      .executeTakeFirst();
    return row && toAccessKey(row);
  }

  async change(access: string, change: { active?: boolean; description?: string }): Promise<void> {
    const { active, description } = change;
    const values = {
      ...(active === undefined ? {} : { active: active ? 1 : 0 }),
      ...(active === false ? nextEpoch() : {}),
      ...(description === undefined ? {} : { description }),
    };
    if (Object.keys(values).length === 0) return;
    await this.metadata.updateTable('access_keys').set(values).where('access', '=', access).execute();
    if (active !== undefined) this.changed();
  }

  async remove(access: string): Promise<void> {
    await this.metadata.deleteFrom('access_keys').where('access', '=', access).execute();
    this.changed();
  }

  /** Makes a key that expires by itself and is stored nowhere: its token holds it, sealed. */
  makeTemporary(bond: Bond, seconds: number) {
    const access = `HST${randomText(ALPHABET, 17)}`;
    const secret = randomText(SECRET_ALPHABET, 40);
    const expiresAt = this.clock() + seconds * 1000;
    const claims: TemporaryClaims = { access, secret, bond, expiresAt };
    return { access, secret, expiresAt, securityToken: this.tokens.seal(JSON.stringify(claims), '') };
  }

  /**
   * What to check a signature with.
   * @param securityToken as sent along with a temporary key
   * @throws CtsError 401 when the key is unknown, off, expired, or its token is not its own
   */
  async signingKey(access: string, securityToken: string | undefined): Promise<SigningKey> {
    const key = securityToken ? this.temporary(access, securityToken) : await this.permanent(access);
    if (!key) throw ERRORS.noSuchAccessKey(access);
    return key;
  }

  /**
   * Refuses a wrong signature. Somebody who goes on with wrong ones is told to stop, and is told nothing else;
   * whoever signs right is let in all the same: a key's id is no secret, so nobody can lock its owner out.
   * @throws CtsError 401, always
   */
  refuse(access: string, address: string): never {
    const now = this.clock();
    const who = `${access}@${networkOf(address)}`;
    const before = this.failures.get(who);
    const count = before && now - before.last < LOCK_MS ? before.count + 1 : 1;
    this.failures.delete(who);
    this.failures.set(who, { count, last: now });
    if (this.failures.size > MOST_COUNTED) this.failures.delete(this.failures.keys().next().value as string);
    throw ERRORS.unauthenticated(
      count > WRONG_SIGNATURES
        ? 'AK access failed to reach the limit,forbidden'
        : 'verify aksk signature fail',
    );
  }

  async accepted(access: string, address: string): Promise<void> {
    this.failures.delete(`${access}@${networkOf(address)}`);
    const now = this.clock();
    if (now - (this.used.get(access) ?? 0) < USE_NOTED_EVERY_MS) return;
    this.used.set(access, now);
    await unlessBusy(
      this.metadata
        .updateTable('access_keys')
        .set({ last_used_at: now })
        .where('access', '=', access)
        .execute(),
    );
  }

  private async permanent(access: string): Promise<SigningKey | undefined> {
    const row = await this.metadata
      .selectFrom('access_keys')
      .select(['user_id', 'sealed_secret', 'epoch'])
      .where('access', '=', access)
      .where('active', '=', 1)
      .executeTakeFirst();
    const secret = row && this.secrets.open(row.sealed_secret, access);
    return row && secret !== undefined ? { secret, userId: row.user_id, epoch: row.epoch } : undefined;
  }

  private temporary(access: string, securityToken: string): SigningKey | undefined {
    const text = this.tokens.open(securityToken, '');
    const claims =
      text === undefined ? undefined : (JSON.parse(text) as Omit<TemporaryClaims, 'bond'> & { bond?: Bond });
    if (claims?.access !== access) return undefined;
    const left = claims.expiresAt - this.clock();
    // None lives longer than a token; a clock that was far ahead is no reason.
    if (left <= 0 || left > TOKEN_LIFE_MS + MOST_AHEAD_MS) return undefined;
    // Temporary keys from before there were bonds have ended.
    const { secret, bond } = claims;
    return bond && { secret, userId: bond.userId, bond };
  }
}

/** Evenly drawn characters of an alphabet of at most 64. */
function randomText(alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      const character = alphabet[byte & 63];
      if (character !== undefined && text.length < length) text += character;
    }
  }
  return text;
}
