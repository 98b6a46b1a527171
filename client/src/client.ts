import type { paths } from './api.ts';
import { OpenCtsError } from './error.ts';
import { exactJson } from './exact.ts';
import { type Api, createApi, dataOf, enterProject, type Login, type SignedIn, signIn } from './http.ts';
import { tracesOf } from './trace-text.ts';

export interface ClientOptions {
  /** Of the service, such as http://127.0.0.1:8780. */
  url: string;
  /** Of a user, or a token that was issued to one. */
  credentials: Login | { token: string };
  /** Name or id of the project; default: the first one that the user may enter. */
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
  private session: Promise<SignedIn> | undefined;

  constructor(options: ClientOptions) {
    this.options = options;
    const { url, fetch } = options;
    this.anonymous = createApi({ url, fetch });
    this.api = createApi({ url, fetch, token: async () => (await this.enter()).token });
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
        if (!(error instanceof OpenCtsError) || error.status !== 401 || again) throw error;
        this.session = undefined;
      }
    }
  }

  private enter(): Promise<SignedIn> {
    this.session ??= this.signIn().catch((error) => {
      this.session = undefined;
      throw error;
    });
    return this.session;
  }

  private async signIn(): Promise<SignedIn> {
    const { credentials, project: wanted } = this.options;
    const { token } = 'token' in credentials ? credentials : await signIn(this.anonymous, credentials);
    const headers = { 'x-auth-token': token };
    const { projects } = await dataOf(this.anonymous.GET('/v3/auth/projects', { headers }));
    const project = projects.find(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
    if (!project) {
      const message = wanted ? `there is no project ${wanted}` : 'you may enter no project of the account';
      throw new OpenCtsError(404, '', message);
    }
    return enterProject(this.anonymous, token, project.id);
  }
}
