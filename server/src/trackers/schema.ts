import Type, { type Static } from 'typebox';

/** 3–63 of lower-case letters, digits, `-`, `.`; begins with one of the first two; no `..`, `.-`, `-.`; no IPv4 address. */
export const BUCKET_NAME = '^(?!\\d{1,3}(\\.\\d{1,3}){3}$)(?!.*(\\.\\.|\\.-|-\\.))[a-z0-9][a-z0-9.-]{2,62}$';
export const BUCKET_RULE =
  'must hold 3 to 63 of a-z, 0-9, "-" and ".", begin with a letter or digit, hold none of "..", ".-" and "-.", and be no IPv4 address';
export const MANAGEMENT_TRACKER = 'system';

/** `errorCode` names the code of the error table that a value outside the rule gets; else CTS.0003. */
const TrackerType = Type.Enum(['system', 'data'], {
  errorCode: 'CTS.0202',
  description: 'system: the management tracker; data: operations on the data of one bucket',
});
const Status = Type.Enum(['enabled', 'disabled'], { errorCode: 'CTS.0205' });

/** Where to transfer to, as sent. */
export const ObsInfo = Type.Object(
  {
    bucket_name: Type.Optional(
      Type.String({
        pattern: `^$|${BUCKET_NAME}`,
        errorCode: 'CTS.0231',
        rule: BUCKET_RULE,
        description: 'Bucket; empty: no transfer',
      }),
    ),
    file_prefix_name: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{0,64}$',
        errorCode: 'CTS.0218',
        rule: 'must hold at most 64 of letters, digits, ".", "_" and "-"',
        description: 'Beginning of the names of trace files',
      }),
    ),
    is_obs_created: Type.Optional(
      Type.Boolean({ description: 'Make the bucket; false: it must exist. Default false' }),
    ),
    bucket_lifecycle: Type.Optional(
      Type.Integer({
        enum: [0, 30, 60, 90, 180, 1095],
        description: 'Days that objects stay; data trackers only',
      }),
    ),
    compress_type: Type.Optional(Type.Enum(['gzip', 'json'], { description: 'json: not compressed' })),
    is_sort_by_service: Type.Optional(
      Type.Boolean({ description: "The service's name is a folder of the object path. Default true" }),
    ),
    object_lock_mode: Type.Optional(
      Type.Enum(['', 'GOVERNANCE', 'COMPLIANCE'], {
        description:
          'Files can neither be changed nor removed for a time (an addition of OpenCTS); empty: they can',
      }),
    ),
    also_listed: Type.Optional(
      Type.Boolean({
        description:
          'When a transfer is switched on, or goes to another bucket: write what is in the trace list, too (an addition of OpenCTS). Default false',
      }),
    ),
    object_lock_days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 36_500, description: 'Days that files are locked' }),
    ),
  },
  { description: 'Transfer to object storage' },
);

const EventSelector = Type.Object({
  exclude_service: Type.Array(Type.Enum(['KMS']), {
    maxItems: 10,
    description: 'Services whose data key traces are left out of the transfer',
  }),
});

const DataEvent = Type.Enum(['WRITE', 'READ'], { errorCode: 'CTS.0225' });

/** What may be set on a tracker; every member may be left out, and then stays as it is. */
const settings = {
  is_lts_enabled: Type.Optional(
    Type.Boolean({ description: 'Kept for clients; the trace list is searchable without a log service' }),
  ),
  obs_info: Type.Optional(ObsInfo),
  is_support_validate: Type.Optional(Type.Boolean({ description: 'Write signed digest files' })),
  agency_name: Type.Optional(Type.Enum(['cts_admin_trust'])),
  is_organization_tracker: Type.Optional(Type.Boolean()),
  management_event_selector: Type.Optional(EventSelector),
  is_support_trace_files_encryption: Type.Optional(Type.Boolean()),
  kms_id: Type.Optional(Type.String({ maxLength: 128 })),
  data_bucket: Type.Optional(
    Type.Object({
      data_bucket_name: Type.Optional(
        Type.String({
          pattern: `^$|${BUCKET_NAME}`,
          errorCode: 'CTS.0231',
          rule: 'must be the name of a bucket',
        }),
      ),
      data_event: Type.Optional(Type.Array(DataEvent, { maxItems: 2 })),
    }),
  ),
  status: Type.Optional(Status),
};

const identity = {
  tracker_type: TrackerType,
  tracker_name: Type.String({ maxLength: 1024, description: 'system for the management tracker' }),
};

