import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { escapeHtml, isSelfConfirming, parseUrn, type Subscription } from '../../../smn/index.ts';
import type { AuditedOperation } from '../../audit.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { idOf, RequestId } from './smn-route.ts';
import { aboutSubscription } from './subscription-by-urn.ts';

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const text = Type.String({ default: '', maxLength: 2048 });
const Confirming = Type.Object({
  token: text,
  topic_urn: text,
  endpoint: text,
  region: text,
  region_id: text,
});
const Leaving = Type.Object({ subscription_urn: text, token: text, region: text, region_id: text });
const config = { action: 'open', smn: true };
const acting = (name: string) => ({
  ...config,
  audit: { service: 'SMN', resourceType: 'subscription', name } satisfies AuditedOperation,
});
const confirming = acting('confirmSubscription');
const leaving = acting('cancelSubscription');

/**
 * The links in messages: the token in them is the proof, so they ask for no credentials
 * (`docs/reference/smn-api.md` 4).
 */
export const linkRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { subscriptions, certificates, iam },
) => {
  // The forms of the pages have no fields.
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, _body, done) => done(null, undefined),
  );

  const noSuchToken = () =>
    ERRORS.smn(
      403,
      '0022',
      'the link is unknown, was used already, or is older than 48 hours; subscribe again',
    );

  /** The subscriber acts, whom no account knows: the trace goes to the project of the topic. */
  async function asSubscriber(request: FastifyRequest, subscription: Subscription): Promise<void> {
    const { projectId } = subscription;
    const project = await iam.directory.projects.find(projectId);
    if (!project) throw noSuchToken();
    const { domain } = project;
    const actor = { user: { id: '', name: '(subscriber)', domain }, domainId: domain.id, projectId };
    aboutSubscription(request, subscription, { actor });
    await server.auditBegin(request);
  }

  async function confirm(request: FastifyRequest, token: string): Promise<Subscription> {
    const wanted = await subscriptions.ofToken(token);
    if (!wanted) throw noSuchToken();
    await asSubscriber(request, wanted);
    const confirmed = await subscriptions.confirm(token);
    if (!confirmed) throw noSuchToken();
    return confirmed;
  }
  async function leave(
    request: FastifyRequest,
    { subscription_urn, token }: Static<typeof Leaving>,
  ): Promise<Subscription> {
    const id = parseUrn(subscription_urn)?.subscriptionId;
    const known = id === undefined ? undefined : await subscriptions.ofLeaveToken(id, token);
    if (!known) throw noSuchToken();
    await asSubscriber(request, known);
    return (await subscriptions.leave(known.id, token)) ?? known;
  }
  /** A program; chat systems open links to show what is behind them, as scanners of mails do. */
  const isProgram = (subscription: Subscription) =>
    subscription.protocol.startsWith('http') && isSelfConfirming(subscription);

  server.get(
    '/smn/subscription/confirm',
    {
      config: confirming,
      schema: {
        summary: 'Confirm a subscription: at once for HTTP(S), by a page with a button for people',
        tags: ['smn links'],
        querystring: Confirming,
        produces: ['text/html', 'application/json'],
      },
    },
    async (request, reply) => {
      const { token } = request.query;
      const wanted = await subscriptions.ofToken(token);
      if (!wanted) return page(reply.code(403), 'This link is no longer valid', noSuchToken().message);
      if (isProgram(wanted)) {
        const { urn } = await confirm(request, token);
        return reply.send({ ...idOf(request), subscription_urn: urn });
      }
      // Only the button confirms.
      return page(
        reply,
        'Confirm your subscription',
        `Messages of ${wanted.topicUrn} will be sent to ${wanted.endpoint}.`,
        { action: `/smn/subscription/confirm?${new URLSearchParams({ token })}`, label: 'Confirm' },
      );
    },
  );
  server.post(
    '/smn/subscription/confirm',
    {
      config: confirming,
      schema: {
        summary: 'Confirm a subscription by the button of its page',
        tags: ['smn links'],
        querystring: Confirming,
        produces: ['text/html'],
      },
    },
    async (request, reply) => {
      const { token } = request.query;
      const wanted = await subscriptions.ofToken(token);
      if (!wanted) return page(reply.code(403), 'This link is no longer valid', noSuchToken().message);
      const confirmed = await confirm(request, token);
      return page(
        reply,
        'Confirmed',
        `Messages of ${confirmed.topicUrn} are sent to ${confirmed.endpoint} from now on.`,
      );
    },
  );

  server.get(
    '/smn/subscription/unsubscribe',
    {
      config,
      schema: {
        summary: 'A page with a button to leave a topic',
        tags: ['smn links'],
        querystring: Leaving,
        produces: ['text/html'],
      },
    },
    async (request, reply) => {
      const { subscription_urn, token } = request.query;
      const id = parseUrn(subscription_urn)?.subscriptionId;
      const known = id === undefined ? undefined : await subscriptions.ofLeaveToken(id, token);
      if (!known) return page(reply.code(403), 'This link is not valid', noSuchToken().message);
      return page(
        reply,
        'No more messages?',
        `Messages of ${known.topicUrn} are sent to ${known.endpoint}.`,
        {
          action: `/smn/subscription/unsubscribe?${new URLSearchParams({ subscription_urn, token })}`,
          label: 'Send no more',
        },
      );
    },
  );
  server.post(
    '/smn/subscription/unsubscribe',
    {
      config: leaving,
      schema: {
        summary: 'Leave a topic by the button of its page',
        tags: ['smn links'],
        querystring: Leaving,
        produces: ['text/html'],
      },
    },
    async (request, reply) => {
      const left = await leave(request, request.query);
      return page(
        reply,
        'No more messages',
        `${left.endpoint} gets no more messages of ${left.topicUrn}. A last one tells how to return.`,
      );
    },
  );

  for (const path of [
    '/rest/v2/notifications/subscription/confirm',
    '/v2/notifications/subscriptions/subscribe',
  ]) {
    server.get(
      path,
      {
        config: confirming,
        schema: {
          summary: 'Confirm a subscription by program',
          tags: ['smn links'],
          querystring: Confirming,
          response: { 200: Type.Object({ ...RequestId, subscription_urn: Type.String() }) },
        },
      },
      async (request) => ({
        ...idOf(request),
        subscription_urn: (await confirm(request, request.query.token)).urn,
      }),
    );
  }
  for (const path of [
    '/rest/v2/notifications/subscription/unsubscribe',
    '/v2/notifications/subscriptions/unsubscribe',
  ]) {
    server.get(
      path,
      {
        config: leaving,
        schema: {
          summary: 'Leave a topic by program',
          tags: ['smn links'],
          querystring: Leaving,
          response: { 200: Type.Object({ message: Type.String() }) },
        },
      },
      async (request) => {
        const { endpoint } = await leave(request, request.query);
        return { message: `${endpoint} gets no more messages` };
      },
    );
  }

  for (const path of ['/smn/:certificate', '/v2/notifications/certifications/download/:certificate']) {
    server.get(
      path,
      {
        config,
        schema: {
          summary: 'The certificate with which messages are verified (signing_cert_url)',
          tags: ['smn links'],
          params: Type.Object({ certificate: Type.String({ maxLength: 200 }) }),
          produces: ['application/x-pem-file'],
        },
      },
      async (request, reply) => {
        const { certificate } = request.params;
        const pem = await certificates.pem(certificate);
        if (!pem) throw ERRORS.smn(404, '0006', `there is no certificate ${certificate}`);
        return reply.type('application/x-pem-file').send(pem);
      },
    );
  }
};

/** A page for people who come by a link; no script, nothing from elsewhere. */
function page(reply: FastifyReply, title: string, what: string, button?: { action: string; label: string }) {
  const form = button
    ? `<form method="post" action="${escapeHtml(button.action)}"><button type="submit">${button.label}</button></form>`
    : '';
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} – OpenCTS</title><style>body{font:16px/1.5 sans-serif;color:#0f141a;background:#f4f6f8;display:grid;place-items:center;min-height:90vh;margin:0}main{background:#fff;padding:32px;border-radius:12px;max-width:520px;margin:16px;overflow-wrap:anywhere}h1{font-size:22px;margin:0 0 12px}button{font:inherit;font-weight:700;color:#fff;background:#0b5cad;border:0;border-radius:20px;padding:8px 24px;cursor:pointer}</style></head><body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(what)}</p>${form}</main></body></html>`,
    );
}
