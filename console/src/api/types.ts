import type { Trace } from '../../../server/src/traces/trace.ts';

export type { Trace };

export interface TracePage {
  traces: Trace[];
  meta_data: { count: number; marker: string | null };
}

export interface Histogram {
  bucket_ms: number;
  from: number;
  to: number;
  buckets: Bucket[];
}

export interface Bucket {
  time: number;
  normal: number;
  warning: number;
  incident: number;
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface AccountedHour {
  time: number;
  journalled: number;
  indexed: number;
  stored: number;
}
