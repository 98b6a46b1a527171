import { lookup } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import tls from 'node:tls';
import { isUntrusted, TRUST_ADVICE } from '../trust.ts';
import { type ObjectProblem, ObjectStoreError, type RefusalReason } from './store.ts';

/** What an object store was asked. */
export interface Asked {
  /** For the message: which bucket or object. */
  what: string;
  /** The rights that it takes, as policies of S3 name them. */
  right: string;
  bucket: string;
  /** What an answer 404 without a name means. */
  missing?: ObjectProblem;
}

/** Which store, and how it is spoken to. */
export interface StorePlace {
  endpoint: URL;
  region: string;
  hostStyle: boolean;
  settings: SettingNames;
}

/** Where what a store is reached with is set. */
type SettingNames = Record<'endpoint' | 'region' | 'accessKey' | 'secretKey', string>;

export const OF_SERVICE: SettingNames = {
  endpoint: 'OPENCTS_S3_ENDPOINT',
  region: 'OPENCTS_S3_REGION',
  accessKey: 'OPENCTS_S3_ACCESS_KEY',
  secretKey: 'OPENCTS_S3_SECRET_KEY',
};

export const OF_AWS: SettingNames = {
  endpoint: 'AWS_ENDPOINT_URL_S3',
  region: 'AWS_REGION',
  accessKey: 'AWS_ACCESS_KEY_ID',
  secretKey: 'AWS_SECRET_ACCESS_KEY',
};

/** What the SDK and Node tell of a failure. */
interface Failure extends NodeJS.ErrnoException {
  hostname?: string;
  errors?: Error[];
  $metadata?: { httpStatusCode?: number };
  /** `body` as text where it could not be read as XML. */
  $response?: { headers?: Record<string, string>; body?: unknown };
  /** Members of the error document. */
  Region?: string;
  BucketName?: string;
  Endpoint?: string;
}

type Verdict = [problem: ObjectProblem, reason: RefusalReason, cause: string];

const MOST_TOLD = 300;
const PROBE_MS = 2_000;
const NOT_TLS = /wrong version number|packet length too long|unknown protocol|http request/i;
const NO_STORE = /deserialization error|is not expected|unexpected token|unclosed tag|invalid xml/i;

/** Why a call failed, in words, with the setting that cures it. */
export async function refusalOf(error: unknown, asked: Asked, place: StorePlace): Promise<ObjectStoreError> {
  const failure = error as Failure;
  const [problem, reason, cause] = byCode(failure, place) ??
    (await byNetwork(failure, asked, place)) ??
    byAnswer(failure, asked, place) ?? ['away', 'failing', 'the object store failed'];
  return new ObjectStoreError(problem, `${asked.what}: ${cause} (${toldBy(failure)})`, {
    cause: error,
    reason,
  });
}

/** A call that was broken off. @param ms that it had; undefined: the service stops */
export const brokenOff = ({ what }: Asked, ms: number | undefined, cause: unknown) =>
  ms === undefined
    ? new ObjectStoreError('away', `${what}: the service stops`, { cause })
    : new ObjectStoreError('away', `${what}: the object store gives no answer within ${ms / 1000} s`, {
        cause,
        reason: 'silent',
      });

/** What is there, but is no answer of an object store. */
export const noStore = ({ what }: Asked, place: StorePlace, told: string) =>
  new ObjectStoreError('away', `${what}: ${notAStore(place)} (${told})`, { reason: 'not-a-store' });

const notAStore = ({ hostStyle, settings }: StorePlace) =>
  `what answers is no object store, or looks for the bucket in the wrong place: a proxy or another server may stand in between; look at ${settings.endpoint}, and at OPENCTS_S3_STYLE, which is "${styleOf(hostStyle)}"`;
const styleOf = (hostStyle: boolean) => (hostStyle ? 'host' : 'path');

/** Codes by which stores name what is wrong. */
function byCode(failure: Failure, { region, hostStyle, settings }: StorePlace): Verdict | undefined {
  const { name, message = '' } = failure;
  const otherStyle = `buckets are looked for in the wrong place: set OPENCTS_S3_STYLE=${styleOf(!hostStyle)}`;
  const expected =
    failure.$response?.headers?.['x-amz-bucket-region'] ??
    failure.Region ??
    /expecting '([\w-]+)'/.exec(message)?.[1];
  switch (name) {
    case 'NoSuchBucket':
      return undefined;
    case 'CredentialsProviderError':
      return [
        'denied',
        'access-key',
        `no access key was found; set ${settings.accessKey} and ${settings.secretKey}, or AWS_PROFILE; of a store that is not of AWS, ${OF_SERVICE.endpoint} and what belongs to it`,
      ];
    case 'InvalidAccessKeyId':
    case 'XAdminUserNotFound':
      return [
        'denied',
        'access-key',
        `the object store does not know the access key; set ${settings.accessKey}`,
      ];
    case 'SignatureDoesNotMatch':
      return [
        'denied',
        'secret-key',
        `the secret key does not fit the access key, or a proxy alters requests; set ${settings.secretKey}`,
      ];
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
      return [
        'denied',
        'clock',
        'the clocks of this machine and of the object store differ too much; set them by NTP',
      ];
    case 'VirtualHostDomainRequired':
    case 'SecondLevelDomainForbidden':
      return ['away', 'style', otherStyle];
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
    case 'InvalidLocationConstraint':
    case 'InvalidRegion':
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'Redirect':
      if (expected === undefined && failure.Endpoint) {
        return [
          'away',
          'style',
          `the bucket is at ${failure.Endpoint}; look at ${settings.endpoint} and OPENCTS_S3_STYLE`,
        ];
      }
      return [
        'away',
        'region',
        `the region is wrong: ${settings.region} is "${region}"${expected ? `, the bucket is in "${expected}"` : ''}`,
      ];
    default:
      return undefined;
  }
}

