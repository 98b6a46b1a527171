import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { ERRORS } from '../errors.ts';
import { type Iam, networkOf, type Principal, parseAuthorization } from '../iam/index.ts';
import { addressOf } from './address.ts';
import { MAX_OPEN_BODY } from './limits.ts';
import { COOKIE_ALONE, type SessionCookies } from './session-cookies.ts';
import { NO_BODY, SignedBodies, type SignedBody } from './signed-bodies.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do, `signed-in` for any known caller, `open` for everybody. */
    action?: string;
    /** `project_id` of the path may be the account's id instead. */
    accountToo?: boolean;
    /** A Prometheus server may come with the bearer of the configuration. */
    scraper?: boolean;
    /** No API of the clouds has it: it takes no parameter that it does not know. */
    own?: boolean;
    /** Errors in the shape of Keystone. */
    keystone?: boolean;
    /** Errors in the shape of SMN. */
    smn?: boolean;
  }
  interface FastifyRequest {
    /** Who calls; absent on open routes. */
    principal: Principal;
    /** The body of a signed request, which was read to check the signature. */
    signedBody: SignedBody | undefined;
    /** Its credentials are a session of the console. */
    bySession: boolean;
    /** What credentials and rights were when the caller was looked at; null on open routes. */
    admittedAsOf: ReturnType<Iam['asOf']> | null;
  }
}

/** A route, and what it asks of its callers. */
export interface GuardedRoute {
  method: string;
  url: string;
  action: string;
  /** Name of the trace that a call leaves; absent: it leaves none. */
  audit?: string;
}

declare module 'fastify' {
  interface FastifyInstance {
    guardedRoutes: GuardedRoute[];
    /**
     * Looks at the caller once more, where credentials or rights have changed since: what was begun with
     * credentials that have ended takes no effect, and goes no further. Asked when a body has come, which may take
     * long, and while an answer is a stream.
     * @returns undefined at once where nothing has changed: that is asked of every trace
     * @throws CtsError as at the beginning
     */
    readmit: (request: FastifyRequest) => Promise<void> | undefined;
  }
}

/** Paths of files that are served as they are. */
const STATIC = /^\/(console|docs)(\/|$)/;
/** Headers that say what a request is about, not only how it is read. */
const ACTED_ON = ['x-subject-token', 'x-smn-resourceid-type', 'content-encoding'];

/**
 * Makes every route say which action it needs, and checks caller, project and action before anything else.
 * @param metricsToken bearer of Prometheus; empty: none
 */
export function guard(
  server: FastifyInstance,
  iam: Iam,
  sessions: SessionCookies,
  metricsToken: string,
): void {
  server.decorateRequest('principal', null as unknown as Principal);
  server.decorateRequest('signedBody', undefined);
  const bodies = new SignedBodies();
  server.decorateRequest('bySession', false);
  server.decorateRequest('admittedAsOf', null);

  server.decorate('guardedRoutes', []);
  server.addHook('onRoute', (route: RouteOptions) => {
    if (STATIC.test(route.url)) route.config = { ...route.config, action: 'open' };
    if (route.config?.action === 'open') route.bodyLimit ??= MAX_OPEN_BODY;
    if (!route.config?.action) {
      throw new Error(`the route ${String(route.method)} ${route.url} does not say which action it needs`);
    }
    for (const method of [route.method].flat()) {
      const { action, audit } = route.config;
      server.guardedRoutes.push({ method, url: route.url, action, audit: audit?.name });
    }
  });

  server.addHook('onRequest', (request, _reply, done) => {
    const { action, scraper } = request.routeOptions.config;
    // Only the answer to an unknown path has no action; it tells nothing.
    if (action === 'open' || action === undefined || (scraper && isScraper(request, metricsToken))) {
      done();
      return;
    }
    request.admittedAsOf = iam.asOf();
    try {
      // Known credentials are let in at once: this stands in the way of every trace.
      const known = iam.recall(request.headers);
      if (known) {
        admit(request, known);
        done();
        return;
      }
    } catch (error) {
      done(error as Error);
      return;
    }
    const network = networkOf(addressOf(request));
    identify(request, iam, sessions, (prove) => bodies.during(network, request.raw, prove))
      .then((principal) => admit(request, principal))
      .then(() => done(), done);
  });

  server.decorate('readmit', (request: FastifyRequest) => {
    if (!request.admittedAsOf || iam.isCurrent(request.admittedAsOf)) return undefined;
    request.admittedAsOf = iam.asOf();
    const body = async () => request.signedBody ?? NO_BODY;
    const again = true;
    return identify(request, iam, sessions, (prove) => prove(body), again).then((principal) =>
      admit(request, principal),
    );
  });
  server.addHook('preHandler', (request, _reply, done) => {
    const again = server.readmit(request);
    if (again) again.then(() => done(), done);
    else done();
  });

  server.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.signedBody === undefined) {
      done(null, payload);
      return;
    }
    const { bytes } = request.signedBody;
    const again = Readable.from(bytes.length > 0 ? [bytes] : []);
    done(null, Object.assign(again, { receivedEncodedLength: bytes.length }));
  });
}