export const TrackerRequest = Type.Object({ ...identity, ...settings }, { title: 'TrackerRequest' });
export type TrackerRequest = Static<typeof TrackerRequest>;

/** A tracker as answers give it (`docs/reference/cts-api.md` 3.1). */
export const Tracker = Type.Object(
  {
    id: Type.String(),
    create_time: Type.Integer(),
    tracker_type: Type.Enum(['system', 'data']),
    tracker_name: Type.String(),
    status: Type.Enum(['enabled', 'disabled', 'error']),
    detail: Type.Optional(
      Type.Enum(['bucketPolicyError', 'noBucket', 'arrears', 'storeUnavailable', 'kmsKeyUnusable'], {
        description: 'Why status is error; the last two are additions of OpenCTS',
      }),
    ),
    detail_message: Type.Optional(Type.String({ description: 'The same in words (an addition of OpenCTS)' })),
    last_transfer: Type.Optional(
      Type.Integer({
        description: 'When its last trace file was written, epoch ms; absent: none (an addition of OpenCTS)',
      }),
    ),
    domain_id: Type.String(),
    project_id: Type.String(),
    agency_name: Type.String(),
    is_support_validate: Type.Boolean(),
    is_support_trace_files_encryption: Type.Boolean(),
    kms_id: Type.String(),
    is_organization_tracker: Type.Boolean(),
    management_event_selector: Type.Optional(EventSelector),
    lts: Type.Object({
      is_lts_enabled: Type.Boolean(),
      log_group_name: Type.String(),
      log_topic_name: Type.String(),
    }),
    obs_info: Type.Object({
      bucket_name: Type.String(),
      file_prefix_name: Type.String(),
      is_obs_created: Type.Boolean(),
      is_authorized_bucket: Type.Boolean(),
      bucket_lifecycle: Type.Integer(),
      compress_type: Type.Optional(Type.String({ description: 'Absent while it was never set: gzip' })),
      is_sort_by_service: Type.Boolean(),
      bucket_location: Type.String(),
      object_lock_mode: Type.Optional(Type.String()),
      object_lock_days: Type.Optional(Type.Integer()),
      listed: Type.Optional(
        Type.Object(
          {
            state: Type.Enum(['waiting', 'writing', 'done', 'ended']),
            total: Type.Integer({ description: 'Traces that were in the trace list' }),
            written: Type.Integer({
              description:
                'Those of them in trace files; the others go with the transfer, or are still to come',
            }),
            message: Type.Optional(
              Type.String({ description: 'Why it ended, or what keeps it from going on' }),
            ),
          },
          {
            description:
              'How far what also_listed asked for has come (an addition of OpenCTS); absent: it was not asked for',
          },
        ),
      ),
    }),
    data_bucket: Type.Optional(
      Type.Object({
        data_bucket_name: Type.String(),
        search_enabled: Type.Boolean(),
        data_event: Type.Array(Type.String()),
      }),
    ),
    group_id: Type.String(),
    stream_id: Type.String(),
  },
  { title: 'Tracker' },
);
export type Tracker = Static<typeof Tracker>;

/** Settings of recording that hold for the whole project. */
export const Configuration = Type.Object(
  {
    is_sync_global_trace: Type.Boolean({
      description: 'Copy the traces of global services, which are recorded in one region, to this project',
    }),
    is_support_read_only: Type.Boolean({
      description: 'Record operations that change nothing, of all services',
    }),
    support_read_only_services: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 200,
        description: 'Services whose reads are recorded when is_support_read_only is false',
      }),
    ),
  },
  { title: 'Configuration' },
);
export type Configuration = Static<typeof Configuration>;

/** Tags of a tracker. */
const TAG_KEY = '^(?! )(?!.* $)(?!_sys_)[\\p{L}\\p{N} _.:=+@/-]{1,128}$';
const TAG_VALUE = '^[\\p{L}\\p{N} _.:=+@/-]{0,255}$';
export const Tag = Type.Object({
  key: Type.String({
    pattern: TAG_KEY,
    rule: 'must hold 1 to 128 of letters, digits, space and _ . : = + - @ /, without a space at either end, and not begin with _sys_',
  }),
  value: Type.Optional(
    Type.String({
      pattern: TAG_VALUE,
      rule: 'must hold at most 255 of letters, digits, space and _ . : = + - @ /',
    }),
  ),
});
export type Tag = Static<typeof Tag>;
