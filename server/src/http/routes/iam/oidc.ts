import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import Type from 'typebox';
import { CtsError, ERRORS } from '../../../errors.ts';
import {
  type Group,
  MOST_MEMBERSHIPS,
  type OidcJourney,
  OidcSignIn,
  type OutsideUser,
  type User,
  type Withheld,
} from '../../../iam/index.ts';
import { Sealer } from '../../../kms/index.ts';
import { about } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { consolePage } from './console-path.ts';
import { describeSession, Session } from './session-view.ts';

const JOURNEY = 'opencts_oidc_journey';
const TICKET = 'opencts_oidc_ticket';
const JOURNEY_MS = 10 * 60_000;
const TICKET_MS = 60_000;
/** Of the address to come back to. */
const MAX_RETURN = 2_000;
/** People whose tickets may be spent within the life of one. */
const MOST_SPENT = 10_000;

interface Ticket {
  id: string;
  /** Issued on arrival; what ends it ends the ticket. */
  token: string;
  expiresAt: number;
}

/** Sign-in of people through an outside OpenID Connect provider, for the console. */
export const oidcRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { iam, config, publicUrl, clock, rootKey, sessions, operations, log } = deps;
  const signIn = config.oidcIssuer
    ? await OidcSignIn.with({
        issuer: config.oidcIssuer,
        clientId: config.oidcClientId,
        clientSecret: config.oidcClientSecret,
        scope: config.oidcScope,
        nameClaim: config.oidcNameClaim,
        groupsClaim: config.oidcGroupsClaim,
      })
    : undefined;
  const sealer = new Sealer(rootKey, 'oidc cookie');
  /** Tickets that were handed in; each counts once. */
  const spent = new Map<string, number>();

  const keep = (reply: FastifyReply, name: string, value: object, ms: number, sameSite: 'lax' | 'strict') =>
    reply.setCookie(name, sealer.seal(JSON.stringify(value), name), {
      path: '/oidc',
      httpOnly: true,
      sameSite,
      secure: publicUrl().startsWith('https:'),
      maxAge: ms / 1000,
    });
  const kept = <Value>(cookies: Record<string, string | undefined>, name: string): Value | undefined => {
    const text = sealer.open(cookies[name] ?? '', name);
    return text === undefined ? undefined : (JSON.parse(text) as Value);
  };
  const redirectUri = () => `${publicUrl()}/oidc/callback`;

  server.get(
    '/oidc',
    {
      config: { action: 'open' },
      schema: {
        summary: 'Whether people sign in through an OpenID Connect provider',
        tags: ['identity'],
        response: { 200: Type.Object({ enabled: Type.Boolean() }) },
      },
    },
    async () => ({ enabled: signIn !== undefined }),
  );

  server.get(
    '/oidc/login',
    {
      config: { action: 'open' },
      schema: {
        summary: 'Go to the provider',
        tags: ['identity'],
        querystring: Type.Object({ return: Type.String({ maxLength: MAX_RETURN, default: '/console/' }) }),
      },
    },
    async (request, reply) => {
      if (!signIn) throw ERRORS.noSuchPath(request.method, '/oidc/login');
      const returnTo = consolePage(request.query.return);
      if (returnTo === undefined) {
        throw ERRORS.invalidQuery(
          'return',
          'return must be a page of the console: a path that begins with /console/',
        );
      }
      const { url, journey } = await signIn.begin(redirectUri(), returnTo);
      keep(reply, JOURNEY, { ...journey, expiresAt: clock() + JOURNEY_MS }, JOURNEY_MS, 'lax');
      return reply.redirect(url);
    },
  );

  server.get(
    '/oidc/callback',
    {
      config: {
        action: 'open',
        audit: {
          service: 'IAM',
          resourceType: 'user',
          name: 'oidcLoginFailed',
          evenUnrecorded: true,
          ofConsole: true,
        },
      },
      schema: { summary: 'Come back from the provider', tags: ['identity'] },
    },
    async (request, reply) => {
      reply.clearCookie(JOURNEY, { path: '/oidc' });
      try {
        const { ticket, returnTo } = await arrive(request);
        keep(reply, TICKET, ticket, TICKET_MS, 'strict');
        return reply.redirect(pageOf(returnTo, 'sso', '1'));
      } catch (error) {
        // A person is at the other end: the console tells what went wrong. A text in the address could be anybody's.
        if (!(error instanceof CtsError) || !signIn) throw error;
        about(request, { status: error.status });
        return reply.redirect(pageOf('/console/', 'sso_error', String(error.status)));
      }
    },
  );

  /** @throws CtsError 401, 403, 503 */
  async function arrive(request: FastifyRequest): Promise<{ ticket: Ticket; returnTo: string }> {
    if (!signIn) throw ERRORS.noSuchPath(request.method, '/oidc/callback');
    const { directory } = iam;
    const account = (await directory.accounts.list()).find(({ name }) => name === config.oidcDomain);
    if (!account?.enabled) throw ERRORS.unauthenticated(`there is no account ${config.oidcDomain}`);
    const domain = { id: account.id, name: account.name };
    const nobody = { id: '', name: '(unknown user)', domain };
    about(request, { actor: { user: nobody, domainId: account.id } });
    const journey = kept<OidcJourney & { expiresAt: number }>(request.cookies, JOURNEY);
    if (!journey || journey.expiresAt < clock()) {
      throw ERRORS.unauthenticated('the sign-in took too long, or was begun in another browser; begin anew');
    }
    const query = request.url.slice(request.url.indexOf('?'));
    const outside = await signIn.finish(new URL(`${redirectUri()}${query}`), journey);
    // The first sign-in makes the user, each one puts it into its groups.
    await server.auditBegin(request);
    const began = clock();
    const { user, groups, withheld } = await directory.outsideUsers.admit(account.id, outside);
    tellGroups(log, user, outside, groups);
    tellWithheld(log, user, groups, withheld);
    const acted = { id: user.id, name: user.name, domain };
    about(request, {
      name: 'oidcLoginSuccess',
      resourceId: user.id,
      resourceName: user.name,
      actor: { user: acted, domainId: account.id },
      status: 200,
      message: `put into the groups: ${groups.map(({ name }) => name).join(', ') || 'none'}`,
    });
    if (user.createdAt >= began) await reportMade(acted);
    const { text: token } = await iam.issueFor(user.id, ['oidc']);
    const ticket = { id: journey.state, token, expiresAt: clock() + TICKET_MS };
    return { ticket, returnTo: journey.returnTo };
  }

  /** The sign-in of a person from outside has made a user of the account. */
  function reportMade(user: { id: string; name: string; domain: { id: string; name: string } }) {
    return operations.report(
      { domainId: user.domain.id },
      {
        trace_name: 'createUser',
        trace_type: 'SystemAction',
        service_type: 'IAM',
        resource_type: 'user',
        resource_id: user.id,
        resource_name: user.name,
        user,
        code: '201',
        message: 'made at the first sign-in through the OpenID Connect provider',
      },
      true,
    );
  }

  server.post(
    '/oidc/session',
    {
      config: { action: 'open' },
      schema: {
        summary: 'Begin the console session of a person who has come back from the provider',
        tags: ['identity'],
        response: { 201: Session },
      },
    },
    async (request, reply) => {
      reply.clearCookie(TICKET, { path: '/oidc' });
      const ticket = kept<Ticket>(request.cookies, TICKET);
      const now = clock();
      for (const [id, until] of spent) if (until < now) spent.delete(id);
      if (!ticket || ticket.expiresAt < now || spent.has(ticket.id)) {
        throw ERRORS.unauthenticated('nobody has just come back from the provider');
      }
      spent.set(ticket.id, ticket.expiresAt);
      if (spent.size > MOST_SPENT) spent.delete(spent.keys().next().value as string);
      const token = await iam.examine(ticket.token);
      sessions.keep(reply, token, publicUrl());
      return reply.code(201).send(await describeSession(iam, token));
    },
  );
};