/** @throws CtsError 403 when the caller may not what the route does, or not there */
function admit(request: FastifyRequest, principal: Principal): void {
  const { action = '' } = request.routeOptions.config;
  request.principal = principal;
  checkScope(request, principal);
  // An ingest key is nobody: it reports, and that is all.
  if (action === 'signed-in' ? principal.source === undefined : principal.allows(action)) return;
  if (!principal.hasRights) throw ERRORS.noRights(`the user ${principal.user.name} has no role here`);
  throw ERRORS.actionDenied(action);
}

function isScraper({ headers }: FastifyRequest, expected: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  const wanted = Buffer.from(expected);
  return expected !== '' && given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * @param withBody gives the way to read the body of a signed request
 * @param again it was identified before: its signature came in time
 */
async function identify(
  request: FastifyRequest,
  iam: Iam,
  sessions: SessionCookies,
  withBody: (prove: (read: () => Promise<SignedBody>) => Promise<Principal>) => Promise<Principal>,
  again = false,
): Promise<Principal> {
  const { authorization } = request.headers;
  // A token wins, and Bearer is the matter of tokens, too.
  if (request.headers['x-auth-token'] || !authorization || /^Bearer /i.test(authorization)) {
    const session = request.headers['x-auth-token'] || authorization ? undefined : sessions.tokenOf(request);
    if (session === undefined) {
      if (!request.headers['x-auth-token'] && !authorization && sessions.lacksHeader(request))
        throw ERRORS.unauthenticated(COOKIE_ALONE);
      return iam.authenticate(request.headers);
    }
    request.bySession = true;
    return iam.authenticateSession(session, wantedProject(request, request.headers['x-project-id']));
  }
  const claimed = parseAuthorization(authorization);
  if (typeof claimed === 'string') throw ERRORS.unauthenticated(claimed);
  const named = claimed.signedHeaders.includes('x-project-id') ? request.headers['x-project-id'] : undefined;
  const signed = {
    method: request.method,
    target: request.raw.url ?? '',
    headers: request.raw.headersDistinct,
  };
  for (const header of ACTED_ON) {
    if (request.headers[header] !== undefined && !claimed.signedHeaders.includes(header)) {
      throw ERRORS.unauthenticated(`the header ${header} decides what is done, so it must be signed`);
    }
  }
  const wanted = wantedProject(request, named);
  const offered =
    request.routeOptions.config.accountToo && !named ? request.headers['x-project-id'] : undefined;
  const address = addressOf(request);
  return withBody((read) => {
    const readBody = async () => {
      request.signedBody = await read();
      return request.signedBody.digest;
    };
    const how = { wanted, offered: offered === undefined ? undefined : String(offered), address, again };
    return iam.authenticateSigned(claimed, signed, readBody, how);
  });
}

/** What the Python SDK of Huawei Cloud leaves where the account's id belongs: its credentials of a project have none. */
const UNFILLED = '{domain_id}';

/** Project, or account, that a request without a scope of its own is about. @param hint of its headers */
function wantedProject(request: FastifyRequest, hint: string | string[] | undefined): string | undefined {
  const { project_id } = request.params as { project_id?: string };
  const hinted = hint ? String(hint) : undefined;
  if (!request.routeOptions.config.accountToo) return project_id ?? hinted;
  return hinted ?? (project_id === UNFILLED ? undefined : project_id);
}

/** The path decides which project is meant; nothing else may contradict it, nor the credentials. */
function checkScope(request: FastifyRequest, principal: Principal): void {
  const { project_id } = request.params as { project_id?: string };
  if (project_id === undefined) return;
  const { accountToo } = request.routeOptions.config;
  const account = accountToo && [principal.domainId, UNFILLED].includes(project_id);
  if (project_id !== principal.project?.id && !account) {
    throw ERRORS.wrongProject(
      principal.project
        ? `the project ${project_id} of the path is not the project ${principal.project.id} of your credentials`
        : `your token is scoped to no project; take one that is scoped to ${project_id}`,
    );
  }
  const hints = { 'x-project-id': principal.project?.id, 'x-domain-id': principal.domainId };
  for (const [header, actual] of Object.entries(hints)) {
    const hint = request.headers[header];
    if (hint !== undefined && hint !== '' && actual !== undefined && hint !== actual) {
      throw ERRORS.wrongProject(`the header ${header} is ${hint}, but the request is about ${actual}`);
    }
  }
}
