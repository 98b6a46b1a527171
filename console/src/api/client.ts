import { type Api as Calls, createApi, dataOf, enterProject, signIn as takeToken } from '@opencts/client/api';
import type { Session } from './session.ts';
import type { AccountedHour, FacetValue, Histogram, TracePage, TraceParameters, Tracker } from './types.ts';

export { OpenCtsError as ApiError } from '@opencts/client/api';
export type Parameters = TraceParameters;
type Facet = 'user' | 'service_type' | 'resource_type' | 'trace_name' | 'trace_type' | 'tracker_name';

const HERE = globalThis.location?.origin ?? '';
/** Marks what is done here as done in the console. */
export const headers = { 'x-opencts-client': 'console' };

/** Signs in and takes a token for the first project that the user may enter. @throws ApiError */
export async function signIn(domain: string, user: string, password: string): Promise<Session | undefined> {
  const api = createApi({ url: HERE });
  const { token } = await takeToken(api, { domain, user, password });
  return enterFirst(api, token);
}

/** Whether people may sign in through an outside provider. */
export async function hasProvider(): Promise<boolean> {
  return (await dataOf(createApi({ url: HERE }).GET('/oidc'))).enabled;
}

/** The session of a person who has just come back from the provider. @throws ApiError */
export async function arriveFromProvider(): Promise<Session | undefined> {
  const api = createApi({ url: HERE });
  const { response } = await api.POST('/oidc/token');
  return enterFirst(api, response.headers.get('x-subject-token') ?? '');
}

async function enterFirst(api: Calls, accountToken: string): Promise<Session | undefined> {
  const call = api.GET('/v3/auth/projects', { headers: { 'x-auth-token': accountToken } });
  const [project] = (await dataOf(call)).projects;
  if (!project) return undefined;
  const { token, userName, domainName } = await enterProject(api, accountToken, project.id);
  return { token, userName, domainName, project: { id: project.id, name: project.name } };
}

/** Reads and changes one project. Every call rejects with ApiError; 401 means that the session is over. */
export class Api {
  /** Typed calls of every route. */
  readonly calls: Calls;
  /** The project in the path of a call. */
  readonly path: { project_id: string };
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
    this.path = { project_id: session.project.id };
    this.calls = createApi({ url: HERE, token: () => session.token });
  }

  async signOut(): Promise<void> {
    await this.calls.DELETE('/v3/auth/tokens', {
      headers: { ...headers, 'x-subject-token': this.session.token },
    });
  }

  traces(parameters: Parameters, signal?: AbortSignal): Promise<TracePage> {
    const params = { path: this.path, query: parameters };
    return dataOf(this.calls.GET('/v3/{project_id}/traces', { params, signal }));
  }

  histogram(parameters: Parameters & { buckets: number }, signal?: AbortSignal): Promise<Histogram> {
    const params = { path: this.path, query: parameters };
    return dataOf(this.calls.GET('/v3/{project_id}/traces/histogram', { params, signal }));
  }

  async facet(field: Facet, parameters: Parameters, signal?: AbortSignal): Promise<FacetValue[]> {
    const params = { path: this.path, query: { ...parameters, field, limit: 500 } };
    return (await dataOf(this.calls.GET('/v3/{project_id}/traces/facets', { params, signal }))).values;
  }

  async accounting(from: number, to: number, signal?: AbortSignal): Promise<AccountedHour[]> {
    const params = { path: this.path, query: { from, to } };
    return (await dataOf(this.calls.GET('/v3/{project_id}/accounting', { params, signal }))).hours;
  }

  exportCsv(parameters: Parameters & { limit: number; time_zone: string }): Promise<Blob> {
    const params = { path: this.path, query: parameters };
    const call = this.calls.GET('/v3/{project_id}/traces/export', { params, headers, parseAs: 'blob' });
    return dataOf(call) as Promise<Blob>;
  }

  /** The tracker that records what is done in the project; undefined: CTS is not enabled. */
  async managementTracker(signal?: AbortSignal): Promise<Tracker | undefined> {
    const params = { path: this.path, query: { tracker_type: 'system' } } as const;
    const { trackers } = await dataOf(this.calls.GET('/v3/{project_id}/trackers', { params, signal }));
    return trackers[0];
  }

  enable(): Promise<Tracker> {
    return dataOf(
      this.calls.POST('/v3/{project_id}/tracker', {
        params: { path: this.path },
        headers,
        body: { tracker_type: 'system', tracker_name: 'system' },
      }),
    );
  }
}
