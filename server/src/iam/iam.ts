import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Bounds } from '../clock/index.ts';
import { CtsError, ERRORS } from '../errors.ts';
import type { Metadata } from '../metadata/index.ts';
import { AccessKeys } from './access-keys.ts';
import { Attempts } from './attempts.ts';
import { type Bond, Bonds } from './bonds.ts';
import { Brake } from './brake.ts';
import { ChangesElsewhere } from './changes-elsewhere.ts';
import { Delegation } from './delegation.ts';
import { Directory, type Domain, newId, type Project } from './directory/index.ts';
import { IngestKeys } from './ingest-keys.ts';
import { networkOf } from './networks.ts';
import { PasswordWork } from './password-work.ts';
import { makePassword, NOBODY } from './passwords.ts';
import { type Principal, REPORTER, rightsOf } from './principal.ts';
import {
  type Authorization,
  type BodyDigest,
  isSignedBy,
  isTimely,
  type SignedRequest,
} from './signature.ts';
import { type TokenClaims, Tokens } from './tokens.ts';
import { Visits } from './visits.ts';

/**
 * How long what is known of a caller is believed, if nothing tells that it has changed: changes made by this process
 * take effect at once, those of others as soon as they are noticed.
 */
const BELIEVED_MS = 5_000;
const MOST_CALLERS = 10_000;

export interface IamOptions {
  metadata: Metadata;
  rootKey: Buffer;
  time: Bounds;
  /** Every account has a project in each. */
  regions: readonly string[];
  log: Logger;
}

/** A project or domain that a token shall be good for, by id or by name. */
export interface ScopeRequest {
  project?: { id?: string; name?: string; domain?: { id?: string; name?: string } };
  domain?: { id?: string; name?: string };
}

/** What a signed request is about, and where it comes from. */
interface SignedCall {
  /** Project or account that its path, or a header that is signed, names; absent: the account. */
  wanted: string | undefined;
  /** Project that a header beside the signature names: it counts where nothing else does, and the caller may enter. */
  offered: string | undefined;
  address: string;
  /** It was let in before: its signature came in time. */
  again?: boolean;
}

export interface PasswordLogin {
  user: { id?: string; name?: string; password: string; domain?: { id?: string; name?: string } };
  /** Address of the caller, for the back-off and the order of turns. */
  address: string;
  /** Told when the password was not looked at, and that is nothing new: it leaves no trace. */
  onUnseen?: () => void;
}

export interface IssuedToken {
  text: string;
  claims: TokenClaims;
  principal: Principal;
}

/** Tells callers by their credentials, and what they may do. */
export class Iam {
  readonly directory: Directory;
  readonly delegation: Delegation;
  readonly accessKeys: AccessKeys;
  readonly ingestKeys: IngestKeys;
  private readonly metadata: Metadata;
  private readonly tokens: Tokens;
  private readonly time: Bounds;
  private readonly clock: () => number;
  private readonly attempts: Attempts;
  private readonly bonds: Bonds;
  private readonly visits: Visits;
  private readonly passwords = new PasswordWork();
  private readonly brake = new Brake();
  private readonly elsewhere: ChangesElsewhere;
  /** Callers by credential, so that most requests cost no look-up in the metadata store. Oldest first. */
  private readonly callers = new Map<string, { principal: Principal; until: number }>();
  /** Counts changes: what was read before one is not believed after it. */
  private changes = 0;

  constructor({ metadata, rootKey, time, regions, log }: IamOptions) {
    const { passwords } = this;
    const clock = time.latest;
    this.time = time;
    const changed = () => this.changed();
    this.metadata = metadata;
    this.clock = clock;
    this.bonds = new Bonds(metadata, time);
    this.visits = new Visits(metadata, clock);
    this.directory = new Directory({ metadata, clock, regions, log, passwords, changed });
    this.delegation = new Delegation(this.directory);
    this.accessKeys = new AccessKeys(metadata, rootKey, clock, changed);
    this.ingestKeys = new IngestKeys(metadata, clock, changed);
    this.tokens = new Tokens(rootKey, clock);
    this.attempts = new Attempts(clock);
    this.elsewhere = new ChangesElsewhere(metadata, changed);
  }

