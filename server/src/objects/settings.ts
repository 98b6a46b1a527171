import type { S3Options } from './s3.ts';

/** What the settings of the service say of its object store. */
export interface StoreSettings {
  s3Endpoint: string;
  s3Region: string;
  s3AccessKey: string;
  s3SecretKey: string;
  s3Style: 'path' | 'host';
}

/** @returns undefined: they name none */
export function storeOfSettings(settings: StoreSettings): S3Options | undefined {
  const { s3Endpoint: endpoint, s3Region: region, s3AccessKey: accessKey, s3SecretKey: secretKey } = settings;
  if (endpoint === '') return undefined;
  return { endpoint, region, accessKey, secretKey, hostStyle: settings.s3Style === 'host' };
}

/** The store that the environment of the tools of AWS names, with the access key that these would take. */
export function storeOfAws(env: NodeJS.ProcessEnv): S3Options {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  // Stores of others seldom have names for each of their buckets.
  const hostStyle = env.OPENCTS_S3_STYLE ? env.OPENCTS_S3_STYLE === 'host' : endpoint === undefined;
  return { ...(endpoint === undefined ? {} : { endpoint }), region, hostStyle };
}
