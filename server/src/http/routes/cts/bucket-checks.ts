import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { eachOf } from '../../../each-of.ts';
import { type ObjectProblem, ObjectStoreError, type RefusalReason } from '../../../objects/index.ts';
import { BUCKET_NAME } from '../../../trackers/index.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { AccountOrProject } from './account-or-project.ts';

const Optional = Type.Optional(Type.String({ maxLength: MAX_FILTER_VALUE }));
/** Whether trace files could be written to a bucket. */
const Verdict = Type.Object({
  bucket_name: Type.String(),
  bucket_location: Type.String(),
  kms_id: Type.String(),
  is_support_trace_files_encryption: Type.Boolean(),
  check_bucket_response: Type.Object({
    success: Type.Boolean(),
    response_code: Type.Integer(),
    error_code: Type.Optional(Type.String()),
    error_message: Type.Optional(Type.String()),
  }),
});
type Verdict = Static<typeof Verdict>;
/** Buckets of a request that are tried at once. */
const CHECKED_AT_ONCE = 4;
/** What a caller is told of each problem of an object store: status and code as OBS has them. */
const VERDICTS: Record<ObjectProblem, [status: number, code: string]> = {
  'no-bucket': [404, 'NoSuchBucket'],
  'no-object': [404, 'NoSuchKey'],
  denied: [403, 'AccessDenied'],
  exists: [409, 'Conflict'],
  key: [400, 'KMSKeyUnusable'],
  unsupported: [400, 'InvalidBucketState'],
  away: [503, 'ServiceUnavailable'],
};
/** … and the codes of those whose reason is known. */
const REASONS: Partial<Record<RefusalReason, string>> = {
  'access-key': 'InvalidAccessKeyId',
  'secret-key': 'SignatureDoesNotMatch',
  clock: 'RequestTimeTooSkewed',
  region: 'IllegalLocationConstraintException',
  style: 'WrongBucketStyle',
  'unknown-host': 'UnknownHost',
  refused: 'ConnectionRefused',
  silent: 'NoAnswer',
  untrusted: 'CertificateNotTrusted',
  'wrong-name': 'CertificateOfAnotherName',
  expired: 'CertificateExpired',
  scheme: 'WrongScheme',
  'not-a-store': 'NoObjectStore',
};
const BUCKET = new RegExp(BUCKET_NAME);

/** Whether trace files could be written to buckets. */
export const bucketCheckRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { buckets, keyring, iam },
) => {
  server.post(
    '/v3/:project_id/checkbucket',
    {
      config: { action: 'cts:tracker:list', accountToo: true },
      schema: {
        summary: 'Whether trace files could be written to buckets',
        tags: ['catalogue'],
        params: AccountOrProject,
        body: Type.Object({
          buckets: Type.Array(
            Type.Object({
              bucket_name: Type.String({ maxLength: MAX_FILTER_VALUE }),
              bucket_location: Type.String({ maxLength: MAX_FILTER_VALUE }),
              kms_id: Optional,
              is_support_trace_files_encryption: Type.Optional(Type.Boolean()),
            }),
            { minItems: 1, maxItems: 100 },
          ),
        }),
        response: {
          200: Type.Object({
            buckets: Type.Array(Verdict),
          }),
        },
      },
    },
    async ({ principal, body }) => {
      const projects = principal.project ? [principal.project] : await iam.enterable(principal);
      const asker = { domainId: principal.domainId, projectIds: projects.map(({ id }) => id) };
      const verdicts: Verdict[] = [];
      await eachOf(body.buckets.entries(), CHECKED_AT_ONCE, async ([index, asked]) => {
        const { bucket_name: name, bucket_location: location, kms_id = '' } = asked;
        const isEncrypted = asked.is_support_trace_files_encryption ?? false;
        verdicts[index] = {
          bucket_name: name,
          bucket_location: location,
          kms_id,
          is_support_trace_files_encryption: isEncrypted,
          check_bucket_response: await checkBucket(asker, name, location, isEncrypted ? kms_id : ''),
        };
      });
      return { buckets: verdicts };
    },
  );

  async function checkBucket(
    { domainId, projectIds }: { domainId: string; projectIds: string[] },
    name: string,
    location: string,
    key: string,
  ): Promise<Verdict['check_bucket_response']> {
    const refuse = (response_code: number, error_code: string, error_message: string) => ({
      success: false,
      response_code,
      error_code,
      error_message,
    });
    if (!BUCKET.test(name))
      return refuse(400, 'InvalidBucketName', 'the name is none that a bucket can have');
    const bucket = await buckets.find(name);
    if (!bucket) return refuse(404, 'NoSuchBucket', 'there is no such bucket');
    if (bucket.domainId !== domainId) return refuse(403, 'AccessDenied', 'the bucket is not yours');
    if (bucket.region !== location) {
      return refuse(400, 'IllegalLocation', `the bucket is in ${bucket.region}`);
    }
    try {
      await buckets.checkWritable(name, buckets.encryptByThemselves && key !== '' ? key : undefined);
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      const [status, code] = VERDICTS[error.problem];
      return refuse(status, (error.reason && REASONS[error.reason]) ?? code, error.message);
    }
    if (buckets.encryptByThemselves || key === '') return { success: true, response_code: 200 };
    const keyProblem = await keyring.problemIn(projectIds, key);
    if (keyProblem) return refuse(...VERDICTS.key, `the key ${key} ${keyProblem}`);
    return { success: true, response_code: 200 };
  }
};
