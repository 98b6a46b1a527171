import type { Buckets, Tracker, TrackerRequest } from '../../api/types.ts';
import { Misfilled } from '../../refusal.ts';
import { texts } from '../../texts/index.ts';

const words = texts.trackers.form;

/** Days that objects of a data tracker's bucket may stay (`bucket_lifecycle`). */
export const LIFECYCLES = [0, 30, 60, 90, 180, 1095] as const;

/** A tracker as it stands in the form. */
export interface Draft {
  type: 'system' | 'data';
  name: string;
  tracked: string;
  events: ('READ' | 'WRITE')[];
  transfers: boolean;
  newBucket: boolean;
  bucket: string;
  /** What is in the trace list comes there, too. */
  alsoListed: boolean;
  prefix: string;
  compression: 'gzip' | 'json';
  sorted: boolean;
  withoutDataKeys: boolean;
  lifecycle: number;
  verified: boolean;
  encrypted: boolean;
  key: string;
  locked: boolean;
  lockMode: 'GOVERNANCE' | 'COMPLIANCE';
  lockDays: string;
}

/** What the fields of the form work with. */
export interface FieldProps {
  draft: Draft;
  /** As it is stored; absent: it is made now. */
  tracker: Tracker | undefined;
  buckets: Buckets;
  change: (next: Partial<Draft>) => void;
}

/** @param tracker absent: a new data tracker */
export function draftOf(tracker: Tracker | undefined): Draft {
  const obs = tracker?.obs_info;
  const transfers = obs !== undefined && obs.bucket_name !== '';
  return {
    type: tracker?.tracker_type ?? 'data',
    name: tracker?.tracker_name ?? '',
    tracked: tracker?.data_bucket?.data_bucket_name ?? '',
    events: (tracker?.data_bucket?.data_event ?? ['READ', 'WRITE']) as Draft['events'],
    transfers,
    newBucket: !transfers,
    bucket: obs?.bucket_name ?? '',
    alsoListed: false,
    prefix: obs?.file_prefix_name ?? '',
    compression: obs?.compress_type === 'json' ? 'json' : 'gzip',
    sorted: obs?.is_sort_by_service ?? true,
    withoutDataKeys: tracker?.management_event_selector?.exclude_service.includes('KMS') ?? false,
    lifecycle: obs?.bucket_lifecycle ?? 0,
    // What proves the files costs next to nothing: whoever sets up a transfer gets it.
    verified: transfers ? (tracker?.is_support_validate ?? false) : true,
    encrypted: tracker?.is_support_trace_files_encryption ?? false,
    key: tracker?.kms_id ?? '',
    locked: obs?.object_lock_days !== undefined,
    lockMode: obs?.object_lock_mode === 'COMPLIANCE' ? 'COMPLIANCE' : 'GOVERNANCE',
    lockDays: String(obs?.object_lock_days ?? 365),
  };
}

/** @throws Misfilled where nothing was named that is switched on; an empty bucket would end the transfer */
export function checkDraft({ type, transfers, bucket, encrypted, key }: Draft): void {
  if (!transfers) return;
  if (bucket === '') throw new Misfilled('bucket_name', words.bucketLacks);
  if (type === 'system' && encrypted && key === '') throw new Misfilled('kms_id', words.keyLacks);
}

/** What is sent; the name of a tracker, and what it tracks, stay. */
export function requestOf(draft: Draft, before: Tracker | undefined): TrackerRequest {
  const system = draft.type === 'system';
  const identity = { tracker_type: draft.type, tracker_name: before?.tracker_name ?? draft.name };
  const data = system
    ? {}
    : {
        data_bucket: {
          ...(before ? {} : { data_bucket_name: draft.tracked }),
          data_event: draft.events,
        },
      };
  if (!draft.transfers) return { ...identity, ...data, obs_info: { bucket_name: '' } };
  return {
    ...identity,
    ...data,
    is_support_validate: draft.verified,
    ...(system
      ? {
          is_support_trace_files_encryption: draft.encrypted,
          ...(draft.encrypted ? { kms_id: draft.key } : {}),
          management_event_selector: { exclude_service: draft.withoutDataKeys ? ['KMS' as const] : [] },
        }
      : {}),
    obs_info: {
      bucket_name: draft.bucket,
      is_obs_created: draft.newBucket,
      ...(draft.alsoListed && draft.bucket !== before?.obs_info.bucket_name ? { also_listed: true } : {}),
      file_prefix_name: draft.prefix,
      compress_type: draft.compression,
      is_sort_by_service: draft.sorted,
      object_lock_mode: draft.locked ? draft.lockMode : '',
      ...(draft.locked ? { object_lock_days: Number(draft.lockDays) } : {}),
      ...(system ? {} : { bucket_lifecycle: draft.lifecycle as (typeof LIFECYCLES)[number] }),
    },
  };
}

/** How a trace file's key would look (`docs/reference/trace-files.md` 1). @param now epoch ms */
export function exampleKey(draft: Draft, region: string, now: number): string {
  const time = new Date(now);
  const day = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()].join('/');
  const stamp = time.toISOString().slice(0, 19).replaceAll(':', '-');
  const service = draft.type === 'system' ? 'ECS' : 'OBS';
  return [
    `CloudTraces/${region}/${day}/${draft.name || '…'}`,
    ...(draft.sorted ? [service] : []),
    `${draft.prefix && `${draft.prefix}_`}CloudTrace_${region}_${stamp}Z_1b2c3d4e5f607182.json${draft.compression === 'gzip' ? '.gz' : ''}`,
  ].join('/');
}
