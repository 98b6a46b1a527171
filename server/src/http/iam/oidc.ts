import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CtsError, ERRORS } from '../../errors.ts';
import { type OidcJourney, OidcSignIn } from '../../iam/index.ts';
import { Sealer } from '../../kms/index.ts';
import { about } from '../audit.ts';
import type { ServerDeps } from '../server.ts';
import { describeSession, Session } from './sessions.ts';

const JOURNEY = 'opencts_oidc_journey';
const TICKET = 'opencts_oidc_ticket';
const JOURNEY_MS = 10 * 60_000;
const TICKET_MS = 60_000;
/** Pages of the console only: an open redirect would lend its name to strangers. */
const CONSOLE_PATH = '^/console/[A-Za-z0-9/_.~?&=%+:,-]*$';

interface Ticket {
  id: string;
  userId: string;
  domainId: string;
  expiresAt: number;
}

/** Sign-in of people through an outside OpenID Connect provider, for the console. */
export const oidcRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { iam, config, publicUrl, clock, rootKey, sessions } = deps;
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
        querystring: Type.Object({ return: Type.String({ pattern: CONSOLE_PATH, default: '/console/' }) }),
      },
    },
    async (request, reply) => {
      if (!signIn) throw ERRORS.noSuchPath(request.method, '/oidc/login');
      const { url, journey } = await signIn.begin(redirectUri(), request.query.return);
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
    const account = (await directory.accounts()).find(({ name }) => name === config.oidcDomain);
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
    const user = await directory.admitOutsideUser(account.id, outside);
    about(request, {
      name: 'oidcLoginSuccess',
      resourceId: user.id,
      resourceName: user.name,
      actor: { user: { id: user.id, name: user.name, domain }, domainId: account.id },
      status: 200,
    });
    const expiresAt = clock() + TICKET_MS;
    const ticket = { id: journey.state, userId: user.id, domainId: account.id, expiresAt };
    return { ticket, returnTo: journey.returnTo };
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
      const token = await iam.issueFor(ticket.userId, ticket.domainId, {}, ['oidc']);
      sessions.keep(reply, token, publicUrl());
      return reply.code(201).send(await describeSession(iam, token));
    },
  );
};

function pageOf(path: string, name: string, value: string): string {
  const page = new URL(path, 'http://console');
  page.searchParams.set(name, value);
  return `${page.pathname}${page.search}`;
}
