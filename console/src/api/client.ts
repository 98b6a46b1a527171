import type { Session } from './session.ts';
import type { AccountedHour, FacetValue, Histogram, TracePage } from './types.ts';

/** A refusal of the service; status 0: it could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Parameters = Record<string, string | number | string[] | undefined>;

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError(0, 'the service cannot be reached');
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as {
    error_msg?: string;
    error?: { message: string };
  };
  throw new ApiError(response.status, body.error_msg ?? body.error?.message ?? `status ${response.status}`);
}

const json = { 'content-type': 'application/json' };

/** Signs in and takes a token for the account's first project. @throws ApiError */
export async function signIn(domain: string, user: string, password: string): Promise<Session | undefined> {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, password, domain: { name: domain } } },
  };
  const account = await authenticate({ identity });
  const response = await send('/v3/auth/projects', { headers: { 'x-auth-token': account.token } });
  const { projects } = (await response.json()) as { projects: { id: string; name: string }[] };
  const [project] = projects;
  if (!project) return undefined;
  const scoped = {
    identity: { methods: ['token'], token: { id: account.token } },
    scope: { project: { id: project.id } },
  };
  const { token, userName, domainName } = await authenticate(scoped);
  return { token, userName, domainName, project: { id: project.id, name: project.name } };
}

async function authenticate(auth: object) {
  const response = await send('/v3/auth/tokens?nocatalog=1', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ auth }),
  });
  const { token } = (await response.json()) as {
    token: { user: { name: string; domain: { name: string } } };
  };
  return {
    token: response.headers.get('x-subject-token') ?? '',
    userName: token.user.name,
    domainName: token.user.domain.name,
  };
}

/** Reads one project. Every call rejects with ApiError; 401 means that the session is over. */
export class Api {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async signOut(): Promise<void> {
    const headers = { 'x-auth-token': this.session.token, 'x-subject-token': this.session.token };
    await send('/v3/auth/tokens', { method: 'DELETE', headers });
  }

  traces(parameters: Parameters, signal?: AbortSignal): Promise<TracePage> {
    return this.get('/traces', parameters, signal);
  }

  histogram(parameters: Parameters, signal?: AbortSignal): Promise<Histogram> {
    return this.get('/traces/histogram', parameters, signal);
  }

  async facet(field: string, parameters: Parameters, signal?: AbortSignal): Promise<FacetValue[]> {
    const { values } = await this.get<{ values: FacetValue[] }>(
      '/traces/facets',
      { ...parameters, field, limit: 500 },
      signal,
    );
    return values;
  }

  async accounting(from: number, to: number, signal?: AbortSignal): Promise<AccountedHour[]> {
    return (await this.get<{ hours: AccountedHour[] }>('/accounting', { from, to }, signal)).hours;
  }

  async exportCsv(parameters: Parameters): Promise<Blob> {
    return (await this.fetch('/traces/export', parameters)).blob();
  }

  private async get<T>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<T> {
    return (await (await this.fetch(path, parameters, signal)).json()) as T;
  }

  private fetch(path: string, parameters: Parameters, signal?: AbortSignal): Promise<Response> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined || value === '') continue;
      for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
    }
    return send(`/v3/${this.session.project.id}${path}?${query}`, {
      headers: { 'x-auth-token': this.session.token },
      signal,
    });
  }
}
