import { dataOf, type OpenCtsClient, OpenCtsError } from '@opencts/client';
import { program } from '../program.ts';

/** What of an import arrived, as far as it tells which trackers recorded it. */
export interface Arrived {
  /** Some are no operations on the data of a bucket. */
  management: boolean;
  /** Buckets on whose data the others are operations. */
  tracked: ReadonlySet<string>;
  /** Older than the trace list reaches. */
  late: number;
}

/**
 * What of the imported traces lies in no bucket, and what lies nowhere else, in sentences.
 * @throws OpenCtsError when the trackers cannot be asked for
 */
export async function tellBuckets(client: OpenCtsClient, arrived: Arrived): Promise<string[]> {
  const { management, tracked, late } = arrived;
  if (!management && tracked.size === 0) return [];
  const trackers = await trackersOf(client);
  if (!trackers) {
    return [
      'This user may not see the trackers, so it is not known whether the traces are written to a bucket.',
    ];
  }
  const recording = trackers.filter(({ tracker_type, data_bucket }) =>
    tracker_type === 'system' ? management : tracked.has(data_bucket?.data_bucket_name ?? ''),
  );
  const without = recording.filter(({ obs_info }) => obs_info.bucket_name === '');
  const lines = without.map(
    ({ tracker_name: name }) =>
      `The tracker ${name} has no transfer, so the traces it recorded are only in the trace list, for 7 days (OPENCTS_RETENTION_DAYS). To archive them: ${program()} trackers transfer ${name} BUCKET --create-bucket --also-listed`,
  );
  if (recording.some((one) => one.management_event_selector?.exclude_service.includes('KMS'))) {
    lines.push('Traces of data keys (KMS) are not archived: the tracker system leaves them out.');
  }
  if (late > 0) {
    const where =
      without.length === 0
        ? 'they are only in trace files'
        : 'without a transfer, they can be found only by their trace_id';
    lines.push(
      `The trace list does not show ${late} ${late === 1 ? 'trace' : 'traces'} older than it keeps: ${where}.`,
    );
  }
  return lines;
}

/** Undefined: they may not be seen. */
async function trackersOf(client: OpenCtsClient) {
  try {
    return await client.withProject(
      async (path) =>
        (await dataOf(client.api.GET('/v3/{project_id}/trackers', { params: { path } }))).trackers,
    );
  } catch (error) {
    if (error instanceof OpenCtsError && error.status === 403) return undefined;
    throw error;
  }
}
