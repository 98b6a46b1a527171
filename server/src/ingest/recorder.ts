import { isGlobal } from '../catalogue/index.ts';
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
    const { rejected } = await intake.submit({ projectId, domainId }, () => [item]);
    if (rejected[0]) throw new Error(`the service's own trace was rejected: ${rejected[0].error_msg}`);
  }
}