/** @param path as `consolePage` gave it */
function pageOf(path: string, name: string, value: string): string {
  const page = new URL(path, 'http://console');
  page.searchParams.set(name, value);
  return `${page.pathname}${page.search}`;
}

const WITHHELD: Record<Withheld['why'], string> = {
  last: 'nobody could administer the account any more',
  full: `a user is in at most ${MOST_MEMBERSHIPS} groups`,
};

/** Leaves in the log which memberships stay as they were, against what the provider told. */
function tellWithheld(log: Logger, user: User, groups: Group[], withheld: Withheld[]): void {
  for (const { group, why: reason } of withheld) {
    const why = WITHHELD[reason];
    const details = { user: user.name, group: group.name, why };
    if (groups.includes(group)) log.warn(details, 'a person stays in a group that the provider did not tell');
    else log.warn(details, 'a person is not put into a group that the provider told');
  }
}

/** Groups told in the log, of a person with very many. */
const MOST_LOGGED = 50;

/** Leaves in the log which groups the provider told, and what became of them: the usual question of a first day. */
function tellGroups(log: Logger, user: User, { groups, told, missing }: OutsideUser, matched: Group[]): void {
  const details = {
    user: user.name,
    told: told.slice(0, MOST_LOGGED),
    toldInAll: told.length,
    matched: matched.map(({ name }) => name),
  };
  if (matched.length > 0) log.info(details, 'groups of a person from the provider');
  else {
    const why = missing ?? (groups.length === 0 ? 'the provider told none' : 'the account has none of these');
    log.warn({ ...details, why }, 'a person from the provider is in no group, and may do nothing');
  }
}