/** Failures before there is an answer. */
async function byNetwork(failure: Failure, asked: Asked, place: StorePlace): Promise<Verdict | undefined> {
  const { endpoint, hostStyle, settings } = place;
  const { code = '', message = '', hostname = '' } = failure;
  const inHost = hostStyle && hostname.startsWith(`${asked.bucket}.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const host = endpoint.hostname;
    if (inHost && (await resolves(host))) {
      return [
        'away',
        'style',
        `${host} has an address, ${hostname} has none; set OPENCTS_S3_STYLE=path, or add the name to the DNS`,
      ];
    }
    return [
      'away',
      'unknown-host',
      `the name ${host} has no address; look at ${settings.endpoint} and the DNS`,
    ];
  }
  if (code === 'ECONNREFUSED') {
    return ['away', 'refused', `nothing listens at ${endpoint.host}; look at ${settings.endpoint}`];
  }
  if (isUntrusted(failure)) {
    return ['away', 'untrusted', `the certificate of ${endpoint.host} is not trusted; ${TRUST_ADVICE}`];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return hostStyle
      ? [
          'away',
          'style',
          `the certificate is not for ${asked.bucket}.${endpoint.hostname}; set OPENCTS_S3_STYLE=path, or choose a name without dots for the bucket`,
        ]
      : [
          'away',
          'wrong-name',
          `the certificate is not for ${endpoint.hostname}; look at ${settings.endpoint}`,
        ];
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return [
      'away',
      'expired',
      `the certificate of ${endpoint.host} is not valid now; renew it, or set this machine's clock`,
    ];
  }
  const speaksTls = `${endpoint.host} speaks TLS; begin ${settings.endpoint} with https://`;
  if (
    endpoint.protocol === 'https:' &&
    (code.startsWith('ERR_SSL') || code === 'EPROTO') &&
    NOT_TLS.test(message)
  ) {
    return ['away', 'scheme', `${endpoint.host} does not speak TLS; begin ${settings.endpoint} with http://`];
  }
  const body = failure.$response?.body;
  if (endpoint.protocol === 'http:' && /HTTP request (?:was sent )?to (?:an )?HTTPS/i.test(String(body))) {
    return ['away', 'scheme', speaksTls];
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) {
    return endpoint.protocol === 'http:' && (await handshakes(endpoint))
      ? ['away', 'scheme', speaksTls]
      : ['away', 'failing', `${endpoint.host} ends connections without an answer`];
  }
  if (failure.name === 'TimeoutError') {
    return ['away', 'silent', `${endpoint.host} gives no answer; look at ${settings.endpoint} and firewalls`];
  }
  return undefined;
}

/** Answers that have no code that is known. */
function byAnswer(failure: Failure, asked: Asked, place: StorePlace): Verdict | undefined {
  const { hostStyle } = place;
  const { name, message = '' } = failure;
  const status = failure.$metadata?.httpStatusCode ?? 0;
  const type = failure.$response?.headers?.['content-type'] ?? '';
  if (name === 'NoSuchBucket') {
    return failure.BucketName === undefined || failure.BucketName === asked.bucket
      ? ['no-bucket', 'absent', 'there is no such bucket']
      : [
          'away',
          'style',
          `the object store looked for the bucket "${failure.BucketName.slice(0, 64)}"; set OPENCTS_S3_STYLE=${styleOf(!hostStyle)}`,
        ];
  }
  if (/kms/i.test(name)) return ['key', 'failing', 'the object store cannot use the key'];
  if (type.includes('html') || NO_STORE.test(message)) return ['away', 'not-a-store', notAStore(place)];
  if (name === 'NotImplemented' || status === 501 || status === 405) {
    return [
      'unsupported',
      'failing',
      `the object store cannot do this, or not where it looks for the bucket (OPENCTS_S3_STYLE is "${styleOf(hostStyle)}")`,
    ];
  }
  if (name === 'BucketNotEmpty') return ['denied', 'failing', 'it is not empty'];
  if (name === 'BucketAlreadyExists' || name === 'BucketAlreadyOwnedByYou' || status === 409) {
    return ['exists', 'failing', 'it is there already'];
  }
  if (status === 404) return [asked.missing ?? 'no-object', 'absent', 'it is not there'];
  if (status === 401 || status === 403) {
    return ['denied', 'right', `the access key lacks the right ${asked.right}, or a policy denies it`];
  }
  return status === 0 ? undefined : ['away', 'failing', `the object store answers ${status}`];
}

/** The store's own words, on one line. */
function toldBy({ name, message, code, errors, $metadata }: Failure): string {
  const words = message || errors?.map((one) => one.message).join(', ') || '';
  const status = $metadata?.httpStatusCode;
  const named = [status, code && code !== name ? code : '', name].filter(Boolean).join(' ');
  return `${named}${words && words !== name ? `: ${words}` : ''}`.replaceAll(/\s+/g, ' ').slice(0, MOST_TOLD);
}

function resolves(host: string): Promise<boolean> {
  const found = lookup(host).then(
    () => true,
    () => false,
  );
  return Promise.race([found, setTimeout(PROBE_MS, false, { ref: false })]);
}

/** Whether there is TLS at a port. */
function handshakes({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    // Nothing is sent: whose certificate it is does not matter.
    const socket = tls.connect({ host, port: Number(port) || 80, rejectUnauthorized: false });
    const end = (found: boolean) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(PROBE_MS, () => end(false));
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
  });
}