  /**
   * Makes the first account and its administrator if there is no account yet, and a project in each region
   * that an account lacks. Forgets revoked tokens that have expired.
   * @returns the password when it was made here, to be shown once
   */
  async start(first: { domain: string; user: string; password: string }): Promise<string | undefined> {
    this.elsewhere.start();
    await this.bonds.forget();
    const accounts = await this.directory.accounts.list();
    if (accounts.length > 0) {
      await this.directory.projects.complete();
      return undefined;
    }
    const password = first.password || makePassword();
    const admin = { name: first.user, password };
    await this.directory.accounts.add({ name: first.domain, admin, operator: true });
    return first.password ? undefined : password;
  }

  async stop(): Promise<void> {
    await this.elsewhere.stop();
  }

  /** A mark of what credentials and rights are now. */
  asOf(): { changes: number; until: number } {
    return { changes: this.changes, until: this.clock() + BELIEVED_MS };
  }

  /** Whether nothing has changed since; changes made elsewhere show when they are noticed. */
  isCurrent({ changes, until }: { changes: number; until: number }): boolean {
    return changes === this.changes && this.isAhead(until);
  }

  /** The caller of a request by token, known from shortly before. @throws CtsError 401 when the token has expired */
  recall(headers: IncomingHttpHeaders): Principal | undefined {
    const text = headers['x-auth-token'];
    if (typeof text !== 'string' || text === '') return undefined;
    return this.believed(`token ${this.tokens.check(text).id}`);
  }

  /**
   * The caller by `X-Auth-Token`, or by an ingest key as bearer.
   * @throws CtsError 401 with the reasons that clients search for (`docs/reference/iam-auth.md` 8)
   */
  async authenticate(headers: IncomingHttpHeaders): Promise<Principal> {
    const text = headers['x-auth-token'];
    if (typeof text === 'string' && text !== '') return (await this.examine(text)).principal;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (!bearer) throw ERRORS.unauthenticated('x-auth-token not found');
    return this.keyHolder(bearer);
  }

  /**
   * The caller by the token of an account, for one of its projects.
   * @param wanted id of the project, or of the account, which is also meant by none
   * @throws CtsError 401; 403 when the project is not one of the account
   */
  async authenticateSession(text: string, wanted: string | undefined): Promise<Principal> {
    const { claims, principal } = await this.examine(text);
    if (wanted === undefined || wanted === principal.domainId) return principal;
    const { userId, bond } = claims;
    const there = await this.believe(`user ${userId} ${wanted}`, () => this.principalOf(userId, wanted));
    return { ...there, bond };
  }

  /**
   * The caller of a signed request.
   * @param readBody its raw bytes; they are asked for only when everything else is in order
   * @param wanted id of the project that it is about, or of the account
   * @param address of the caller
   * @param again the request was looked at before: it may go on for longer than its signature is good for
   * @throws CtsError 401; 403 when the project is not one of the account
   */
  async authenticateSigned(
    authorization: Authorization,
    request: Omit<SignedRequest, 'body'>,
    readBody: () => Promise<BodyDigest>,
    { wanted, offered, address, again = false }: SignedCall,
  ): Promise<Principal> {
    const { accessKey } = authorization;
    const [securityToken] = request.headers['x-security-token'] ?? [];
    const { secret, userId, bond, epoch } = await this.accessKeys.signingKey(accessKey, securityToken);
    if (!again && !this.isTimely(authorization, request.headers)) {
      throw ERRORS.unauthenticated('verify aksk signature fail: x-sdk-date is more than 15 minutes off');
    }
    const whole = { ...request, body: await readBody() };
    if (!isSignedBy(secret, authorization, whole)) this.accessKeys.refuse(accessKey, address);
    // Told only to whoever has the secret.
    if (bond && !(await this.bonds.holds(bond))) throw ERRORS.noSuchAccessKey(accessKey);
    if (!bond) await this.accessKeys.accepted(accessKey, address);
    const within = (place: string | undefined) =>
      this.believe(`user ${userId} ${place ?? ''}`, () => this.principalOf(userId, place, accessKey));
    let principal = await within(wanted);
    if (!principal.project && offered !== undefined) {
      const mayEnter = (await this.enterable(principal)).some(({ id }) => id === offered);
      if (mayEnter) principal = await within(offered);
    }
    return {
      ...principal,
      accessKeyId: accessKey,
      temporary: bond !== undefined,
      bond:
        bond ??
        (principal.bond && { ...principal.bond, accessKey: { access: accessKey, epoch: epoch ?? '' } }),
    };
  }

