import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { Attempts } from './attempts.ts';
import { hashPassword, makePassword, NOBODY, verifyPassword } from './passwords.ts';
import { SignInQueue } from './sign-in-queue.ts';
import { type TokenClaims, Tokens } from './tokens.ts';

export interface Domain {
  id: string;
  name: string;
}

export interface Project {
  id: string;
  name: string;
  region: string;
  domain: Domain;
}

export interface User {
  id: string;
  name: string;
  domain: Domain;
}

/** Who calls, and with which scope. */
export interface Principal {
  user: User;
  /** Account that the credentials are scoped to. */
  domainId: string;
  /** Absent when they are scoped to the account only. */
  project?: Project;
  roles: { id: string; name: string }[];
  /** Whether a role allows an action such as `cts:trace:list`. */
  allows(action: string): boolean;
}

export interface IamOptions {
  metadata: Metadata;
  rootKey: Buffer;
  clock: () => number;
}

/** A project or domain that a token shall be good for, by id or by name. */
export interface ScopeRequest {
  project?: { id?: string; name?: string; domain?: { id?: string; name?: string } };
  domain?: { id?: string; name?: string };
}

export interface PasswordLogin {
  user: { id?: string; name?: string; password: string; domain?: { id?: string; name?: string } };
  /** Address of the caller, for the back-off. */
  address: string;
}

export interface IssuedToken {
  text: string;
  claims: TokenClaims;
  principal: Principal;
}

const ROLES = [
  { id: '0', name: 'te_admin' },
  { id: '1', name: 'secu_admin' },
];

/** Accounts, users and credentials. For now every user is an administrator of its account. */
export class Iam {
  private readonly metadata: Metadata;
  private readonly tokens: Tokens;
  private readonly clock: () => number;
  private readonly attempts: Attempts;
  private readonly queue = new SignInQueue();
  /** Principals by token id, so that a known token costs no look-up in the metadata store. */
  private readonly principals = new Map<string, Principal>();
  private readonly revoked = new Set<string>();

  constructor({ metadata, rootKey, clock }: IamOptions) {
    this.metadata = metadata;
    this.clock = clock;
    this.tokens = new Tokens(rootKey, clock);
    this.attempts = new Attempts(clock);
  }

  /** Reads the revoked tokens, and forgets those that have expired. */
  async start(): Promise<void> {
    await this.metadata.deleteFrom('revoked_tokens').where('expires_at', '<', this.clock()).execute();
    for (const { id } of await this.metadata.selectFrom('revoked_tokens').select('id').execute())
      this.revoked.add(id);
  }

