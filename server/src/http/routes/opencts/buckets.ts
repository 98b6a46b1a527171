import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import type { Project } from '../../../iam/index.ts';
import type { Bucket } from '../../../objects/index.ts';
import {
  BUCKET_NAME,
  BUCKET_RULE,
  bucketExists,
  MOST_BUCKETS,
  refuseNewBucket,
} from '../../../trackers/index.ts';
import { about } from '../../audit.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const BucketView = Type.Object(
  {
    name: Type.String(),
    region: Type.String(),
    lifecycle_days: Type.Integer({ description: '0: objects stay for good' }),
  },
  { title: 'Bucket' },
);

const view = ({ name, region, lifecycleDays }: Bucket) => ({ name, region, lifecycle_days: lifecycleDays });

/** The buckets of an account that trackers transfer to. */
export const bucketRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { buckets }) => {
  server.get(
    '/v3/:project_id/buckets',
    {
      config: { action: 'cts:tracker:list' },
      schema: {
        summary: "Buckets of the account in the project's region, by name",
        tags: ['archive'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            buckets: Type.Array(BucketView),
            encryption: Type.Enum(['keyring', 'store'], {
              description: 'Whose keys encrypt trace files: those of this service, or of the object store',
            }),
          }),
        },
      },
    },
    async ({ principal }) => ({
      buckets: (await buckets.list(principal.domainId))
        .filter(({ region }) => region === principal.project?.region)
        .map(view),
      encryption: buckets.encryptByThemselves ? ('store' as const) : ('keyring' as const),
    }),
  );

  server.post(
    '/v3/:project_id/buckets',
    {
      config: {
        action: 'cts:tracker:update',
        audit: { service: 'OBS', resourceType: 'bucket', name: 'createBucket', namedBy: 'bucket_name' },
      },
      schema: {
        summary: "Create a bucket in the project's region, for trackers to transfer to",
        tags: ['archive'],
        params: ProjectPath,
        body: Type.Object({
          bucket_name: Type.String({ pattern: BUCKET_NAME, errorCode: 'CTS.0231', rule: BUCKET_RULE }),
          locking: Type.Optional(
            Type.Boolean({
              description: 'Files in it can be locked; cannot be changed later. Default false',
            }),
          ),
        }),
        response: { 201: BucketView },
      },
    },
    async (request, reply) => {
      const { bucket_name: name, locking = false } = request.body;
      const { principal } = request;
      const { domainId } = principal;
      const { id: projectId, region } = principal.project as Project;
      about(request, { resourceId: name });
      if ((await buckets.list(domainId)).length >= MOST_BUCKETS) {
        throw ERRORS.refused('CTS.0216', undefined, `an account has at most ${MOST_BUCKETS} buckets`);
      }
      if (await buckets.find(name)) throw bucketExists('bucket_name', name);
      const bucket = { name, domainId, region, projectId, lifecycleDays: 0 };
      await buckets
        .create({ ...bucket, locking })
        .catch((error) => refuseNewBucket(error, 'bucket_name', name));
      return reply.code(201).send(view(bucket));
    },
  );
};