  /** A temporary key of the caller, which ends with the credentials that it is made with. */
  makeTemporaryKey({ bond }: Principal, seconds: number) {
    if (!bond) throw ERRORS.iamForbidden('these credentials cannot make access keys');
    return this.accessKeys.makeTemporary(bond, seconds);
  }

  /** A token's claims and principal. @throws CtsError 401 */
  async examine(text: string): Promise<IssuedToken> {
    const claims = this.tokens.check(text);
    const principal = await this.believe(`token ${claims.id}`, async () => {
      const { userId, projectId, bond } = claims;
      if (!(await this.bonds.holds(bond))) throw ERRORS.unauthenticated('decrypt token fail');
      return { ...(await this.principalOf(userId, projectId)), bond };
    });
    return { text, claims, principal };
  }

  /**
   * @throws CtsError 401 with one text for wrong password, unknown, disabled and blocked user; 429 when too many
   * from there wait
   */
  async login({ user, address, onUnseen }: PasswordLogin, scope: ScopeRequest): Promise<IssuedToken> {
    const row = await this.findUser(user);
    const network = networkOf(address);
    const name = row?.id ?? digestOf(user);
    const key = `${name}@${network}`;
    const refusal = this.attempts.refusal(key);
    if (refusal) {
      if (refusal.again) onUnseen?.();
      await this.brake.hold(network);
      throw ERRORS.wrongPassword();
    }
    const person = row && { id: row.id, account: row.domain_id };
    const visitor = await this.visits.of(network, name, person);
    const right = await this.passwords
      .verify(visitor, user.password, row?.password_hash || NOBODY)
      .catch(async (error) => {
        if (error instanceof CtsError) {
          onUnseen?.();
          await this.brake.hold(network);
        }
        throw error;
      });
    // Asked once more, so that of many tries at once no more than the free ones learn anything.
    if (this.attempts.refusal(key)) throw ERRORS.wrongPassword();
    if (!row || !right || row.enabled !== 1 || row.domain_enabled !== 1) {
      this.attempts.failed(key);
      throw ERRORS.wrongPassword();
    }
    this.attempts.succeeded(key);
    await this.visits.remember(row.id, network);
    // As they were when the password was read: one that was changed meanwhile opens nothing.
    const epochs = { user: row.epoch, account: row.domain_epoch };
    return this.issue(row.domain_id, scope, ['password'], { userId: row.id, epochs });
  }

  /** A token for a user that somebody trusted has told. @param methods how */
  async issueFor(userId: string, methods: string[]): Promise<IssuedToken> {
    const { user, bond } = await this.principalOf(userId);
    return this.issue(user.domain.id, {}, methods, bond as Bond);
  }

  /** A token of another scope for the holder of a token; it expires when that one does. */
  async exchange(text: string, scope: ScopeRequest): Promise<IssuedToken> {
    const { claims, principal } = await this.examine(text);
    const { bond, expiresAt } = claims;
    return this.issue(principal.user.domain.id, scope, ['token'], bond, expiresAt - this.clock());
  }

  /** Ends a token with all that was made from it, and from what it was made. */
  async revoke(text: string): Promise<void> {
    await this.bonds.breakFamily(this.tokens.check(text).bond);
    this.changed();
  }

  /**
   * Changes the own password, which ends all that was issued before.
   * @returns a token in the place of those
   * @throws CtsError 401 when the original password is wrong, or was tried too often
   */
  async changePassword(
    userId: string,
    original: string,
    password: string,
    address: string,
  ): Promise<IssuedToken> {
    const { principal } = await this.login({ user: { id: userId, password: original }, address }, {});
    // One that was set meanwhile stays.
    const asOf = principal.bond?.epochs.user;
    await this.directory.users.change(principal.user.domain.id, userId, { password }, asOf);
    return this.issueFor(userId, ['password']);
  }

