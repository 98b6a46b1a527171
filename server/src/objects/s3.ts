import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  type Listing,
  type ListOptions,
  type NewObject,
  type ObjectHead,
  type ObjectProblem,
  type ObjectStore,
  ObjectStoreError,
} from './store.ts';

export interface S3Options {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** `bucket.host/key` instead of `host/bucket/key`. */
  hostStyle: boolean;
}

const CONNECT_MS = 5_000;
const ANSWER_MS = 60_000;
/** Name of the user metadata that carries the MD5. */
const MD5 = 'md5';
/** Headers in which OBS tells the storage class of a bucket; buckets of S3 have none. */
const STORAGE_CLASS = ['x-obs-storage-class', 'x-default-storage-class'];
const STANDARD = 'STANDARD';
const LIFECYCLE_RULE = 'opencts';

const ignore = () => undefined;

type Sdk = typeof import('@aws-sdk/client-s3');

/** An S3-compatible store, or OBS, by endpoint. The SDK is loaded only now: it takes 40 MB of memory. */
export async function openS3(options: S3Options): Promise<ObjectStore> {
  return new S3Store(await import('@aws-sdk/client-s3'), options);
}

class S3Store implements ObjectStore {
  readonly expiresByItself = true;
  readonly encryptsByItself = true;
  private readonly sdk: Sdk;
  private readonly client: S3Client;

  constructor(sdk: Sdk, { endpoint, region, accessKey, secretKey, hostStyle }: S3Options) {
    this.sdk = sdk;
    this.client = new sdk.S3Client({
      endpoint,
      region,
      forcePathStyle: !hostStyle,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      maxAttempts: 3,
      // What fails is told by our own errors.
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS },
      // Checksums that only newer stores know are asked for by nobody here: digests prove more.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async createBucket(bucket: string, _region: string, { locking } = { locking: false }): Promise<void> {
    await attempt(`the bucket ${bucket}`, () =>
      this.client.send(
        new this.sdk.CreateBucketCommand({
          Bucket: bucket,
          ObjectLockEnabledForBucket: locking || undefined,
        }),
      ),
    );
  }

  async canLock(bucket: string): Promise<boolean> {
    try {
      const answer = await this.client.send(
        new this.sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }),
      );
      return answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    } catch (error) {
      const { problem } = problemOf(error, `the bucket ${bucket}`, 'no-object');
      if (
        problem === 'away' &&
        (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === undefined
      ) {
        throw problemOf(error, `the bucket ${bucket}`, 'no-object');
      }
      return false;
    }
  }

