import { dataOf } from '@opencts/client';
import { program } from '../program.ts';
import { type Command, type Commands, type Context, pick, UsageError } from './command.ts';

async function trackers({ api, path }: Context) {
  const listed = await dataOf(api.GET('/v3/{project_id}/trackers', { params: { path } }));
  return listed.trackers.map((tracker) => ({
    name: tracker.tracker_name,
    type: tracker.tracker_type,
    bucket: tracker.obs_info.bucket_name,
    tracked: tracker.data_bucket
      ? `${tracker.data_bucket.data_bucket_name} ${tracker.data_bucket.data_event.join('+')}`
      : '',
    ...tracker,
  }));
}

const trackerOf = async (context: Context) => pick(await trackers(context), context.args.TRACKER, 'tracker');

function switching(status: 'enabled' | 'disabled'): Command {
  return {
    usage: 'TRACKER',
    summary: status === 'enabled' ? 'Go on recording' : 'Record nothing new; what is there stays',
    async run(context) {
      const { tracker_type, tracker_name } = await trackerOf(context);
      const body = { tracker_type, tracker_name, status };
      await context.api.PUT('/v3/{project_id}/tracker', { params: { path: context.path }, body });
      return `${tracker_name} is ${status}`;
    },
  };
}

/** A key that is none of the project's may be one of the object store's own. */
async function encryption({ api, path }: Context, wanted: string) {
  const known = await dataOf(api.GET('/v3/{project_id}/keys', { params: { path } }));
  const kms_id = known.keys.find(({ id, alias }) => id === wanted || alias === wanted)?.id ?? wanted;
  return { is_support_trace_files_encryption: kms_id !== '', kms_id };
}

/** Where to, as the arguments say. @throws UsageError: a bucket that was forgotten must not end a transfer */
function destinationOf({ args, options }: Context): string {
  const { BUCKET = '' } = args;
  const others = Object.keys(TRANSFER_OPTIONS).filter(
    (name) => name !== 'stop' && options[name] !== undefined,
  );
  if (options.stop && (BUCKET || others.length > 0)) {
    throw new UsageError('--stop ends the transfer; it takes neither a bucket nor another option');
  }
  if (!options.stop && !BUCKET) throw new UsageError('BUCKET is missing; --stop ends the transfer');
  return BUCKET;
}

const TRANSFER_OPTIONS = {
  'create-bucket': { type: 'boolean', help: 'make the bucket' },
  prefix: { type: 'string', help: 'beginning of the names of trace files' },
  'also-listed': { type: 'boolean', help: 'write what is in the trace list, too' },
  verify: { type: 'boolean', help: 'write signed digest files' },
  key: { type: 'string', help: 'encrypt with this key (alias or id); empty: do not' },
  stop: { type: 'boolean', help: 'write no more trace files; those in the bucket stay' },
} as const;

const TRANSFER: Command = {
  usage: 'TRACKER [BUCKET]',
  summary: 'Transfer to a bucket, or end that with --stop',
  options: TRANSFER_OPTIONS,
  async run(context) {
    const bucket = destinationOf(context);
    const { tracker_type, tracker_name } = await trackerOf(context);
    const { options } = context;
    const body = {
      tracker_type,
      tracker_name,
      ...(options.verify ? { is_support_validate: true } : {}),
      ...(typeof options.key === 'string' ? await encryption(context, options.key) : {}),
      obs_info: {
        bucket_name: bucket,
        is_obs_created: options['create-bucket'] === true,
        ...(options['also-listed'] ? { also_listed: true } : {}),
        ...(typeof options.prefix === 'string' ? { file_prefix_name: options.prefix } : {}),
      },
    };
    await context.api.PUT('/v3/{project_id}/tracker', { params: { path: context.path }, body });
    return bucket
      ? `${tracker_name} transfers to ${bucket}. The first trace files follow with the next cycle, within 5 minutes as a rule; ${program()} archive list shows them`
      : `${tracker_name} transfers no longer; what is in the bucket stays`;
  },
};

