import type { TraceInput } from './input.ts';

/** Who sends: the project that the traces belong to and its account. */
export interface TraceProducer {
  projectId: string;
  domainId: string;
  /** The only trace source that it may report; absent: any. */
  source?: string;
  /** The service itself, which reports what is done to it. */
  own?: boolean;
}

/** Where a trace is recorded. */
export interface Placement {
  projectId: string;
  trackerName: string;
  eventType: 'system' | 'global' | 'data';
}

/** Decides, by trackers and settings of the account, whether and where a trace is recorded. */
export interface RecordingRules {
  /** The places of a trace, the first one its own, others of copies; or why it is not recorded. */
  placesOf(producer: TraceProducer, input: TraceInput): readonly Placement[] | string;
}