  async checkBucket(bucket: string): Promise<void> {
    const command = new this.sdk.HeadBucketCommand({ Bucket: bucket });
    let storageClass: string | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { headers = {} } = result.response as { headers?: Record<string, string> };
        storageClass = STORAGE_CLASS.map((name) => headers[name]).find((value) => value !== undefined);
        return result;
      },
      { step: 'deserialize' },
    );
    await attempt(`the bucket ${bucket}`, () => this.client.send(command), 'no-bucket');
    if (storageClass === undefined || storageClass === STANDARD) return;
    throw new ObjectStoreError(
      'unsupported',
      `the bucket ${bucket} is of the storage class ${storageClass}; trace files need one of ${STANDARD}`,
    );
  }

  async setLifecycle(bucket: string, days: number): Promise<void> {
    const rule = {
      ID: LIFECYCLE_RULE,
      Status: 'Enabled' as const,
      Filter: { Prefix: '' },
      Expiration: { Days: days },
    };
    await attempt(`the lifecycle of ${bucket}`, () =>
      days === 0
        ? this.client.send(new this.sdk.DeleteBucketLifecycleCommand({ Bucket: bucket }))
        : this.client.send(
            new this.sdk.PutBucketLifecycleConfigurationCommand({
              Bucket: bucket,
              LifecycleConfiguration: { Rules: [rule] },
            }),
          ),
    );
  }

  async put(object: NewObject): Promise<void> {
    const { bucket, key, body, contentType, metadata, md5, lock, encryptionKey } = object;
    const bytes = body instanceof Uint8Array;
    const command = new this.sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes ? body : createReadStream(body.file),
      ContentLength: bytes ? body.length : body.size,
      ContentType: contentType,
      // The ETag of an encrypted object is not its MD5.
      Metadata: encryptionKey && md5 ? { ...metadata, [MD5]: md5 } : metadata,
      ContentMD5: md5 && Buffer.from(md5, 'hex').toString('base64'),
      ...(encryptionKey ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: encryptionKey } : {}),
      ObjectLockMode: lock?.mode,
      ObjectLockRetainUntilDate: lock && new Date(lock.until),
    });
    try {
      const { ServerSideEncryption: encryption } = await this.client.send(command);
      if (encryptionKey && !encryption?.includes('kms')) {
        throw new ObjectStoreError(
          'unsupported',
          `${bucket}/${key}: the object store took it, but does not encrypt with a key`,
        );
      }
    } catch (error) {
      if (error instanceof ObjectStoreError) throw error;
      const refusal = problemOf(error, `${bucket}/${key}`, 'no-bucket');
      // What was put before a crash may be put again; where it is locked, it is there already.
      if (refusal.problem !== 'denied' || !lock || !(await this.holds(object))) throw refusal;
    }
  }

  private async holds({ bucket, key, md5 }: NewObject): Promise<boolean> {
    const command = new this.sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
    const answer = await this.client.send(command).catch(() => undefined);
    return md5 !== undefined && [answer?.ETag?.replaceAll('"', ''), answer?.Metadata?.[MD5]].includes(md5);
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const answer = await attempt(`${bucket}/${key}`, () =>
      this.client.send(new this.sdk.HeadObjectCommand({ Bucket: bucket, Key: key })),
    );
    return headOf(key, answer);
  }

  async get(bucket: string, key: string, range?: { from: number; to: number }) {
    const answer = await attempt(`${bucket}/${key}`, () =>
      this.client.send(
        new this.sdk.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range ? { Range: `bytes=${range.from}-${range.to}` } : {}),
        }),
      ),
    );
    return { head: headOf(key, answer), body: answer.Body as Readable };
  }

  async list(bucket: string, options: ListOptions = {}): Promise<Listing> {
    const { prefix, delimiter, after, limit = 1000 } = options;
    const answer = await attempt(
      `the bucket ${bucket}`,
      () =>
        this.client.send(
          new this.sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            Delimiter: delimiter,
            ContinuationToken: after,
            MaxKeys: limit,
          }),
        ),
      'no-bucket',
    );
    return {
      objects: (answer.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
        key: Key,
        size: Size,
        modified: LastModified?.getTime() ?? 0,
      })),
      folders: (answer.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
      next: answer.IsTruncated ? answer.NextContinuationToken : undefined,
    };
  }

  async remove(bucket: string, key: string): Promise<void> {
    await attempt(`${bucket}/${key}`, () =>
      this.client.send(new this.sdk.DeleteObjectCommand({ Bucket: bucket, Key: key })),
    );
  }
}

function headOf(
  key: string,
  answer: { ContentLength?: number; LastModified?: Date; Metadata?: Record<string, string> },
): ObjectHead {
  return {
    key,
    size: answer.ContentLength ?? 0,
    modified: answer.LastModified?.getTime() ?? 0,
    metadata: answer.Metadata ?? {},
  };
}

/** @param missing what an answer 404 without a name means */
async function attempt<Result>(
  what: string,
  call: () => Promise<Result>,
  missing: ObjectProblem = 'no-object',
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw problemOf(error, what, missing);
  }
}

function problemOf(error: unknown, what: string, missing: ObjectProblem): ObjectStoreError {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const problem = ((): ObjectProblem => {
    if (name === 'NoSuchBucket') return 'no-bucket';
    if (/kms/i.test(name)) return 'key';
    if (name === 'NotImplemented' || status === 501) return 'unsupported';
    if (name === 'BucketAlreadyExists' || name === 'BucketAlreadyOwnedByYou' || status === 409)
      return 'exists';
    if (status === 404) return missing;
    if (status === 401 || status === 403) return 'denied';
    return 'away';
  })();
  return new ObjectStoreError(
    problem,
    `${what}: ${name}${message && message !== name ? `: ${message}` : ''}`,
    error,
  );
}
