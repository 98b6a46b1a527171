import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { inParts, partBytes } from './parts.ts';
import {
  type Asked,
  brokenOff,
  noStore,
  OF_AWS,
  OF_SERVICE,
  refusalOf,
  type StorePlace,
} from './refusals.ts';
import {
  type Listing,
  type ListOptions,
  type NewObject,
  type ObjectHead,
  type ObjectStore,
  ObjectStoreError,
  type StreamedObject,
} from './store.ts';

export interface S3Options {
  /** Absent: that of AWS, wherever the bucket is. */
  endpoint?: string;
  region: string;
  /** Absent: found where the tools of AWS find it, and its secret: in the environment, a profile, the machine's role. */
  accessKey?: string;
  secretKey?: string;
  /** `bucket.host/key` instead of `host/bucket/key`. */
  hostStyle: boolean;
}

const CONNECT_MS = 5_000;
/** Without a byte from or to the store. */
const SILENT_MS = 60_000;
/** Connections at once; what people wait for has as many of its own. */
const MOST_CONNECTIONS = 256;
/** Name of the user metadata that carries the MD5. */
const MD5 = 'md5';
/** Headers in which OBS tells the storage class of a bucket; buckets of S3 have none. */
const STORAGE_CLASS = ['x-obs-storage-class', 'x-default-storage-class'];
const STANDARD = 'STANDARD';
const LIFECYCLE_RULE = 'opencts';

/** Every store answers with it; whoever else says 200 has or keeps no object. */
const NO_ETAG = 'the answer has no ETag';

const ignore = () => undefined;

type Sdk = typeof import('@aws-sdk/client-s3');

/** An S3-compatible store, or OBS, by endpoint. The SDK is loaded only now: it takes 40 MB of memory. */
export async function openS3(options: S3Options): Promise<ObjectStore> {
  const sdk = await import('@aws-sdk/client-s3');
  return new S3Store(sdk, options, clientOf(sdk, options), clientOf(sdk, options));
}

function clientOf(sdk: Sdk, { endpoint, region, accessKey, secretKey, hostStyle }: S3Options): S3Client {
  const agent = { maxSockets: MOST_CONNECTIONS };
  return new sdk.S3Client({
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint }),
    region,
    forcePathStyle: !hostStyle,
    ...(accessKey === undefined
      ? {}
      : { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey ?? '' } }),
    maxAttempts: 3,
    // What fails is told by our own errors.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
    // Checksums that only newer stores know are asked for by nobody here: digests prove more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** Options of one call. */
interface Call {
  abortSignal: AbortSignal;
}

class S3Store implements ObjectStore {
  readonly expiresByItself = true;
  readonly encryptsByItself = true;
  private readonly sdk: Sdk;
  private readonly options: S3Options;
  private readonly place: StorePlace;
  private readonly client: S3Client;
  /** For what people wait for: a store that hangs does not keep their calls waiting for a connection. */
  private readonly promptClient: S3Client;
  private readonly calls = new Set<AbortController>();
  /** When calls must have ended (`performance.now`), and how long they had; undefined: in their own time. */
  private readonly deadline: { at: number; ms: number } | undefined;

  constructor(sdk: Sdk, options: S3Options, client: S3Client, promptClient: S3Client, ms?: number) {
    this.sdk = sdk;
    this.options = options;
    const { endpoint, region, hostStyle, accessKey } = options;
    const settings = accessKey === undefined ? OF_AWS : OF_SERVICE;
    this.place = {
      endpoint: new URL(endpoint ?? `https://s3.${region}.amazonaws.com`),
      region,
      hostStyle,
      settings,
    };
    this.client = client;
    this.promptClient = promptClient;
    this.deadline = ms === undefined ? undefined : { at: performance.now() + ms, ms };
  }

  within(ms: number): ObjectStore {
    return new S3Store(this.sdk, this.options, this.promptClient, this.promptClient, ms);
  }

  close(): void {
    for (const call of this.calls) call.abort();
    this.client.destroy();
    this.promptClient.destroy();
  }

