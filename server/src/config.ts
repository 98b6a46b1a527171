import path from 'node:path';
import ipaddr from 'ipaddr.js';

/** One setting: the variable, what it means, its default as text and how text becomes a value. */
interface Setting<T> {
  variable: string;
  meaning: string;
  fallback: string;
  secret?: boolean;
  parse(text: string): T;
}

const text = (value: string) => value;

function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`);
    }
    return number;
  };
}

function oneOf<const T extends string>(...choices: T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
    return found;
  };
}

function httpUrlOrEmpty(value: string): string {
  if (value === '') return '';
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error('must be an http or https URL');
  }
  return value.replace(/\/+$/, '');
}

/** Clients derive the addresses of one API version from those of another by replacing text in the whole URL. */
function publicUrlOrEmpty(value: string): string {
  const url = httpUrlOrEmpty(value);
  if (/v[123]/.test(url)) {
    throw new Error('must not hold "v1", "v2" or "v3": some clients take it for the version of the API');
  }
  return url;
}

/** In the clear only on this machine: tokens of people pass there. */
function issuerOrEmpty(value: string): string {
  const url = httpUrlOrEmpty(value);
  if (url.startsWith('http:') && !/^(127\.|localhost$|\[::1\]$)/.test(new URL(url).hostname)) {
    throw new Error('must be an https URL; http is taken for addresses of this machine only');
  }
  return url;
}

function regions(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9-]{0,63}$/.test(name));
  if (bad !== undefined) throw new Error(`must be names of a-z, 0-9 and "-", "${bad}" is none`);
  return [...new Set(names)];
}

function bytes(value: string): number {
  const match = /^(\d+)\s*(|k|M|G)i?B?$/i.exec(value.trim());
  if (!match) throw new Error('must be a size such as 512MB or 2GB');
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}

function atLeast(least: string): (value: string) => number {
  return (value) => {
    const size = bytes(value);
    if (size < bytes(least)) throw new Error(`must be ${least} or more`);
    return size;
  };
}

function pattern(rule: RegExp, told: string): (value: string) => string {
  return (value) => {
    if (!rule.test(value)) throw new Error(told);
    return value;
  };
}

function headers(value: string): Record<string, string> {
  try {
    const parsed = JSON.parse(value) as Record<string, unknown>;
    const all = Object.entries(parsed).map(([name, one]) => [name.toLowerCase(), String(one)]);
    if (typeof parsed === 'object' && !Array.isArray(parsed)) return Object.fromEntries(all);
  } catch {
    // Told below.
  }
  throw new Error('must be a JSON object of headers');
}

/** Address blocks (RFC 4632, RFC 4291). */
function networks(value: string): string[] {
  const blocks = value
    .split(',')
    .map((block) => block.trim())
    .filter((block) => block !== '');
  const bad = blocks.find((block) => !ipaddr.isValidCIDR(block));
  if (bad !== undefined) throw new Error(`must be blocks such as 10.1.0.0/16, "${bad}" is none`);
  return blocks;
}

/** Names of members that stand for secrets; `*name`: all that end with it. */
function names(value: string): string[] {
  const all = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const bad = all.find((name) => !/^(?:[^:*]{1,64}:)?\*?[A-Za-z0-9][A-Za-z0-9 _.-]{1,63}$/.test(name));
  if (bad !== undefined) {
    throw new Error(
      `must be names of 2 to 64 letters, digits, "_", "." and "-", also behind a source and ":"; "${bad}" is none`,
    );
  }
  return all;
}

const define = <T>(setting: Setting<T>) => setting;

/** Every setting of the server. Flags have the same names: `OPENCTS_DATA_DIR` is `--data-dir`. */
export const SETTINGS = {
  dataDir: define({
    variable: 'OPENCTS_DATA_DIR',
    meaning: 'Directory of the journal and the embedded stores',
    fallback: './opencts-data',
    parse: (value) => path.resolve(value),
  }),
  host: define({
    variable: 'OPENCTS_HOST',
    meaning: 'Address to listen on; 0.0.0.0 opens the service to the network',
    fallback: '127.0.0.1',
    parse: text,
  }),
  port: define({
    variable: 'OPENCTS_PORT',
    meaning: 'Port to listen on',
    fallback: '8780',
    parse: integer(0, 65535),
  }),
  maxConnections: define({
    variable: 'OPENCTS_MAX_CONNECTIONS',
    meaning: 'Connections at a time; fewer when the limit of open files (ulimit -n) is low',
    fallback: '10000',
    parse: integer(64, 1_000_000),
  }),
  stopGraceSeconds: define({
    variable: 'OPENCTS_STOP_GRACE',
    meaning: 'Seconds that requests under way have to come to their end when the service is stopped',
    fallback: '10',
    parse: integer(0, 3600),
  }),
  publicUrl: define({
    variable: 'OPENCTS_PUBLIC_URL',
    meaning: 'URL under which clients reach the service (catalog, links); empty: from host and port',
    fallback: '',
    parse: publicUrlOrEmpty,
  }),
  trustProxy: define({
    variable: 'OPENCTS_TRUST_PROXY',
    meaning:
      'Addresses or networks of proxies, separated by commas, whose X-Forwarded-For tells the caller; empty: none',
    fallback: '',
    parse: text,
  }),
  regions: define({
    variable: 'OPENCTS_REGIONS',
    meaning: 'Regions, separated by commas; every account has a project in each',
    fallback: 'local',
    parse: regions,
  }),
  globalRegion: define({
    variable: 'OPENCTS_GLOBAL_REGION',
    meaning: 'Region in which the traces of global services (IAM, …) are recorded; empty: the first one',
    fallback: '',
    parse: text,
  }),
  domainName: define({
    variable: 'OPENCTS_DOMAIN',
    meaning: 'Name of the first account (domain)',
    fallback: 'default',
    parse: text,
  }),
  adminName: define({
    variable: 'OPENCTS_ADMIN_USER',
    meaning: 'Name of the first administrator',
    fallback: 'admin',
    parse: text,
  }),
  adminPassword: define({
    variable: 'OPENCTS_ADMIN_PASSWORD',
    meaning: "The first administrator's password; empty: made at first start and printed once",
    fallback: '',
    secret: true,
    parse: text,
  }),
  oidcIssuer: define({
    variable: 'OPENCTS_OIDC_ISSUER',
    meaning: 'URL of an OpenID Connect provider through which people sign in to the console; empty: none',
    fallback: '',
    parse: issuerOrEmpty,
  }),
  oidcClientId: define({
    variable: 'OPENCTS_OIDC_CLIENT_ID',
    meaning: 'Id of OpenCTS at the provider; its redirect URI there is {public URL}/oidc/callback',
    fallback: 'opencts',
    parse: text,
  }),
  oidcClientSecret: define({
    variable: 'OPENCTS_OIDC_CLIENT_SECRET',
    meaning: 'Secret of OpenCTS at the provider; empty: a public client (PKCE is used in any case)',
    fallback: '',
    secret: true,
    parse: text,
  }),
  oidcScope: define({
    variable: 'OPENCTS_OIDC_SCOPE',
    meaning: 'Scope that is asked of the provider',
    fallback: 'openid profile email',
    parse: text,
  }),
  oidcNameClaim: define({
    variable: 'OPENCTS_OIDC_NAME_CLAIM',
    meaning: "Claim that becomes the user's name; a name, or a path with dots",
    fallback: 'preferred_username',
    parse: text,
  }),
  oidcGroupsClaim: define({
    variable: 'OPENCTS_OIDC_GROUPS_CLAIM',
    meaning:
      'Claim with the names of groups, as realm_access.roles; of those that the account has, the user becomes a member',
    fallback: 'groups',
    parse: text,
  }),
  oidcDomain: define({
    variable: 'OPENCTS_OIDC_DOMAIN',
    meaning: 'Account that people from the provider belong to; empty: the first account',
    fallback: '',
    parse: text,
  }),
  rootKey: define({
    variable: 'OPENCTS_ROOT_KEY',
    meaning: 'Root key, 64 hex digits; empty: made at first start and kept in the data directory',
    fallback: '',
    secret: true,
    parse: (value) => {
      if (value !== '' && !/^[0-9a-f]{64}$/i.test(value)) throw new Error('must be 64 hex digits');
      return value;
    },
  }),
  clickhouseUrl: define({
    variable: 'OPENCTS_CLICKHOUSE_URL',
    meaning:
      'ClickHouse server for traces, with user and password in the URL if needed; empty: embedded engine',
    fallback: '',
    secret: true,
    parse: httpUrlOrEmpty,
  }),
  clickhouseDatabase: define({
    variable: 'OPENCTS_CLICKHOUSE_DATABASE',
    meaning: 'Database of the traces table',
    fallback: 'opencts',
    parse: text,
  }),
  clickhouseCluster: define({
    variable: 'OPENCTS_CLICKHOUSE_CLUSTER',
    meaning: 'Name of the ClickHouse cluster; empty: one server',
    fallback: '',
    parse: text,
  }),
  engineMemory: define({
    variable: 'OPENCTS_ENGINE_MEMORY',
    meaning: 'Memory limit of the embedded engine, 200MB or more',
    fallback: '800MB',
    parse: atLeast('200MB'),
  }),
  retentionDays: define({
    variable: 'OPENCTS_RETENTION_DAYS',
    meaning: 'Days that traces stay searchable; older ones go to trace files only',
    fallback: '7',
    parse: integer(1, 3650),
  }),
  maxTraceAgeDays: define({
    variable: 'OPENCTS_MAX_TRACE_AGE_DAYS',
    meaning: 'Days that the time of a trace may lie back; older ones are refused on intake',
    fallback: '3650',
    parse: integer(1, 36_500),
  }),
  diskReserve: define({
    variable: 'OPENCTS_DISK_RESERVE',
    meaning: 'Free disk below which ingest refuses with 503',
    fallback: '1GB',
    parse: bytes,
  }),
  cycleSeconds: define({
    variable: 'OPENCTS_TRANSFER_CYCLE',
    meaning: 'Seconds of a cycle of the transfer to buckets; cycles begin on its multiples of the wall clock',
    fallback: '300',
    parse: integer(1, 3600),
  }),
  digestHash: define({
    variable: 'OPENCTS_DIGEST_HASH',
    meaning: 'Hash in digest files; MD5 is for verifiers that were written for the clouds, and proves little',
    fallback: 'SHA-256',
    parse: oneOf('SHA-256', 'MD5'),
  }),
  s3Endpoint: define({
    variable: 'OPENCTS_S3_ENDPOINT',
    meaning: 'URL of an S3-compatible object store or OBS; empty: buckets are folders of the data directory',
    fallback: '',
    parse: httpUrlOrEmpty,
  }),
  s3Region: define({
    variable: 'OPENCTS_S3_REGION',
    meaning: 'Region that requests to the object store are signed for',
    fallback: 'us-east-1',
    parse: text,
  }),
  s3AccessKey: define({
    variable: 'OPENCTS_S3_ACCESS_KEY',
    meaning: 'Access key at the object store',
    fallback: '',
    parse: text,
  }),
  s3SecretKey: define({
    variable: 'OPENCTS_S3_SECRET_KEY',
    meaning: 'Secret key at the object store',
    fallback: '',
    secret: true,
    parse: text,
  }),
  s3Style: define({
    variable: 'OPENCTS_S3_STYLE',
    meaning: 'path: host/bucket/key; host: bucket.host/key',
    fallback: 'path',
    parse: oneOf('path', 'host'),
  }),
  smtpUrl: define({
    variable: 'OPENCTS_SMTP_URL',
    meaning: 'Mail server of notifications, smtp://USER:PASSWORD@HOST:PORT or smtps://…; empty: no e-mail',
    fallback: '',
    secret: true,
    parse: pattern(/^(?:smtps?:\/\/.+)?$/, 'must begin with smtp:// or smtps://'),
  }),
  mailFrom: define({
    variable: 'OPENCTS_MAIL_FROM',
    meaning: 'Address that notifications come from',
    fallback: 'opencts@localhost',
    parse: pattern(/^[^\s@<>]+@[^\s@<>]+$/, 'must be an e-mail address'),
  }),
  smsUrl: define({
    variable: 'OPENCTS_SMS_URL',
    meaning: 'HTTP gateway of text messages; {number} and {text} are put in; empty: no SMS',
    fallback: '',
    secret: true,
    parse: pattern(/^(?:https?:\/\/.+)?$/, 'must begin with http:// or https://'),
  }),
  smsMethod: define({
    variable: 'OPENCTS_SMS_METHOD',
    meaning: 'GET or POST',
    fallback: 'POST',
    parse: oneOf('GET', 'POST'),
  }),
  smsHeaders: define({
    variable: 'OPENCTS_SMS_HEADERS',
    meaning: 'Headers for the gateway, as a JSON object',
    fallback: '{"content-type":"application/json"}',
    secret: true,
    parse: headers,
  }),
  smsBody: define({
    variable: 'OPENCTS_SMS_BODY',
    meaning: 'Body for the gateway; {number} and {text} are put in, escaped as its content-type asks',
    fallback: '{"to":"{number}","text":"{text}"}',
    parse: text,
  }),
  deliveryNetworks: define({
    variable: 'OPENCTS_DELIVERY_NETWORKS',
    meaning: 'Private networks in which HTTP(S) subscribers may be, such as 10.1.0.0/16,192.168.7.9/32',
    fallback: '',
    parse: networks,
  }),
  segmentSize: define({
    variable: 'OPENCTS_JOURNAL_SEGMENT',
    meaning: 'Size of a journal segment',
    fallback: '64MB',
    parse: bytes,
  }),
  dedupWindow: define({
    variable: 'OPENCTS_DEDUP_WINDOW',
    meaning: 'Client-given trace ids that are remembered, at the least, to recognise a retry',
    fallback: '1000000',
    parse: integer(1000, 50_000_000),
  }),
  ingestQueue: define({
    variable: 'OPENCTS_INGEST_QUEUE',
    meaning: 'Bytes that may wait for the journal before ingest answers 503',
    fallback: '64MB',
    parse: bytes,
  }),
  maxBody: define({
    variable: 'OPENCTS_MAX_BODY',
    meaning: 'Largest request body, decompressed; NDJSON is streamed and may be 32 times as large',
    fallback: '12MB',
    parse: bytes,
  }),
  maxTraces: define({
    variable: 'OPENCTS_MAX_TRACES',
    meaning: 'Most traces of one request; NDJSON without trace_ids=true may hold 32 times as many',
    fallback: '10000',
    parse: integer(100, 100_000),
  }),
  maskedNames: define({
    variable: 'OPENCTS_MASKED_NAMES',
    meaning:
      'Names of members whose values are masked besides the usual ones, separated by commas; *name: all names that end so; source:name: in traces of that source',
    fallback: '',
    parse: names,
  }),
  metricsToken: define({
    variable: 'OPENCTS_METRICS_TOKEN',
    meaning: 'Bearer token that lets a Prometheus server read /metrics; empty: only administrators may',
    fallback: '',
    secret: true,
    parse: text,
  }),
  canarySeconds: define({
    variable: 'OPENCTS_CANARY_SECONDS',
    meaning: 'Seconds between two canary traces; 0: none',
    fallback: '60',
    parse: integer(0, 86_400),
  }),
  logLevel: define({
    variable: 'OPENCTS_LOG_LEVEL',
    meaning: 'Least severity that is logged',
    fallback: 'info',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  }),
} as const;

export type Config = { [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']> };

/** A setting whose value breaks its rule; the message names the variable and the rule, never a secret value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration: flags first, then the environment, then defaults.
 * @throws ConfigError naming every variable that is wrong or unknown.
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  flags: Record<string, string | undefined> = {},
): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [key, setting] of Object.entries(SETTINGS) as [string, Setting<unknown>][]) {
    known.add(setting.variable);
    const value = flags[flagOf(setting.variable)] ?? environment[setting.variable] ?? setting.fallback;
    try {
      config[key] = setting.parse(value);
    } catch (error) {
      const shown = setting.secret ? '' : ` is "${value}"`;
      problems.push(`${setting.variable}${shown}: ${(error as Error).message}`);
    }
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('OPENCTS_') && !known.has(name) && !CLIENT_VARIABLES.has(name)) {
      problems.push(`${name} is not a setting of OpenCTS; 'opencts config' lists them`);
    }
  }
  const { regions = [], globalRegion } = config as Partial<Config>;
  config.globalRegion = globalRegion || regions[0];
  config.oidcDomain ||= config.domainName;
  if (regions.length > 0 && !regions.includes(String(config.globalRegion))) {
    problems.push(`OPENCTS_GLOBAL_REGION is "${globalRegion}": must be one of ${regions.join(', ')}`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config as Config;
}

/** Variables that the command line's client side reads (see `opencts import --help`). */
export const CLIENT_VARIABLES: ReadonlySet<string> = new Set([
  'OPENCTS_URL',
  'OPENCTS_USER',
  'OPENCTS_PASSWORD',
  'OPENCTS_TOKEN',
  'OPENCTS_PROJECT',
  'OPENCTS_NEW_PASSWORD',
  'OPENCTS_BACKUP_PASSWORD',
]);

/** The flag of a variable, without dashes: `OPENCTS_DATA_DIR` → `data-dir`. */
export function flagOf(variable: string): string {
  return variable.slice('OPENCTS_'.length).toLowerCase().replaceAll('_', '-');
}
