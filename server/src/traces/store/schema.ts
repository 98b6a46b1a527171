import { createHash } from 'node:crypto';
import { textMember } from './readable.ts';
import { ID_INDEX, ID_INDEX_NAME, WORD_INDEX, WORD_INDEX_NAME } from './text-indexes.ts';

/** Names in the database; on a cluster `traces` is spread over `traces_shard` tables. */
export interface TableNames {
  database: string;
  /** Empty: one server. */
  cluster: string;
}

const TEXT = 'String CODEC(ZSTD(1))';
const NAME = 'LowCardinality(String)';
const INSTANT = "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))";

/**
 * The columns, in the order in which a trace is shown. Those that a journal line has are filled from it by name; the others are derived from `user`,
 * so that a line is inserted as it stands.
 */
export const COLUMNS: Readonly<Record<string, string>> = {
  trace_id: 'UUID',
  trace_name: NAME,
  trace_rating: NAME,
  trace_type: NAME,
  service_type: NAME,
  resource_type: NAME,
  resource_name: TEXT,
  resource_id: TEXT,
  time: INSTANT,
  record_time: INSTANT,
  user: TEXT,
  user_name: `${NAME} DEFAULT ${textMember('user', 'name', 'name')}`,
  access_key_id: `${NAME} DEFAULT ${textMember('user', 'access_key_id', 'name')}`,
  source_ip: TEXT,
  code: NAME,
  request: TEXT,
  response: TEXT,
  message: TEXT,
  api_version: NAME,
  request_id: TEXT,
  operation_id: NAME,
  location_info: TEXT,
  endpoint: NAME,
  resource_url: TEXT,
  read_only: 'Nullable(Bool)',
  user_agent: NAME,
  content_length: 'Nullable(Int64)',
  total_time: 'Nullable(Int64)',
  event_type: NAME,
  tracker_name: NAME,
  project_id: NAME,
  domain_id: NAME,
  resource_account_id: NAME,
  enterprise_project_id: NAME,
  extra: TEXT,
};

/** Columns that the engine makes out of `user`. */
export const DERIVED = ['user_name', 'access_key_id'];
const INDEXES = ['trace_id', 'resource_id', 'resource_name', 'source_ip'];

/**
 * Every insert is on disk before it is acknowledged, and so is every merge; a repeated insert is recognised
 * (`docs/reference/clickhouse.md` 2).
 */
const TABLE_SETTINGS = [
  'fsync_after_insert = 1',
  'fsync_part_directory = 1',
  'min_rows_to_fsync_after_merge = 1',
  'min_compressed_bytes_to_fsync_after_merge = 1',
  // A fresh part is one file, not two for each column: fewer files to fsync.
  'min_bytes_for_wide_part = 134217728',
];

/**
 * Rows are one where all of these are: the same row that is written twice. Whoever sends another trace with the id
 * and the time of one that is there replaces nothing.
 */
const KEY = '(project_id, time, trace_id, recorded)';
const RECORDED = 'recorded Int64';
/** In a key, a column of an earlier table may get its value only after it is there. */
const RECORDED_WITH_VALUE = `${RECORDED} DEFAULT toUnixTimestamp64Milli(record_time)`;

export interface Migrations {
  /** Bring the schema to its present form; each may be repeated. */
  statements: string[];
  /** What the table's comment is where they have been carried out. */
  mark: string;
}

/** Names of the indexes of text. */
export const TEXT_INDEXES = [WORD_INDEX_NAME, ID_INDEX_NAME];

/** @param isEmbedded merges leave out the indexes of text, which are made when they are asked for */
export function migrations(names: TableNames, isEmbedded: boolean): Migrations {
  const statements = statementsFor(names);
  if (isEmbedded) {
    const setting = `exclude_materialize_skip_indexes_on_merge = '${TEXT_INDEXES.join(', ')}'`;
    statements.push(`ALTER TABLE ${localTable(names)} MODIFY SETTING ${setting}`);
  }
  const mark = `opencts ${createHash('sha256').update(statements.join(';')).digest('hex').slice(0, 16)}`;
  if (!names.cluster) statements.push(`ALTER TABLE ${names.database}.traces MODIFY COMMENT '${mark}'`);
  return { statements, mark };
}

/** Adds the indexes of text, which not every server knows. */
export const textIndexesStatement = (names: TableNames): string =>
  `ALTER TABLE ${localTable(names)} ADD INDEX IF NOT EXISTS ${ID_INDEX}, ADD INDEX IF NOT EXISTS ${WORD_INDEX}`;

/** Gives them to the parts that are there and lack them, in the background. */
export const materializeTextIndexes = (names: TableNames): string =>
  `ALTER TABLE ${localTable(names)} ${TEXT_INDEXES.map((name) => `MATERIALIZE INDEX ${name}`).join(', ')}`;

function localTable({ database, cluster }: TableNames): string {
  return cluster ? `${database}.traces_shard ON CLUSTER '${cluster}'` : `${database}.traces`;
}

function statementsFor({ database, cluster }: TableNames): string[] {
  const on = cluster ? ` ON CLUSTER '${cluster}'` : '';
  const table = `${database}.${cluster ? 'traces_shard' : 'traces'}`;
  const replicated = `ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/${database}/traces', '{replica}')`;
  const engine = cluster ? replicated : 'ReplacingMergeTree';
  // A replicated table recognises a repeated insert by itself.
  const settings = cluster
    ? TABLE_SETTINGS
    : [...TABLE_SETTINGS, 'non_replicated_deduplication_window = 1000'];
  const known = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  const columns = [...known, RECORDED_WITH_VALUE];
  const indexes = INDEXES.map((name) => `ix_${name} ${name} TYPE bloom_filter(0.01) GRANULARITY 1`);
  const additions = [
    ...known.map((column) => `ADD COLUMN IF NOT EXISTS ${column}`),
    // Of parts that are there already it is made when they are merged.
    ...indexes.map((index) => `ADD INDEX IF NOT EXISTS ${index}`),
    // Tables of earlier versions make them of what the engine reads without help.
    ...DERIVED.map((name) => `MODIFY COLUMN ${name} ${COLUMNS[name]}`),
  ];
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${database}${on}`,
    `CREATE TABLE IF NOT EXISTS ${table}${on} (${[...columns, ...indexes.map((index) => `INDEX ${index}`)].join(', ')})
     ENGINE = ${engine}
     PARTITION BY toYYYYMMDD(record_time)
     ORDER BY ${KEY}
     SETTINGS ${settings.join(', ')}`,
    `ALTER TABLE ${table}${on} ${additions.join(', ')}`,
    `ALTER TABLE ${table}${on} ADD COLUMN IF NOT EXISTS ${RECORDED}, MODIFY ORDER BY ${KEY}`,
    `ALTER TABLE ${table}${on} MODIFY COLUMN ${RECORDED_WITH_VALUE}`,
  ];
  if (cluster) {
    statements.push(
      `CREATE TABLE IF NOT EXISTS ${database}.traces${on} AS ${table}
       ENGINE = Distributed('${cluster}', ${database}, traces_shard, cityHash64(trace_id))`,
    );
  }
  return statements;
}
