import type { CloudTrailRecord } from '../ingest/index.ts';

export function isRecord(value: unknown): value is CloudTrailRecord {
  const { eventTime, eventSource, eventName } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof eventTime === 'string' &&
    typeof eventSource === 'string' &&
    typeof eventName === 'string' &&
    !Number.isNaN(Date.parse(eventTime))
  );
}
