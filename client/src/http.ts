import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './api.ts';
import { OpenCtsError } from './error.ts';

/** Every call of the service, typed by its OpenAPI document: `api.GET('/v3/{project_id}/trackers', …)`. */
export type Api = Client<paths>;

export interface ApiOptions {
  /** Of the service, such as http://127.0.0.1:8780; empty in a page that it serves. */
  url: string;
  /** Sent as X-Auth-Token; asked for with every request. */
  token?: () => string | undefined | Promise<string | undefined>;
  /** Called with every request, to put other credentials on it. */
  authorize?: (request: Request) => void | Promise<void>;
  /** Sent with every request. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

/** A typed client whose calls reject with {@link OpenCtsError} instead of answering errors. */
export function createApi({ url, token, authorize, headers, fetch: send = fetch }: ApiOptions): Api {
  const api = createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: headers ?? {},
    fetch: (request) => send(request),
  });
  api.use({
    async onRequest({ request }) {
      const text = request.headers.has('x-auth-token') ? undefined : await token?.();
      if (text) request.headers.set('x-auth-token', text);
      await authorize?.(request);
    },
    async onResponse({ response }) {
      // A batch of which every trace was rejected is an answer, too.
      const ignored = response.headers.get('x-opencts-ignored');
      if (ignored) {
        const message = `the service does not know ${ignored}, and has answered as if it were not there`;
        throw new OpenCtsError(response.status, '', message);
      }
      if (response.ok || (response.status === 400 && (await isVerdict(response.clone())))) return;
      throw await OpenCtsError.of(response);
    },
    onError({ error }) {
      if (error instanceof OpenCtsError || (error as Error).name === 'AbortError') return error as Error;
      const reason = (error as { cause?: Error }).cause?.message ?? (error as Error).message;
      return new OpenCtsError(0, '', `${url || 'the service'} cannot be reached: ${reason}`, {
        cause: error,
      });
    },
  });
  return api;
}

/** What a call that succeeded has brought. */
export async function dataOf<Data>(call: Promise<{ data?: Data; error?: unknown }>): Promise<Data> {
  const { data, error } = await call;
  return (data ?? error) as Data;
}

async function isVerdict(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => ({}))) as { rejected?: unknown };
  return Array.isArray(body.rejected);
}

export interface Login {
  /** Account. */
  domain: string;
  user: string;
  password: string;
}

export interface SignedIn {
  token: string;
  userId: string;
  userName: string;
  domainId: string;
  domainName: string;
  /** Absent when the token is scoped to the account. */
  project?: { id: string; name: string };
}

type AuthBody = paths['/v3/auth/tokens']['post']['requestBody']['content']['application/json'];

/** A token for the account itself. @throws OpenCtsError */
export function signIn(api: Api, { domain, user, password }: Login): Promise<SignedIn> {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, password, domain: { name: domain } } },
  };
  return authenticate(api, { auth: { identity, scope: { domain: { name: domain } } } });
}

/** A token for a project, in exchange for another one. @throws OpenCtsError */
export function enterProject(api: Api, token: string, projectId: string): Promise<SignedIn> {
  const identity = { methods: ['token'], token: { id: token } };
  return authenticate(api, { auth: { identity, scope: { project: { id: projectId } } } });
}

async function authenticate(api: Api, body: AuthBody): Promise<SignedIn> {
  const { data, response } = await api.POST('/v3/auth/tokens', {
    params: { query: { nocatalog: '1' } },
    body,
  });
  const text = response.headers.get('x-subject-token');
  if (!text || !data) throw new OpenCtsError(response.status, '', 'the service gave no token');
  const { user, project } = data.token;
  return {
    token: text,
    userId: user.id,
    userName: user.name,
    domainId: user.domain.id,
    domainName: user.domain.name,
    ...(project ? { project: { id: project.id, name: project.name } } : {}),
  };
}