export const TRACKERS: Commands = {
  list: {
    usage: '',
    summary: 'List the trackers of the project',
    columns: ['name', 'type', 'status', 'bucket', 'tracked', 'create_time'],
    run: trackers,
  },
  show: { usage: 'TRACKER', summary: 'Show a tracker with all its settings', run: trackerOf },
  'enable-cts': {
    usage: '',
    summary: 'Enable CTS in the project: makes the management tracker',
    async run({ client }) {
      return (await client.enable()) ? 'CTS is now enabled' : 'CTS was enabled already';
    },
  },
  create: {
    usage: 'NAME BUCKET',
    summary: 'Create a data tracker for the operations on the data of a bucket',
    options: { events: { type: 'string', help: 'READ, WRITE or READ,WRITE (default: both)' } },
    async run({ api, path, args, options }) {
      const events = String(options.events ?? 'READ,WRITE').split(',') as ('READ' | 'WRITE')[];
      const body = {
        tracker_type: 'data',
        tracker_name: args.NAME ?? '',
        data_bucket: { data_bucket_name: args.BUCKET ?? '', data_event: events },
      } as const;
      const made = await dataOf(api.POST('/v3/{project_id}/tracker', { params: { path }, body }));
      return { id: made.id, name: made.tracker_name, status: made.status };
    },
  },
  transfer: TRANSFER,
  enable: switching('enabled'),
  disable: switching('disabled'),
  delete: {
    usage: 'TRACKER',
    summary: 'Delete a tracker; what it recorded stays',
    async run(context) {
      const { tracker_type, tracker_name } = await trackerOf(context);
      const params = { path: context.path, query: { tracker_type, tracker_name } };
      await context.api.DELETE('/v3/{project_id}/trackers', { params });
      return `${tracker_name} is deleted`;
    },
  },
};

export const BUCKETS: Commands = {
  list: {
    usage: '',
    summary: "List the buckets of the account in the project's region",
    columns: ['name', 'region', 'lifecycle_days'],
    async run({ api, path }) {
      return (await dataOf(api.GET('/v3/{project_id}/buckets', { params: { path } }))).buckets;
    },
  },
  create: {
    usage: 'BUCKET',
    summary: "Create a bucket in the project's region, for trackers to transfer to",
    options: { locking: { type: 'boolean', help: 'files in it can be locked; cannot be changed later' } },
    async run({ api, path, args, options }) {
      const body = { bucket_name: args.BUCKET ?? '', locking: options.locking === true };
      const made = await dataOf(api.POST('/v3/{project_id}/buckets', { params: { path }, body }));
      return `${made.name} is made; ${program()} trackers transfer TRACKER ${made.name} transfers to it`;
    },
  },
};

const ingestKeys = async ({ api, path }: Context) =>
  (await dataOf(api.GET('/v3/{project_id}/ingest-keys', { params: { path } }))).ingest_keys;

export const INGEST_KEYS: Commands = {
  list: {
    usage: '',
    summary: 'List the ingest keys of the project',
    columns: ['name', 'id', 'source', 'created_by', 'create_time', 'last_used_time'],
    run: ingestKeys,
  },
  create: {
    usage: 'NAME [SOURCE]',
    summary: 'Create a bearer that reports traces of one source, or of any; it is shown this once',
    async run({ api, path, args }) {
      const body = { name: args.NAME ?? '', ...(args.SOURCE ? { source: args.SOURCE } : {}) };
      const { name, source, secret } = await dataOf(
        api.POST('/v3/{project_id}/ingest-keys', { params: { path }, body }),
      );
      return { name, source, secret, note: 'shown this once; send it as Authorization: Bearer …' };
    },
  },
  revoke: {
    usage: 'KEY',
    summary: 'Revoke an ingest key, at once',
    async run(context) {
      const { id, name } = pick(await ingestKeys(context), context.args.KEY, 'ingest key');
      const path = { ...context.path, key_id: id };
      await context.api.DELETE('/v3/{project_id}/ingest-keys/{key_id}', { params: { path } });
      return `${name} is revoked`;
    },
  },
};
