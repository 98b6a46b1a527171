/** A refusal of the service, or a service that cannot be reached (`status` 0). */
export class OpenCtsError extends Error {
  override readonly name = 'OpenCtsError';
  readonly status: number;
  readonly code: string;
  /** Milliseconds that the service asks to wait before a retry. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause });
    this.status = status;
    this.code = code;
    this.retryAfterMs = extra.retryAfterMs;
  }

  /** Whether the same call may succeed later. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Credentials {
  /** Account. */
  domain: string;
  user: string;
  password: string;
}

export interface ClientOptions {
  /** Of the service, such as http://127.0.0.1:8780. */
  url: string;
  credentials: Credentials;
  /** Name or id of the project; default: the account's first one. */
  project?: string;
  fetch?: typeof fetch;
}

export interface ReportAnswer {
  accepted: number;
  duplicates: number;
  rejected: { index: number; error_code: string; error_msg: string; field?: string }[];
  /** Good traces that nothing records; absent on services that do not tell. */
  not_recorded?: number;
  not_recorded_reasons?: string[];
}

export interface TracePage {
  traces: Record<string, unknown>[];
  meta_data: { count: number; marker: string | null };
}

/** Talks to one project of an OpenCTS (or another CTS); signs in by itself, again when the token has expired. */
export class OpenCtsClient {
  private readonly options: ClientOptions;
  private readonly fetch: typeof fetch;
  private session: Promise<{ token: string; projectId: string }> | undefined;

  constructor(options: ClientOptions) {
    this.options = { ...options, url: options.url.replace(/\/+$/, '') };
    this.fetch = options.fetch ?? fetch;
  }

  /** Reports traces; those not listed as rejected are durable. @throws OpenCtsError when none could be taken */
  async reportTraces(traces: readonly object[]): Promise<ReportAnswer> {
    const response = await this.call('POST', '/traces', JSON.stringify({ traces }));
    return (await response.json()) as ReportAnswer;
  }

  /** Enables CTS in the project, if it is not enabled yet. @returns whether it was made now */
  async enable(): Promise<boolean> {
    const listed = await this.call('GET', '/trackers?tracker_type=system');
    const { trackers } = (await listed.json()) as { trackers: unknown[] };
    if (trackers.length > 0) return false;
    await this.call('POST', '/tracker', JSON.stringify({ tracker_type: 'system', tracker_name: 'system' }));
    return true;
  }

  /** One page, newest first. Parameters: those of `GET /v3/{project_id}/traces`. */
  async listTraces(parameters: Record<string, string | number> = {}): Promise<TracePage> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
    return (await (await this.call('GET', `/traces?${query}`)).json()) as TracePage;
  }

  /** All matching traces, page by page, newest first. */
  async *traces(parameters: Record<string, string | number> = {}): AsyncGenerator<Record<string, unknown>> {
    for (let next: string | null | undefined; next !== null; ) {
      const page: TracePage = await this.listTraces({ limit: 200, ...parameters, ...(next ? { next } : {}) });
      yield* page.traces;
      next = page.meta_data.marker;
    }
  }

  private async call(method: string, path: string, body?: string): Promise<Response> {
    for (let again = false; ; again = true) {
      this.session ??= this.signIn();
      const { token, projectId } = await this.session.catch((error) => {
        this.session = undefined;
        throw error;
      });
      const response = await this.send(`/v3/${projectId}${path}`, {
        method,
        headers: {
          'x-auth-token': token,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body,
      });
      if (response.ok) return response;
      // A batch of which every trace was rejected is an answer, too.
      if (response.status === 400 && (await isVerdict(response.clone()))) return response;
      if (response.status !== 401 || again) throw await toError(response);
      this.session = undefined;
    }
  }

  private async signIn(): Promise<{ token: string; projectId: string }> {
    const { domain, user, password } = this.options.credentials;
    const identity = {
      methods: ['password'],
      password: { user: { name: user, password, domain: { name: domain } } },
    };
    const unscoped = await this.authenticate({ identity });
    const response = await this.send('/v3/auth/projects', { headers: { 'x-auth-token': unscoped } });
    if (!response.ok) throw await toError(response);
    const { projects } = (await response.json()) as { projects: { id: string; name: string }[] };
    const wanted = this.options.project;
    const project = projects.find(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
    if (!project)
      throw new OpenCtsError(
        404,
        '',
        wanted ? `there is no project ${wanted}` : 'the account has no project',
      );
    const token = await this.authenticate({
      identity: { methods: ['token'], token: { id: unscoped } },
      scope: { project: { id: project.id } },
    });
    return { token, projectId: project.id };
  }

  private async authenticate(auth: object): Promise<string> {
    const response = await this.send('/v3/auth/tokens?nocatalog=1', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth }),
    });
    const token = response.headers.get('x-subject-token');
    if (response.status !== 201 || !token) throw await toError(response);
    return token;
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(`${this.options.url}${path}`, init);
    } catch (cause) {
      const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
      throw new OpenCtsError(0, '', `${this.options.url} cannot be reached: ${reason}`, { cause });
    }
  }
}

async function isVerdict(response: Response): Promise<boolean> {
  const body = (await response.json().catch(() => ({}))) as Partial<ReportAnswer>;
  return Array.isArray(body.rejected);
}

async function toError(response: Response): Promise<OpenCtsError> {
  const body = (await response.json().catch(() => ({}))) as {
    error_code?: string;
    error_msg?: string;
    error?: { message?: string };
  };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new OpenCtsError(
    response.status,
    body.error_code ?? '',
    body.error_msg ?? body.error?.message ?? `the service answered ${response.status}`,
    { retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1000 },
  );
}
