import { isGlobal } from '../catalogue/index.ts';
import {
  type Intake,
  objectsOf,
  type Placement,
  type RecordingRules,
  type TraceInput,
} from '../ingest/index.ts';
import type { KeyUse } from '../kms/index.ts';
import { MAX_AHEAD_MS } from '../traces/index.ts';
import { fit, type OwnTrace } from './fit.ts';

/** What a trace is about; without a project it concerns the account. */
export interface Concern {
  domainId: string;
  projectId?: string;
}

export interface RecorderOptions {
  intake: Intake;
  rules: RecordingRules;
  clock: () => number;
  retentionMs: number;
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
   * Records what happens now; resolves when the trace is on disk, or is not to be recorded.
   * @throws Error when it could not be recorded
   */
  async record(about: Concern, trace: OwnTrace): Promise<void> {
    await this.submit(about, this.fit(about, trace, this.options.clock()));
  }

  /** A trace as intake takes it, with its secrets masked. */
  fit({ domainId }: Concern, trace: OwnTrace, time: number): TraceInput {
    return fit(trace, domainId, time, this.options.intake.masker);
  }

  /** Where a trace would be recorded now; undefined: nowhere. */
  placesOf(about: Concern, trace: TraceInput): readonly Placement[] | undefined {
    const producer = this.producerOf(about, trace);
    const places = producer && this.options.rules.placesOf(producer, trace);
    return typeof places === 'string' ? undefined : places;
  }

  /**
   * Puts a trace into the journal; one whose `trace_id` is there already is not taken twice.
   * @param before where it was to be recorded when it began: it still is, if nothing records it now
   * @throws Error when it could not be recorded
   */
  async submit(about: Concern, trace: TraceInput, before?: readonly Placement[]): Promise<void> {
    const { intake, rules } = this.options;
    const producer = this.producerOf(about, trace) ?? (before && producerAt(about, before));
    if (producer === undefined) return;
    const asThen: RecordingRules = {
      placesOf: (...asked) => {
        const places = rules.placesOf(...asked);
        return typeof places === 'string' ? (before ?? places) : places;
      },
    };
    const { rejected } = await intake.submit(producer, () => objectsOf([this.timely(trace)]), {
      rules: asThen,
    });
    if (rejected[0]) throw new Error(`the service's own trace was rejected: ${rejected[0].error_msg}`);
  }

  private producerOf({ domainId, projectId }: Concern, { service_type, resource_type }: TraceInput) {
    const global = isGlobal(service_type, resource_type);
    const project = (global ? undefined : projectId) ?? this.options.globalProject(domainId);
    return project === undefined ? undefined : { projectId: project, domainId, own: true };
  }

  /** The list does not reach what lies far back, and intake refuses what lies ahead: after a long stop, or a clock that was wrong. */
  private timely(trace: TraceInput): TraceInput {
    const { clock, retentionMs } = this.options;
    const now = clock();
    if (trace.time > now - retentionMs + MAX_AHEAD_MS && trace.time < now + MAX_AHEAD_MS) return trace;
    const then = `[its time was ${trace.time} ms, the clock of the service now ${now} ms]`;
    return { ...trace, time: now, message: trace.message ? `${trace.message} ${then}` : then };
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
   * Records the reading or writing of an object: a data trace, for the data tracker of its bucket if there is
   * one.
   * @param by absent: the service itself, for a tracker; that it cannot be recorded changes nothing then
   * @throws CtsError 503 when what somebody reads cannot be recorded
   */
  async recordObject(
    about: { domainId: string; projectId: string },
    object: { bucket: string; key: string; bytes: number; name: 'GET.OBJECT' | 'PUT.OBJECT' },
    by?: Pick<OwnTrace, 'user' | 'source_ip' | 'request_id'>,
  ): Promise<void> {
    const { intake, clock } = this.options;
    const trace: OwnTrace = {
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
    const item = this.fit(about, trace, clock());
    const recorded = intake.submit(about, () => objectsOf([item]));
    await (by ? recorded : recorded.catch(() => undefined));
  }
}

const producerAt = ({ domainId }: Concern, [place]: readonly Placement[]) =>
  place && { projectId: place.projectId, domainId, own: true };