  /**
   * Makes the first account, its project in the region and its administrator, if there is no account yet.
   * @returns the password when it was made here, to be shown once
   */
  async bootstrap(first: {
    domain: string;
    region: string;
    user: string;
    password: string;
  }): Promise<string | undefined> {
    const existing = await this.metadata.selectFrom('domains').select('id').limit(1).execute();
    if (existing.length > 0) return undefined;
    const created_at = this.clock();
    const domain_id = newId();
    const password = first.password || makePassword();
    const password_hash = await hashPassword(password);
    await this.metadata.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('domains')
        .values({ id: domain_id, name: first.domain, created_at })
        .execute();
      const project = { id: newId(), domain_id, name: first.region, region: first.region, created_at };
      await transaction.insertInto('projects').values(project).execute();
      const user = { id: newId(), domain_id, name: first.user, password_hash, created_at };
      await transaction.insertInto('users').values(user).execute();
    });
    return first.password ? undefined : password;
  }

  /**
   * Who sends a request.
   * @throws CtsError 401 with the reasons that clients search for
   */
  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const text = headers['x-auth-token'];
    if (typeof text !== 'string' || text === '') throw ERRORS.unauthenticated('x-auth-token not found');
    return (await this.examine(text)).principal;
  }

  /** The principal of a token that was examined before and still holds. @throws CtsError 401 when it has expired */
  recall(headers: IncomingHttpHeaders): Principal | undefined {
    const text = headers['x-auth-token'];
    if (typeof text !== 'string' || text === '') return undefined;
    const { id } = this.tokens.check(text);
    return this.revoked.has(id) ? undefined : this.principals.get(id);
  }

  /** A token's claims and principal. @throws CtsError 401 */
  async examine(text: string): Promise<IssuedToken> {
    const claims = this.tokens.check(text);
    if (this.revoked.has(claims.id)) throw ERRORS.unauthenticated('decrypt token fail');
    const principal = this.principals.get(claims.id) ?? (await this.principalOf(claims));
    this.principals.set(claims.id, principal);
    if (this.principals.size > 10_000) this.principals.delete(this.principals.keys().next().value as string);
    return { text, claims, principal };
  }

  /** @throws CtsError 401 with one text for wrong password, unknown, disabled and blocked user; 503 when too many wait */
  async login({ user, address }: PasswordLogin, scope: ScopeRequest): Promise<IssuedToken> {
    const row = await this.findUser(user);
    const key = attemptKey(row?.id, user, address);
    const right = await this.queue.run(() => verifyPassword(user.password, row?.password_hash ?? NOBODY));
    // Asked only now, so that of many tries at once no more than the free ones learn anything.
    if (this.attempts.blocked(key)) throw ERRORS.wrongPassword();
    if (!row || !right || row.enabled !== 1) {
      this.attempts.failed(key);
      throw ERRORS.wrongPassword();
    }
    this.attempts.succeeded(key);
    return this.issue(row.id, row.domain_id, scope, ['password']);
  }

  /** A token of another scope for the holder of a token; it expires when that one does. */
  async exchange(text: string, scope: ScopeRequest): Promise<IssuedToken> {
    const { claims, principal } = await this.examine(text);
    return this.issue(
      principal.user.id,
      principal.user.domain.id,
      scope,
      ['token'],
      claims.expiresAt - this.clock(),
    );
  }

  async revoke(text: string): Promise<void> {
    const { id, expiresAt } = this.tokens.check(text);
    await this.metadata
      .insertInto('revoked_tokens')
      .values({ id, expires_at: expiresAt })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    this.revoked.add(id);
  }

  /** Projects of an account, by name. */
  async projectsOf(domainId: string): Promise<Project[]> {
    const rows = await this.projectQuery()
      .where('projects.domain_id', '=', domainId)
      .orderBy('projects.name')
      .execute();
    return rows.map(toProject);
  }

  private async issue(
    userId: string,
    homeDomain: string,
    scope: ScopeRequest,
    methods: string[],
    life?: number,
  ) {
    const project = scope.project ? await this.findProject(scope.project, homeDomain) : undefined;
    if (scope.domain && !project) await this.checkDomain(scope.domain, homeDomain);
    const subject = { userId, domainId: homeDomain, ...(project ? { projectId: project.id } : {}), methods };
    return this.examine(this.tokens.issue(subject, life).text);
  }

  private async principalOf(claims: TokenClaims): Promise<Principal> {
    const user = await this.metadata
      .selectFrom('users')
      .innerJoin('domains', 'domains.id', 'users.domain_id')
      .select([
        'users.id',
        'users.name',
        'users.enabled',
        'domains.id as domain_id',
        'domains.name as domain_name',
      ])
      .where('users.id', '=', claims.userId)
      .executeTakeFirst();
    if (user?.enabled !== 1) throw ERRORS.unauthenticated('decrypt token fail');
    const row = claims.projectId
      ? await this.projectQuery().where('projects.id', '=', claims.projectId).executeTakeFirst()
      : undefined;
    return {
      user: { id: user.id, name: user.name, domain: { id: user.domain_id, name: user.domain_name } },
      domainId: claims.domainId,
      project: row && toProject(row),
      roles: ROLES,
      allows: () => true,
    };
  }

  private findUser({ id, name, domain }: PasswordLogin['user']) {
    const query = this.metadata
      .selectFrom('users')
      .innerJoin('domains', 'domains.id', 'users.domain_id')
      .select(['users.id', 'users.domain_id', 'users.password_hash', 'users.enabled']);
    if (id !== undefined) return query.where('users.id', '=', id).executeTakeFirst();
    const named = query.where('users.name', '=', name ?? '');
    return domain?.id !== undefined
      ? named.where('domains.id', '=', domain.id).executeTakeFirst()
      : named.where('domains.name', '=', domain?.name ?? '').executeTakeFirst();
  }

  private async findProject(
    wanted: NonNullable<ScopeRequest['project']>,
    homeDomain: string,
  ): Promise<Project> {
    let query = this.projectQuery().where('projects.domain_id', '=', homeDomain);
    query =
      wanted.id === undefined
        ? query.where('projects.name', '=', wanted.name ?? '')
        : query.where('projects.id', '=', wanted.id);
    const row = await query.executeTakeFirst();
    if (!row || !isNamed(wanted.domain, { id: row.domain_id, name: row.domain_name })) {
      throw ERRORS.scopeNotFound('project');
    }
    return toProject(row);
  }

  private async checkDomain(wanted: { id?: string; name?: string }, homeDomain: string): Promise<void> {
    const home = await this.metadata
      .selectFrom('domains')
      .selectAll()
      .where('id', '=', homeDomain)
      .executeTakeFirstOrThrow();
    if (!isNamed(wanted, home)) throw ERRORS.scopeNotFound('domain');
  }

  private projectQuery() {
    return this.metadata
      .selectFrom('projects')
      .innerJoin('domains', 'domains.id', 'projects.domain_id')
      .select([
        'projects.id',
        'projects.name',
        'projects.region',
        'domains.id as domain_id',
        'domains.name as domain_name',
      ]);
  }
}

function toProject(row: {
  id: string;
  name: string;
  region: string;
  domain_id: string;
  domain_name: string;
}): Project {
  return {
    id: row.id,
    name: row.name,
    region: row.region,
    domain: { id: row.domain_id, name: row.domain_name },
  };
}

/** Whether a reference by id, by name or by neither fits the account. */
function isNamed(wanted: { id?: string; name?: string } = {}, domain: Domain): boolean {
  return (wanted.id ?? domain.id) === domain.id && (wanted.name ?? domain.name) === domain.name;
}

/** One key however a user is named; of an unknown one a digest, since names can be long. */
function attemptKey(id: string | undefined, user: PasswordLogin['user'], address: string): string {
  const given = [user.id, user.name, user.domain?.id, user.domain?.name];
  return `${id ?? createHash('sha256').update(JSON.stringify(given)).digest('base64url')}@${address}`;
}

function newId(): string {
  return randomBytes(16).toString('hex');
}
