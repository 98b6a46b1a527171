/** How a refusal looks: CTS and the gateway, SMN, and Keystone have forms of their own. */
interface Refusal {
  error_code?: string;
  error_msg?: string;
  code?: string;
  message?: string;
  error?: { message?: string };
}

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

  /** What an answer says that is none of success. */
  static async of(response: Response): Promise<OpenCtsError> {
    const body = (await response.json().catch(() => ({}))) as Refusal;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new OpenCtsError(
      response.status,
      body.error_code ?? body.code ?? '',
      body.error_msg ?? body.message ?? body.error?.message ?? `the service answered ${response.status}`,
      { retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1000 },
    );
  }
}
