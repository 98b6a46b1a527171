import { isGlobal } from '../catalogue/index.ts';
import type { KeyUse } from '../kms/index.ts';
import type { TraceInput } from './input.ts';
import type { Intake } from './intake.ts';

export interface RecorderOptions {
  intake: Intake;
  clock: () => number;
  /** The project of an account in which its global services are recorded. */
  globalProject: (domainId: string) => string | undefined;
}

/** How the service reports on itself. */
export class Recorder {
  private readonly options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  /** Why no trace can be taken now, if so. */
  refusal(): string | undefined {
    return this.options.intake.refusal();
  }

  /**
   * Records an operation of now; resolves when the trace is on disk, or is not to be recorded.
   * @param about without a project it concerns the account
   * @throws Error when it could not be recorded
   */
  async record(
    about: { domainId: string; projectId?: string },
    trace: Omit<TraceInput, 'time'>,
  ): Promise<void> {
    const { intake, clock, globalProject } = this.options;
    const { domainId } = about;
    const global = isGlobal(trace.service_type, trace.resource_type);
    const projectId = (global ? undefined : about.projectId) ?? globalProject(domainId);
    if (projectId === undefined) return;
    const item = { ...trace, time: clock() };
    const { rejected } = await intake.submit({ projectId, domainId, own: true }, () => [item]);
    if (rejected[0]) throw new Error(`the service's own trace was rejected: ${rejected[0].error_msg}`);
  }

  /**
   * Records that a key of the keyring was used.
   * @throws Error when it could not be recorded
   */
  async recordKeyUse({ key, operation, by }: KeyUse): Promise<void> {
    await this.record(key, {
      trace_name: operation,
      trace_type: by ? 'ApiCall' : 'SystemAction',
      service_type: 'KMS',
      resource_type: 'CMK',
      resource_id: key.id,
      resource_name: key.alias,
      code: '200',
      ...by,
    });
  }

  /**
   * Records that a subscriber was paused because it keeps failing, or answers again.
   * @throws Error when it could not be recorded
   */
  async recordPause(
    {
      urn,
      endpoint,
      projectId,
      domainId,
    }: { urn: string; endpoint: string; projectId: string; domainId: string },
    paused: boolean,
    reason: string,
  ): Promise<void> {
    await this.record(
      { domainId, projectId },
      {
        trace_name: paused ? 'pauseSubscription' : 'resumeSubscription',
        trace_type: 'SystemAction',
        trace_rating: paused ? 'warning' : 'normal',
        service_type: 'SMN',
        resource_type: 'subscription',
        resource_id: urn,
        resource_name: endpoint,
        message: reason,
        code: '200',
      },
    );
  }

  /**
   * Records the reading or writing of an object: a data trace, for the data tracker of its bucket if there is
   * one. Never rejects: the object has been read or written.
   * @param by absent: the service itself, for a tracker
   */
  async recordObject(
    about: { domainId: string; projectId: string },
    object: { bucket: string; key: string; bytes: number; name: 'GET.OBJECT' | 'PUT.OBJECT' },
    by?: { user: TraceInput['user']; source_ip: string; request_id: string },
  ): Promise<void> {
    const { intake, clock } = this.options;
    const item = {
      time: clock(),
      trace_name: object.name,
      trace_type: by ? 'ObsAPI' : 'SystemAction',
      trace_rating: 'normal',
      event_type: 'data',
      service_type: 'OBS',
      resource_type: 'object',
      resource_id: object.bucket,
      resource_name: object.key,
      content_length: object.bytes,
      read_only: object.name === 'GET.OBJECT',
      code: '200',
      ...by,
    };
    await intake.submit(about, () => [item]).catch(() => undefined);
  }
}
