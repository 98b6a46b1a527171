import type { Bounds } from '../clock/index.ts';
import { type Metadata, PIECE_ROWS } from '../metadata/index.ts';
import { TOKEN_LIFE_MS } from './limits.ts';

/** What a token or temporary key was issued under. It ends when any of this does, whatever its own life. */
export interface Bond {
  /** Everything that was made from one sign-in: revoked together. */
  family?: string;
  /** Of a temporary key: the access key that it was made with. */
  accessKey?: { access: string; epoch: string };
  userId: string;
  epochs: { user: string; account: string; project?: string };
  /** Project that the token is good for. */
  projectId?: string;
}

/** Tells which bonds still hold. Asks the metadata store each time, so that it is the same on every node. */
export class Bonds {
  private readonly metadata: Metadata;
  private readonly time: Bounds;

  constructor(metadata: Metadata, time: Bounds) {
    this.metadata = metadata;
    this.time = time;
  }

  /** @param bond absent: of a credential from before there were bonds */
  async holds(bond: Bond | undefined): Promise<boolean> {
    if (!bond) return false;
    return (
      (await this.userHolds(bond)) &&
      (await this.projectHolds(bond)) &&
      (await this.familyHolds(bond)) &&
      (await this.accessKeyHolds(bond))
    );
  }

  /** Ends everything of the bond's family. */
  async breakFamily({ family }: Bond): Promise<void> {
    if (family === undefined) return;
    const now = this.time.latest();
    await this.metadata
      .insertInto('revoked_tokens')
      // Neither a token nor a temporary key that was made with one lives longer.
      .values({ id: family, expires_at: now + TOKEN_LIFE_MS })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    await this.forget();
  }

  /** Forgets some revoked families of which nothing could live any more; the others next time. */
  async forget(): Promise<void> {
    await this.metadata
      .deleteFrom('revoked_tokens')
      .where('id', 'in', ({ selectFrom }) =>
        selectFrom('revoked_tokens')
          .select('id')
          .where('expires_at', '<', this.time.earliest())
          .limit(PIECE_ROWS),
      )
      .execute();
  }

  private async userHolds({ userId, epochs }: Bond): Promise<boolean> {
    const row = await this.metadata
      .selectFrom('users')
      .innerJoin('domains', 'domains.id', 'users.domain_id')
      .select(['users.epoch', 'domains.epoch as account_epoch'])
      .where('users.id', '=', userId)
      .where('users.enabled', '=', 1)
      .where('domains.enabled', '=', 1)
      .executeTakeFirst();
    return row?.epoch === epochs.user && row.account_epoch === epochs.account;
  }

  private async projectHolds({ projectId, epochs }: Bond): Promise<boolean> {
    if (projectId === undefined) return true;
    const row = await this.metadata
      .selectFrom('projects')
      .select('epoch')
      .where('id', '=', projectId)
      .where('enabled', '=', 1)
      .executeTakeFirst();
    return row !== undefined && row.epoch === epochs.project;
  }

  private async familyHolds({ family }: Bond): Promise<boolean> {
    if (family === undefined) return true;
    const revoked = await this.metadata
      .selectFrom('revoked_tokens')
      .select('id')
      .where('id', '=', family)
      .executeTakeFirst();
    return revoked === undefined;
  }

  private async accessKeyHolds({ accessKey }: Bond): Promise<boolean> {
    if (accessKey === undefined) return true;
    const row = await this.metadata
      .selectFrom('access_keys')
      .select('epoch')
      .where('access', '=', accessKey.access)
      .where('active', '=', 1)
      .executeTakeFirst();
    return row?.epoch === accessKey.epoch;
  }
}
