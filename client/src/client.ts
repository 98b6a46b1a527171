import type { paths } from './api.ts';
import { OpenCtsError } from './error.ts';
import { exactJson } from './exact.ts';
import {
  type Api,
  type ApiOptions,
  createApi,
  dataOf,
  enterProject,
  type Login,
  type SignedIn,
  signIn,
} from './http.ts';
import { type AccessKey, sign } from './signature.ts';
import { tracesOf } from './trace-text.ts';

/** Of a user, a token that was issued to one, an access key of one, or the ingest key of a producer. */
export type Credentials = Login | { token: string } | AccessKey | IngestKey;

/** Reports traces into one project, and does nothing else. */
export interface IngestKey {
  ingestKey: string;
}

export interface ClientOptions {
  /** Of the service, such as http://127.0.0.1:8780. */
  url: string;
  credentials: Credentials;
  /** Name or id of the project; default: the first one that the user may enter. With an ingest key: its id. */
  project?: string;
  fetch?: typeof fetch;
}

export interface ReportAnswer {
  accepted: number;
  duplicates: number;
  /** Of these, those that are older than the trace list reaches; absent on services that do not tell. */
  late?: number;
  /** The first of them. */
  rejected: { index: number; error_code: string; error_msg: string; field?: string }[];
  /** How many were rejected in all; absent on services that do not tell. */
  rejected_count?: number;
  /** Good traces that nothing records; absent on services that do not tell. */
  not_recorded?: number;
  not_recorded_reasons?: string[];
}

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;
export type TracePage = Answer<'/v3/{project_id}/traces'>;
export type Trace = TracePage['traces'][number];

/** Talks to one project of an OpenCTS (or another CTS); signs in by itself, again when the token has expired. */
export class OpenCtsClient {
  /** Every call, typed; each carries the token of the project. Paths need its id: {@link projectId}. */
  readonly api: Api;
  private readonly options: ClientOptions;
  private readonly anonymous: Api;
  private session: Promise<Session> | undefined;

  constructor(options: ClientOptions) {
    this.options = options;
    const { url, fetch, credentials } = options;
    this.anonymous = createApi({ url, fetch });
    this.api = createApi({ url, fetch, ...this.authorization(credentials) });
  }

  /** Id of the project; signs in if that was not done yet. */
  async projectId(): Promise<string> {
    return (await this.enter()).project?.id ?? '';
  }

  /** Its name; signs in if that was not done yet. */
  async projectName(): Promise<string> {
    return (await this.enter()).project?.name ?? '';
  }

  /**
   * Reports traces; those not listed as rejected or not recorded are durable. What JavaScript does not hold, such as
   * a long number, is sent as it is when it is an {@link Exact}.
   * @throws OpenCtsError
   */
  async reportTraces(traces: readonly object[]): Promise<ReportAnswer> {
    return this.withProject((path) =>
      dataOf(
        this.api.POST('/v3/{project_id}/traces', {
          params: { path },
          body: { traces: traces as never },
          bodySerializer: exactJson,
        }),
      ),
    );
  }

  /** Enables CTS in the project, if it is not enabled yet. @returns whether it was made now */
  async enable(): Promise<boolean> {
    return this.withProject(async (path) => {
      const query = { tracker_type: 'system' } as const;
      const listed = await dataOf(this.api.GET('/v3/{project_id}/trackers', { params: { path, query } }));
      if (listed.trackers.length > 0) return false;
      const body = { tracker_type: 'system', tracker_name: 'system' } as const;
      await this.api.POST('/v3/{project_id}/tracker', { params: { path }, body });
      return true;
    });
  }

  /** One page, newest first. Parameters: those of `GET /v3/{project_id}/traces`. {@link textOf} has them to the last digit. */
  async listTraces(parameters: Record<string, string | number> = {}): Promise<TracePage> {
    return this.withProject((path) => {
      const params = { path, query: parameters };
      return tracesOf<TracePage>(
        dataOf(this.api.GET('/v3/{project_id}/traces', { params, parseAs: 'text' })),
      );
    });
  }

  /** All matching traces, page by page, newest first. */
  async *traces(parameters: Record<string, string | number> = {}): AsyncGenerator<Trace> {
    for (let next: string | null | undefined; next !== null; ) {
      const page: TracePage = await this.listTraces({ limit: 200, ...parameters, ...(next ? { next } : {}) });
      yield* page.traces;
      next = page.meta_data.marker;
    }
  }

  /** Runs a call in the project; a token that has expired is replaced once. */
  async withProject<Result>(call: (path: { project_id: string }) => Promise<Result>): Promise<Result> {
    for (let again = false; ; again = true) {
      try {
        return await call({ project_id: await this.projectId() });
      } catch (error) {
        const expired = error instanceof OpenCtsError && error.status === 401 && hasToken(this.options);
        if (!expired || again) throw error;
        this.session = undefined;
      }
    }
  }

  /** How requests show who sends them; only tokens are fetched first. */
  private authorization(credentials: Credentials): Pick<ApiOptions, 'token' | 'authorize'> {
    if ('ingestKey' in credentials) {
      return { authorize: ({ headers }) => headers.set('authorization', `Bearer ${credentials.ingestKey}`) };
    }
    if ('accessKey' in credentials) return { authorize: (request) => sign(request, credentials) };
    return { token: async () => (await this.enter()).token };
  }

  private enter(): Promise<Session> {
    this.session ??= this.signIn().catch((error) => {
      this.session = undefined;
      throw error;
    });
    return this.session;
  }

  private async signIn(): Promise<Session> {
    const { credentials, project } = this.options;
    if ('ingestKey' in credentials) {
      if (project === undefined) throw new OpenCtsError(0, '', 'with an ingest key, project must be an id');
      return { project: { id: project, name: project } };
    }
    if ('accessKey' in credentials) return { project: await this.choose(this.api) };
    const { token } = 'token' in credentials ? credentials : await signIn(this.anonymous, credentials);
    const { id } = await this.choose(this.anonymous, { 'x-auth-token': token });
    return enterProject(this.anonymous, token, id);
  }

  private async choose(
    api: Api,
    headers: Record<string, string> = {},
  ): Promise<{ id: string; name: string }> {
    const { project: wanted } = this.options;
    const { projects } = await dataOf(api.GET('/v3/auth/projects', { headers }));
    const project = projects.find(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
    if (project) return project;
    const message = wanted ? `there is no project ${wanted}` : 'you may enter no project of the account';
    throw new OpenCtsError(404, '', message);
  }
}

/** Where the calls go, and with which token, if with one. */
type Session = Pick<SignedIn, 'project'> & { token?: string };

/** Whether another token may help. */
function hasToken({ credentials }: ClientOptions): boolean {
  return !('accessKey' in credentials || 'ingestKey' in credentials);
}