  /** What waits here, for the metrics. */
  get queues() {
    return this.passwords.queues;
  }

  /**
   * Whom a sign-in names, as far as the names are known: for its trace. What an unknown name holds is told
   * nowhere, since people type passwords there.
   */
  async named(user: PasswordLogin['user']): Promise<{
    resourceId?: string;
    resourceName?: string;
    actor?: { user: Principal['user']; domainId: string };
  }> {
    const row = await this.findUser(user);
    if (row) {
      const domain = { id: row.domain_id, name: row.domain_name };
      const actor = { user: { id: row.id, name: row.name, domain }, domainId: domain.id };
      return { resourceId: row.id, resourceName: row.name, actor };
    }
    const { id, name } = user.domain ?? {};
    const accounts = await this.directory.accounts.list();
    const domain = accounts.find((account) => (id === undefined ? account.name === name : account.id === id));
    if (!domain) return {};
    const nobody = { id: '', name: '(unknown user)', domain: { id: domain.id, name: domain.name } };
    return { resourceName: nobody.name, actor: { user: nobody, domainId: domain.id } };
  }

  /** Projects of its account in which a caller holds any role. */
  async enterable({ user }: Principal): Promise<Project[]> {
    const projects = await this.directory.projects.list(user.domain.id);
    const { held } = await this.directory.roles.holdings(user.domain.id, user.id);
    return projects.filter(
      ({ id, enabled }) => enabled && held.some(({ scope }) => scope === id || scope === 'projects'),
    );
  }

  /** Projects of its account in which a caller may do something. */
  async permitting({ user }: Principal, action: string): Promise<Project[]> {
    const projects = await this.directory.projects.list(user.domain.id);
    const holdings = await this.directory.roles.holdings(user.domain.id, user.id);
    return projects.filter(({ id, enabled }) => enabled && rightsOf(holdings, id).allows(action));
  }

  private believed(key: string): Principal | undefined {
    const known = this.callers.get(key);
    return known && this.isAhead(known.until) ? known.principal : undefined;
  }

  /** Not for long, also when the clock was set back. */
  private isAhead(until: number): boolean {
    const left = until - this.clock();
    return left > 0 && left <= BELIEVED_MS;
  }

  /** Nobody is refused because the clock here is suspect, and one of its two times is right. */
  private isTimely(authorization: Authorization, headers: SignedRequest['headers']): boolean {
    const { time } = this;
    return [time.earliest(), time.latest()].some((now) => isTimely(authorization, headers, now));
  }

  /** What is believed of a caller, or else what is read; that is believed from then on. */
  private async believe(key: string, read: () => Promise<Principal>): Promise<Principal> {
    const known = this.believed(key);
    if (known) return known;
    const { changes } = this;
    const principal = await read();
    if (changes !== this.changes) return principal;
    this.callers.delete(key);
    this.callers.set(key, { principal, until: this.clock() + BELIEVED_MS });
    if (this.callers.size > MOST_CALLERS) this.callers.delete(this.callers.keys().next().value as string);
    return principal;
  }

  private changed(): void {
    this.changes++;
    this.callers.clear();
  }

  /** @param bond of what it is made from; without a family it begins one */
  private async issue(
    homeDomain: string,
    scope: ScopeRequest,
    methods: string[],
    { userId, epochs, family = newId() }: Bond,
    life?: number,
  ): Promise<IssuedToken> {
    const project = scope.project ? await this.findProject(scope.project, homeDomain) : undefined;
    if (scope.domain && !project) {
      const home = await this.directory.accounts.get(homeDomain);
      if (!isNamed(scope.domain, home)) throw ERRORS.scopeNotFound('domain');
    }
    const { user, account } = epochs;
    const ofProject = project ? { projectId: project.id } : {};
    const bond: Bond = {
      userId,
      family,
      epochs: { user, account, ...(project ? { project: project.epoch } : {}) },
      ...ofProject,
    };
    const subject = { userId, domainId: homeDomain, ...ofProject, methods, bond };
    return this.examine(this.tokens.issue(subject, life).text);
  }