  async createBucket(bucket: string, _region: string, { locking } = { locking: false }): Promise<void> {
    const asked = { what: `the bucket ${bucket}`, right: 's3:CreateBucket', bucket };
    await this.ask(asked, (call) =>
      this.client.send(
        new this.sdk.CreateBucketCommand({
          Bucket: bucket,
          ObjectLockEnabledForBucket: locking || undefined,
        }),
        call,
      ),
    );
  }

  async removeBucket(bucket: string): Promise<void> {
    const asked = {
      what: `the bucket ${bucket}`,
      right: 's3:DeleteBucket',
      bucket,
      missing: 'no-bucket' as const,
    };
    await this.ask(asked, (call) =>
      this.client.send(new this.sdk.DeleteBucketCommand({ Bucket: bucket }), call),
    );
  }

  async canLock(bucket: string): Promise<boolean> {
    const asked = {
      what: `the lock of the bucket ${bucket}`,
      right: 's3:GetBucketObjectLockConfiguration',
      bucket,
    };
    try {
      const answer = await this.ask(asked, (call) =>
        this.client.send(new this.sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }), call),
      );
      return answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    } catch (error) {
      const { problem, cause } = error as ObjectStoreError;
      if (problem === 'no-object' || problem === 'unsupported' || statusOf(cause) === 400) return false;
      throw error;
    }
  }

  async checkBucket(bucket: string): Promise<void> {
    const command = new this.sdk.HeadBucketCommand({ Bucket: bucket });
    let storageClass: string | undefined;
    let type = '';
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { headers = {} } = result.response as { headers?: Record<string, string> };
        type = headers['content-type'] ?? '';
        storageClass = STORAGE_CLASS.map((name) => headers[name]).find((value) => value !== undefined);
        return result;
      },
      { step: 'deserialize' },
    );
    const asked = {
      what: `the bucket ${bucket}`,
      right: 's3:ListBucket',
      bucket,
      missing: 'no-bucket' as const,
    };
    await this.ask(
      asked,
      (call) => this.client.send(command, call),
      (call) => this.client.send(new this.sdk.ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), call),
    );
    if (type.includes('html')) throw noStore(asked, this.place, `an answer of the type ${type}`);
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
    const asked = { what: `the lifecycle of ${bucket}`, right: 's3:PutLifecycleConfiguration', bucket };
    await this.ask(asked, (call) =>
      days === 0
        ? this.client.send(new this.sdk.DeleteBucketLifecycleCommand({ Bucket: bucket }), call)
        : this.client.send(
            new this.sdk.PutBucketLifecycleConfigurationCommand({
              Bucket: bucket,
              LifecycleConfiguration: { Rules: [rule] },
            }),
            call,
          ),
    );
  }

  async put(object: NewObject): Promise<void> {
    const { bucket, key, body, contentType, metadata, md5, lock, encryptionKey } = object;
    const what = `${bucket}/${key}`;
    const stream = body instanceof Uint8Array ? undefined : await readerOf(body, what);
    const command = new this.sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: stream ?? (body as Uint8Array),
      ContentLength: body instanceof Uint8Array ? body.length : body.size,
      ContentType: contentType,
      // The ETag of an encrypted object is not its MD5.
      Metadata: encryptionKey && md5 ? { ...metadata, [MD5]: md5 } : metadata,
      ContentMD5: md5 && Buffer.from(md5, 'hex').toString('base64'),
      ...(encryptionKey ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: encryptionKey } : {}),
      ObjectLockMode: lock?.mode,
      ObjectLockRetainUntilDate: lock && new Date(lock.until),
    });
    const rights = [
      's3:PutObject',
      lock ? 's3:PutObjectRetention' : '',
      encryptionKey ? 'kms:GenerateDataKey' : '',
    ];
    const asked = {
      what,
      right: rights.filter((right) => right !== '').join(' or '),
      bucket,
      missing: 'no-bucket' as const,
    };
    // The SDK does not listen to the body: a disk that fails in its middle would end the process.
    const unreadable = new Promise<never>((_, reject) => {
      stream?.once('error', (error) => reject(unreadableFile(what, error)));
    });
    unreadable.catch(ignore);
    try {
      const answer = await this.ask(asked, (call) =>
        Promise.race([this.client.send(command, call), unreadable]),
      );
      if (!answer.ETag) throw noStore(asked, this.place, NO_ETAG);
      if (encryptionKey && !answer.ServerSideEncryption?.includes('kms')) {
        throw new ObjectStoreError(
          'unsupported',
          `${bucket}/${key}: the object store took it, but does not encrypt with a key`,
        );
      }
    } catch (error) {
      // What was put before a crash may be put again; where it is locked, it is there already.
      const { problem } = error as ObjectStoreError;
      if (problem !== 'denied' || !lock || !(await this.holds(object))) throw error;
    } finally {
      // A request that failed has not read it to its end, and leaves it open.
      stream?.destroy();
    }
  }

  async putStream(object: StreamedObject): Promise<void> {
    const { bucket, key, contentType, chunks, size } = object;
    const bytes = partBytes(size);
    if (size > bytes) return this.putParts(object, bytes);
    for await (const body of inParts(chunks, bytes, size))
      await this.put({ bucket, key, body, contentType, md5: createHash('md5').update(body).digest('hex') });
  }

  /** Begin · parts, one after the other · complete, which is when the object is there. */
  private async putParts(object: StreamedObject, bytes: number): Promise<void> {
    const { bucket, key, contentType, chunks, size } = object;
    const { sdk, client } = this;
    const asked: Asked = { what: `${bucket}/${key}`, right: 's3:PutObject', bucket, missing: 'no-bucket' };
    const where = { Bucket: bucket, Key: key };
    const { UploadId } = await this.ask(asked, (call) =>
      client.send(new sdk.CreateMultipartUploadCommand({ ...where, ContentType: contentType }), call),
    );
    if (UploadId === undefined) throw noStore(asked, this.place, 'the answer names no upload');
    const upload = { ...where, UploadId };
    try {
      const Parts: { PartNumber: number; ETag: string }[] = [];
      for await (const Body of inParts(chunks, bytes, size)) {
        const PartNumber = Parts.length + 1;
        const ContentMD5 = createHash('md5').update(Body).digest('base64');
        const { ETag } = await this.ask(asked, (call) =>
          client.send(new sdk.UploadPartCommand({ ...upload, PartNumber, Body, ContentMD5 }), call),
        );
        if (ETag === undefined) throw noStore(asked, this.place, NO_ETAG);
        Parts.push({ PartNumber, ETag });
      }
      await this.ask(asked, (call) =>
        client.send(new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }), call),
      );
    } catch (error) {
      // What is left of it costs room, and is no object; the bucket's lifecycle may remove it as well.
      const undone = { ...asked, right: 's3:AbortMultipartUpload' };
      await this.ask(undone, (call) => client.send(new sdk.AbortMultipartUploadCommand(upload), call)).catch(
        ignore,
      );
      throw error;
    }
  }

  private async holds({ bucket, key, md5 }: NewObject): Promise<boolean> {
    const command = new this.sdk.HeadObjectCommand({ Bucket: bucket, Key: key });
    const asked = { what: `${bucket}/${key}`, right: 's3:GetObject', bucket };
    const answer = await this.ask(asked, (call) => this.client.send(command, call)).catch(() => undefined);
    return md5 !== undefined && [answer?.ETag?.replaceAll('"', ''), answer?.Metadata?.[MD5]].includes(md5);
  }

  async head(bucket: string, key: string): Promise<ObjectHead> {
    const asked = { what: `${bucket}/${key}`, right: 's3:GetObject', bucket };
    const where = { Bucket: bucket, Key: key };
    const answer = await this.ask(
      asked,
      (call) => this.client.send(new this.sdk.HeadObjectCommand(where), call),
      async (call) => {
        const { Body } = await this.client.send(
          new this.sdk.GetObjectCommand({ ...where, Range: 'bytes=0-0' }),
          call,
        );
        (Body as Readable).destroy();
      },
    );
    if (!answer.ETag) throw noStore(asked, this.place, NO_ETAG);
    return headOf(key, answer);
  }

  async get(bucket: string, key: string, range?: { from: number; to: number }) {
    const asked = { what: `${bucket}/${key}`, right: 's3:GetObject', bucket };
    const answer = await this.ask(asked, (call) =>
      this.client.send(
        new this.sdk.GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(range ? { Range: `bytes=${range.from}-${range.to}` } : {}),
        }),
        call,
      ),
    );
    const body = answer.Body as Readable;
    if (!answer.ETag) {
      body.destroy();
      throw noStore(asked, this.place, NO_ETAG);
    }
    return { head: headOf(key, answer), body };
  }

  async list(bucket: string, options: ListOptions = {}): Promise<Listing> {
    const { prefix, delimiter, after, limit = 1000 } = options;
    const asked = {
      what: `the bucket ${bucket}`,
      right: 's3:ListBucket',
      bucket,
      missing: 'no-bucket' as const,
    };
    const answer = await this.ask(asked, (call) =>
      this.client.send(
        new this.sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: delimiter,
          ContinuationToken: after,
          MaxKeys: limit,
        }),
        call,
      ),
    );
    if (answer.Name === undefined) throw noStore(asked, this.place, 'the answer is no list of a bucket');
    return {
      objects: (answer.Contents ?? []).map(({ Key = '', Size = 0, LastModified, ETag }) => ({
        key: Key,
        size: Size,
        modified: LastModified?.getTime() ?? 0,
        version: ETag ?? `${Size}-${LastModified?.getTime()}`,
      })),
      folders: (answer.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
      next: answer.IsTruncated ? answer.NextContinuationToken : undefined,
    };
  }

  async remove(bucket: string, key: string): Promise<void> {
    const asked = { what: `${bucket}/${key}`, right: 's3:DeleteObject', bucket };
    await this.ask(asked, (call) =>
      this.client.send(new this.sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), call),
    );
  }

  /**
   * One call, in the time that it has.
   * @param again asks the same with a method whose refusal has a body: answers to HEAD name no reason
   * @throws ObjectStoreError
   */
  private async ask<Answer>(
    asked: Asked,
    send: (call: Call) => Promise<Answer>,
    again?: (call: Call) => Promise<unknown>,
  ): Promise<Answer> {
    const controller = new AbortController();
    this.calls.add(controller);
    const { deadline } = this;
    const timer =
      deadline && setTimeout(() => controller.abort(), Math.max(deadline.at - performance.now(), 0));
    const call = { abortSignal: controller.signal };
    try {
      return await send(call);
    } catch (error) {
      const told =
        again && statusOf(error) !== undefined
          ? await again(call).then(
              () => error,
              (better) => better,
            )
          : error;
      if (controller.signal.aborted) throw brokenOff(asked, deadline?.ms, error);
      // What is still under way of it ends now.
      controller.abort();
      if (error instanceof ObjectStoreError) throw error;
      throw await refusalOf(told, asked, this.place);
    } finally {
      clearTimeout(timer);
      this.calls.delete(controller);
    }
  }
}

/** A file as the body of a request. A server would wait for what was announced and does not come. */
async function readerOf({ file, size }: { file: string; size: number }, what: string): Promise<Readable> {
  const handle = await open(file).catch((error) => {
    throw unreadableFile(what, error);
  });
  const found = (await handle.stat()).size;
  if (found === size) return handle.createReadStream();
  await handle.close();
  throw unreadableFile(what, new Error(`it has ${found} bytes, not ${size}`));
}

const unreadableFile = (what: string, cause: Error) =>
  new ObjectStoreError('away', `${what}: its file cannot be read: ${cause.message}`, { cause });

/** Of the answer, where there was one. */
const statusOf = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

function headOf(
  key: string,
  answer: { ContentLength?: number; LastModified?: Date; ETag?: string; Metadata?: Record<string, string> },
): ObjectHead {
  return {
    key,
    size: answer.ContentLength ?? 0,
    modified: answer.LastModified?.getTime() ?? 0,
    version: answer.ETag ?? '',
    metadata: answer.Metadata ?? {},
  };
}
