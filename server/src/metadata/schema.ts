import type { Generated } from 'kysely';

/** Why trace files of a tracker cannot be delivered. */
export type DeliveryTrouble = 'bucketPolicyError' | 'noBucket' | 'storeUnavailable' | 'kmsKeyUnusable';

/** trace: a key event; batch: many of them; published: by a person or program; the others: of a subscription itself. */
export type MessageKind = 'trace' | 'batch' | 'published' | 'confirmation' | 'farewell';

/** Ids are 32 lower-case hex digits; instants are epoch ms; flags are 0 or 1. */
export interface Database {
  /** One row: what tells this installation from others. */
  installation: {
    id: string;
    /** A known text, sealed by the root key: no other key opens it. */
    key_check: string;
    /** Of OpenCTS, which wrote here last. */
    version: string;
    created_at: number;
  };
  domains: {
    id: string;
    name: string;
    description: Generated<string>;
    enabled: Generated<number>;
    /** The account operates the installation: one does, for good. */
    operator: Generated<number>;
    /** Changes when everything that was issued for the account must end. */
    epoch: Generated<string>;
    created_at: number;
  };
  projects: {
    id: string;
    domain_id: string;
    name: string;
    /** The name that it was made with, which its trace files keep; empty: it was never renamed. */
    filed_as: Generated<string>;
    region: string;
    description: Generated<string>;
    enabled: Generated<number>;
    /** Changes when everything that was issued for the project must end. */
    epoch: Generated<string>;
    created_at: number;
  };
  users: {
    id: string;
    domain_id: string;
    name: string;
    description: Generated<string>;
    /** Empty: no password opens it. */
    password_hash: string;
    /** Issuer and subject at an outside provider; null: a user of this service alone. */
    external_id: Generated<string | null>;
    enabled: Generated<number>;
    /** JSON of what else the clouds keep of a user. */
    profile: Generated<string>;
    /** Changes when everything that was issued to the user must end. */
    epoch: Generated<string>;
    created_at: number;
  };
  groups: { id: string; domain_id: string; name: string; description: string; created_at: number };
  memberships: { group_id: string; user_id: string };
  /** Policies that an account has made; the system's roles are not stored. */
  roles: {
    id: string;
    domain_id: string;
    name: string;
    description: string;
    /** JSON of a policy document. */
    policy: string;
    /** `AX` or `XA`, as it was sent. */
    type: Generated<string>;
    created_at: number;
  };
  grants: {
    group_id: string;
    role_id: string;
    /** A project's id, `domain` for the account itself, `projects` for all its projects. */
    scope: string;
  };
  saved_searches: {
    id: string;
    project_id: string;
    user_id: string;
    name: string;
    /** The trace list as the console's address tells it. */
    view: string;
    shared: number;
    created_at: number;
  };
  access_keys: {
    access: string;
    user_id: string;
    sealed_secret: string;
    description: string;
    active: number;
    /** Changes when the temporary keys made with it must end. */
    epoch: Generated<string>;
    created_at: number;
    last_used_at: number | null;
  };
  ingest_keys: {
    id: string;
    project_id: string;
    name: string;
    /** Trace source that it may report, `*` for any. */
    source: string;
    /** SHA-256 of the key, hex. */
    key_hash: string;
    created_by: string;
    created_at: number;
    last_used_at: number | null;
  };
  /** One row, which triggers count up at each change that may concern what somebody may do, whoever makes it. */
  identity_version: { version: number };
  /** Families of tokens and temporary keys that were revoked; kept until nothing of them could live any more. */
  revoked_tokens: { id: string; expires_at: number };
  /** Where a user has signed in from before: those go first when many want to sign in. */
  known_networks: { user_id: string; network: string; at: number };
  trackers: {
    id: string;
    project_id: string;
    type: 'system' | 'data';
    name: string;
    enabled: number;
    /** JSON of the tracker's settings. */
    settings: string;
    created_at: number;
  };
  tracker_tags: { tracker_id: string; key: string; value: string };
  /** What a project has set for recording as a whole. */
  configurations: { project_id: string; settings: string };
  /** Buckets of the embedded object store, whose names are unique in the installation. */
  buckets: {
    name: string;
    domain_id: string;
    region: string;
    /** Project that had it made; null: none of this service, or unknown. */
    project_id: Generated<string | null>;
    /** 1: digests may lie in it that are not known here, since the metadata are of a backup. */
    unsure: Generated<number>;
    lifecycle_days: Generated<number>;
    created_at: number;
  };
  notifications: {
    id: string;
    project_id: string;
    name: string;
    type: 'smn' | 'fun';
    enabled: number;
    /** JSON of the notification's settings. */
    settings: string;
    /** In the query language; empty: none. */
    query: Generated<string>;
    created_at: number;
    /** Since when it is enabled in its present form; older traces are not told. */
    active_since: Generated<number>;
  };
  /** Where the traces of trackers went before a change, for what of the journal is not cut yet. */
  earlier_routes: {
    seq: Generated<number>;
    journal_id: string;
    project_id: string;
    /** Its name. */
    tracker: string;
    /** JSON. */
    route: string;
    /** Where in the journal it ended; null: that is not settled yet. */
    until_segment: Generated<number | null>;
    until_offset: Generated<number | null>;
    /** When the tracker was deleted, while what was under way may still be recorded. */
    removed_at: number | null;
  };
  /** Traces of the trace list that are brought into trace files besides the transfer; the last job of each tracker. */
  listed_jobs: {
    id: string;
    tracker_id: string;
    project_id: string;
    /** Its name. */
    tracker: string;
    bucket: string;
    journal_id: string;
    created_at: number;
    state: 'waiting' | 'writing' | 'done' | 'ended';
    /** Why it ended, or what keeps it from going on. */
    message: Generated<string>;
    /** The indexer must have passed it; null: that is not settled yet. */
    ready_segment: Generated<number | null>;
    ready_offset: Generated<number | null>;
    /** record_time of the newest trace that may be among them; null: that is not known yet. */
    up_to: Generated<number | null>;
    /** Traces of the list, and those of them that are in files. */
    total: Generated<number>;
    traces: Generated<number>;
    /** Folders that came into the spool. */
    slices: Generated<number>;
    /** The last trace that it has come to. */
    last_time: Generated<number | null>;
    last_id: Generated<string | null>;
    /** The last trace of the folder that is about to come into the spool, or is there; null: none is. */
    pending_time: Generated<number | null>;
    pending_id: Generated<string | null>;
    pending_traces: Generated<number>;
  };
  /** Trace files that lie in their buckets. */
  trace_files: {
    bucket: string;
    key: string;
    project_id: string;
    tracker_id: string;
    /** Folder of the trace source; empty: not sorted. */
    service: string;
    bytes: number;
    traces: number;
    /** record_time of the first and the last trace. */
    first_time: number;
    last_time: number;
    /** Bounds of the `time` of its traces. */
    earliest: number;
    latest: number;
    /** Of the bytes as they lie in the bucket. */
    sha256: string;
    md5: string;
    /** Named key that it is encrypted with; null: it is not. */
    encryption_key: string | null;
    delivered_at: number;
    chain_id: number;
    /** Its place in the chain, from 1. */
    number: number;
    /** 1: a digest is to cover it, whatever the tracker says by now. */
    validated: Generated<number>;
  };
  /** Trace files of one trace source in one bucket, each with its number; digest files cover ranges of them. */
  chains: {
    id: Generated<number>;
    bucket: string;
    /** What the keys of its files have in common. */
    name: string;
    region: string;
    tracker: string;
    /** Of the trace source; empty: not sorted. */
    folder: string;
    place: string;
    /** Of the names of the newest files. */
    prefix: string;
    project_id: string;
    /** Of the file that was delivered last; 0: none was. */
    number: number;
  };
  /** Digest files, in the buckets of their chains. */
  digests: {
    chain_id: number;
    /** Its place in the chain, from 1. */
    seq: number;
    key: string;
    /** The time that it covers by name. */
    start_time: number;
    end_time: number;
    /** The files that it covers; the last is one less than the first: none. */
    first_number: number;
    last_number: number;
    /** Files and traces that were covered so far, by this one too. */
    total_files: number;
    total_traces: number;
    sha256: string;
    md5: string;
    signature: string;
    key_id: string;
    /** 1: it is the last one; 2: others followed it that are not known here. */
    ended: number;
    written_at: number;
    /** Base64 of the file until it lies in its bucket; then empty. */
    body: string;
  };
  /** How many traces of an hour of record_time lie in their buckets. */
  archived_hours: {
    project_id: string;
    /** Its beginning, epoch ms. */
    hour: number;
    traces: number;
  };
  /** Trackers whose last delivery failed. */
  deliveries: {
    tracker_id: string;
    detail: DeliveryTrouble;
    message: string;
    since: number;
  };
  /** Named keys; their material, sealed by the root key, stands by version. */
  kms_keys: {
    id: string;
    project_id: string;
    alias: string;
    description: string;
    state: 'enabled' | 'disabled' | 'pending_deletion';
    version: number;
    deletion_at: number | null;
    created_at: number;
  };
  kms_key_versions: { key_id: string; version: number; sealed_material: string };
  /** Key pairs that digest files are signed with; the newest signs. */
  signing_keys: { id: string; public_key: string; sealed_private_key: string; created_at: number };
  /** The evidence log of each account: a Merkle tree whose leaves are its digest files. */
  logs: {
    domain_id: string;
    size: number;
    /** JSON: roots of its whole subtrees, hex, the largest first. */
    subtrees: string;
    /** Of one that was begun anew: stands behind the name and the folder of the account's first. */
    suffix: Generated<string>;
  };
  log_entries: { domain_id: string; idx: number; hash: string; entry: string };
  /** Of whole tiles: level 1 are those of 256 leaves. */
  log_hashes: { domain_id: string; level: number; idx: number; hash: string };
  /** How far the log lies in a bucket, and the hour of its newest checkpoint there (epoch ms). */
  log_copies: { domain_id: string; bucket: string; size: number; hour: number };
  /** Key pairs that checkpoints are signed with; the newest signs. */
  log_keys: { id: string; public_key: string; sealed_private_key: string; created_at: number };
  smn_topics: {
    id: string;
    project_id: string;
    name: string;
    display_name: string;
    push_policy: number;
    introduction: string;
    /** JSON text; empty: none. */
    access_policy: string;
    enterprise_project_id: string;
    created_at: number;
    updated_at: number;
  };
  smn_topic_tags: { topic_id: string; key: string; value: string };
  smn_subscriptions: {
    id: string;
    topic_id: string;
    protocol: string;
    endpoint: string;
    remark: string;
    /** JSON: headers, batches. */
    extension: string;
    /** JSON: which messages with attributes are for it. */
    filter_polices: Generated<string>;
    /** 0 unconfirmed, 1 confirmed, 3 cancelled by the subscriber. */
    status: number;
    created_at: number;
    /** Before it nothing is tried. */
    next_at: number;
    /** In a row. */
    failures: number;
    failing_since: number | null;
    /** Empty: not; `failing`: tried rarely; `manual`: not tried at all. */
    paused: '' | 'failing' | 'manual';
    /** How long its last request took: 0 there was none, 1 not long, 2 long. */
    pace: Generated<number>;
    /** 1: something may wait for it. Set by triggers on what is queued, taken back by the sender. */
    has_work: Generated<number>;
  };
  /** Proofs in links: SHA-256 of the token, hex. */
  smn_tokens: { hash: string; subscription_id: string; expires_at: number };
  /** When confirmations went out, for their limits. */
  smn_confirmations: {
    protocol: string;
    endpoint: string;
    sent_at: number;
    /** Account that they went out for. */
    domain_id: Generated<string>;
  };
  smn_templates: {
    id: string;
    project_id: string;
    name: string;
    protocol: string;
    content: string;
    created_at: number;
    updated_at: number;
  };
  smn_messages: {
    id: string;
    topic_id: string;
    kind: MessageKind;
    /** Name of the key event notification; empty: of none. */
    notification: string;
    /** By its kind: JSON, or Base64 of compressed lines. */
    content: string;
    traces: number;
    created_at: number;
    expires_at: number;
    /** Its deliveries are not all there yet: none is made. */
    staged: Generated<number>;
  };
  /** Messages that wait for a subscriber, in their order, and those that were given up. */
  smn_deliveries: {
    seq: Generated<number>;
    message_id: string;
    subscription_id: string;
    state: 'waiting' | 'dead';
    attempts: number;
    /** Why it is dead. */
    reason: string;
    died_at: number | null;
  };
  /** The last attempts of each subscription. */
  smn_attempts: {
    id: Generated<number>;
    subscription_id: string;
    message_id: string;
    subject: string;
    at: number;
    /** ms */
    took: number;
    delivered: number;
    answer: string;
  };
  /** Key pairs that messages are signed with, by region; the newest signs. */
  smn_certificates: {
    id: string;
    region: string;
    pem: string;
    sealed_private_key: string;
    created_at: number;
  };
  /** How far the notifier has followed a journal; written together with what it has found. */
  notifier_positions: {
    journal_id: string;
    segment: number;
    offset: number;
    /** What is written of the stretch behind it, as JSON; '' if nothing. */
    begun: Generated<string>;
  };
  /** What the notifier has passed over of a project, which wants very many messages; written apart. */
  notifier_arrears: {
    journal_id: string;
    project_id: string;
    segment: number;
    offset: number;
    until_segment: number;
    until_offset: number;
    /** As of the position. */
    begun: string;
  };
  /** Operations of the service whose traces are not known to be in the journal. */
  operations: {
    /** The trace_id of its trace. */
    id: string;
    started_at: number;
    domain_id: string;
    /** Null: it concerns the account. */
    project_id: string | null;
    /** JSON of the trace as intake takes it; without outcome while it is under way. */
    trace: string;
    /** JSON of where it was to be recorded when it began; null: nowhere. */
    places: string | null;
    ended: number;
  };
}