  /** @param access the access key used, for the refusal's text */
  private async principalOf(userId: string, wanted?: string, access?: string): Promise<Principal> {
    const row = await this.userQuery().where('users.id', '=', userId).executeTakeFirst();
    if (row?.enabled !== 1 || row.domain_enabled !== 1) {
      throw access ? ERRORS.noSuchAccessKey(access) : ERRORS.unauthenticated('decrypt token fail');
    }
    const domain = { id: row.domain_id, name: row.domain_name };
    const projectId = wanted === domain.id ? undefined : wanted;
    const project = projectId === undefined ? undefined : await this.directory.projects.find(projectId);
    if (projectId !== undefined && (project?.domain.id !== domain.id || !project.enabled)) {
      throw ERRORS.wrongProject(`the project ${projectId} is not one of your account, or it is disabled`);
    }
    return {
      user: { id: row.id, name: row.name, domain },
      domainId: domain.id,
      project,
      bond: { userId, epochs: { user: row.epoch, account: row.domain_epoch } },
      ...rightsOf(await this.directory.roles.holdings(domain.id, row.id), projectId),
    };
  }

  /** @throws CtsError 401 */
  private async keyHolder(bearer: string): Promise<Principal> {
    const cached = `key ${createHash('sha256').update(bearer).digest('base64url')}`;
    return this.believe(cached, async () => {
      const key = await this.ingestKeys.find(bearer);
      const project = key && (await this.directory.projects.find(key.projectId));
      const account = project?.enabled ? await this.directory.accounts.get(project.domain.id) : undefined;
      if (!key || !project || !account?.enabled) {
        throw ERRORS.unauthenticated(
          'the ingest key is unknown or revoked, or its project or account is disabled',
        );
      }
      await this.ingestKeys.noteUse(key.id);
      const { id, name, source } = key;
      const user = { id, name, domain: project.domain };
      return { user, source, domainId: project.domain.id, project, ...REPORTER };
    });
  }

  private findUser({ id, name, domain }: PasswordLogin['user']) {
    const query = this.userQuery();
    if (id !== undefined) return query.where('users.id', '=', id).executeTakeFirst();
    const named = query.where('users.name', '=', name ?? '');
    return domain?.id !== undefined
      ? named.where('domains.id', '=', domain.id).executeTakeFirst()
      : named.where('domains.name', '=', domain?.name ?? '').executeTakeFirst();
  }

  private userQuery() {
    return this.metadata
      .selectFrom('users')
      .innerJoin('domains', 'domains.id', 'users.domain_id')
      .select([
        'users.id',
        'users.name',
        'users.password_hash',
        'users.enabled',
        'users.epoch',
        'domains.id as domain_id',
        'domains.name as domain_name',
        'domains.enabled as domain_enabled',
        'domains.epoch as domain_epoch',
      ]);
  }

  private async findProject(
    wanted: NonNullable<ScopeRequest['project']>,
    homeDomain: string,
  ): Promise<Project> {
    const project = (await this.directory.projects.list(homeDomain)).find(
      ({ id, name }) => (wanted.id ?? id) === id && (wanted.id !== undefined || wanted.name === name),
    );
    if (!project?.enabled || !isNamed(wanted.domain, project.domain)) throw ERRORS.scopeNotFound('project');
    return project;
  }
}

/** Whether a reference by id, by name or by neither fits the account. */
function isNamed(wanted: { id?: string; name?: string } = {}, domain: Domain): boolean {
  return (wanted.id ?? domain.id) === domain.id && (wanted.name ?? domain.name) === domain.name;
}

/** Stands for an unknown user, in the place of a known one's id; a digest, since names can be long. */
function digestOf({ id, name, domain }: PasswordLogin['user']): string {
  const given = [id, name, domain?.id, domain?.name];
  return createHash('sha256').update(JSON.stringify(given)).digest('base64url');
}
