import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

/** Epoch ms. */
interface Range {
  from: number;
  to: number;
}

/** A checkpoint of the account's evidence log. */
export interface Checkpoint {
  bucket: string;
  key: string;
  /** When it was made, epoch ms. */
  time: number;
}

const DAY = 86_400_000;
/** Longer times are looked through by months. */
const FEW_DAYS = 3 * DAY;
/** Of longer times the last part. */
const YEAR = 366 * DAY;

/** One page, newest first. @param marker of the page before */
export const digestsOf = ({ calls, path }: Api, range: Range, marker?: string, signal?: AbortSignal) =>
  dataOf(
    calls.GET('/v3/{project_id}/archive/digests', {
      params: { path, query: { ...range, marker, limit: 50 } },
      signal,
    }),
  );

/** Newest first. */
export async function checkpointsOf(api: Api, range: Range, signal?: AbortSignal): Promise<Checkpoint[]> {
  const { calls, path } = api;
  const { places } = await dataOf(
    calls.GET('/v3/{project_id}/archive/objects', { params: { path }, signal }),
  );
  const folders = places
    .filter(({ name }) => name === null)
    .flatMap(({ bucket, prefix }) =>
      foldersOf(range).map((folder) => ({ bucket, prefix: `${prefix}checkpoints/${folder}` })),
    );
  const found = await Promise.all(folders.map((folder) => checkpointsIn(api, folder, signal)));
  return found
    .flat()
    .filter(({ time }) => time >= range.from && time <= range.to)
    .sort((a, b) => b.time - a.time || (a.bucket < b.bucket ? -1 : 1));
}

async function checkpointsIn(
  { calls, path }: Api,
  { bucket, prefix }: { bucket: string; prefix: string },
  signal?: AbortSignal,
): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (let marker: string | null = ''; marker !== null; ) {
    const query: { bucket: string; prefix: string; marker: string } = { bucket, prefix, marker };
    const page: { objects: { key: string }[]; marker: string | null } = await dataOf(
      calls.GET('/v3/{project_id}/archive/objects', { params: { path, query }, signal }),
    );
    found.push(...page.objects.map(({ key }) => ({ bucket, key, time: timeOf(key) })));
    marker = page.marker;
  }
  return found;
}

/** Days of a short time, months of a longer one (UTC). */
function foldersOf({ from, to }: Range): string[] {
  const length = to - from <= FEW_DAYS ? 10 : 7;
  const folders = new Set<string>();
  for (let time = Math.max(from, to - YEAR); time < to + DAY; time += DAY)
    folders.add(`${new Date(Math.min(time, to)).toISOString().slice(0, length).replaceAll('-', '/')}/`);
  return [...folders];
}

/** The name of a checkpoint is `YYYY-MM-DDTHH-MM-SSZ`. */
const timeOf = (key: string) =>
  Date.parse(key.slice(key.lastIndexOf('/') + 1).replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, 'T$1:$2:$3Z'));

export function downloadObject({ calls, path }: Api, query: { bucket: string; key: string }): Promise<Blob> {
  const call = calls.GET('/v3/{project_id}/archive/object', { params: { path, query }, parseAs: 'blob' });
  return dataOf(call) as unknown as Promise<Blob>;
}

/** Trace files of a time with all that proves them. */
export function downloadPackage({ calls, path }: Api, query: Range): Promise<Blob> {
  const call = calls.GET('/v3/{project_id}/archive/package', { params: { path, query }, parseAs: 'blob' });
  return dataOf(call) as unknown as Promise<Blob>;
}
