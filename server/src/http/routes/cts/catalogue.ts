import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { CATALOGUE } from '../../../catalogue/index.ts';
import { eachOf } from '../../../each-of.ts';
import { ERRORS } from '../../../errors.ts';
import { MOST_NOTIFICATIONS } from '../../../notifications/index.ts';
import { type ObjectProblem, ObjectStoreError, type RefusalReason } from '../../../objects/index.ts';
import { BUCKET_NAME, MOST_DATA_TRACKERS } from '../../../trackers/index.ts';
import { tracesFor } from '../../caller.ts';
import { MAX_FILTER_VALUE } from '../../limits.ts';
import { ownerOf } from '../../owner.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const DAY = 86_400_000;
const MOST_USERS = 1000;
/** Some calls are about the account, or about one of its projects. */
const AccountOrProject = Type.Object({
  project_id: Type.String({ description: 'Account, or a project of the caller' }),
});
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
const Optional = Type.Optional(Type.String({ maxLength: MAX_FILTER_VALUE }));
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

/** Quotas, the operation catalogue, who and what was seen, and whether a bucket can be written to. */
export const catalogueRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, deps) => {
  const { trackers, notifications, store, clock, time, config, buckets, keyring, iam } = deps;
  const since = () => time.earliest() - config.retentionDays * DAY;

  server.get(
    '/v3/:project_id/quotas',
    {
      config: { action: 'cts:quota:get' },
      schema: {
        summary: 'Quotas and what is used of them',
        tags: ['catalogue'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            resources: Type.Array(
              Type.Object({ type: Type.String(), used: Type.Integer(), quota: Type.Integer() }),
            ),
          }),
        },
      },
    },
    async ({ principal }) => {
      const owner = ownerOf(principal);
      const all = await trackers.list(owner.projectId);
      const used = (type: string) => all.filter((tracker) => tracker.type === type).length;
      const told = (await notifications.list(owner)).length;
      return {
        resources: [
          { type: 'data_tracker', used: used('data'), quota: MOST_DATA_TRACKERS },
          { type: 'system_tracker', used: used('system'), quota: 1 },
          { type: 'smn_notification', used: told, quota: MOST_NOTIFICATIONS },
        ],
      };
    },
  );

  server.get(
    '/v3/:project_id/operations',
    {
      config: { action: 'cts:notification:listOperation' },
      schema: {
        summary: 'Operations that can be watched',
        tags: ['catalogue'],
        params: ProjectPath,
        querystring: Type.Object({ service_type: Optional, resource_type: Optional }),
        response: {
          200: Type.Object({
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                resource_type: Type.String(),
                operation_list: Type.Array(Type.String()),
              }),
            ),
          }),
        },
      },
    },
    async ({ query }) => {
      if (query.resource_type && !query.service_type) {
        throw ERRORS.invalidBody(
          'resource_type',
          'resource_type is given without service_type, which it needs',
        );
      }
      return {
        operations: CATALOGUE.filter(
          ({ service_type }) => !query.service_type || service_type === query.service_type,
        )
          .flatMap(({ service_type, resources }) =>
            resources.map((resource) => ({ service_type, ...resource })),
          )
          .filter(({ resource_type }) => !query.resource_type || resource_type === query.resource_type)
          .map(({ service_type, resource_type, operations }) => ({
            service_type,
            resource_type,
            operation_list: operations.map(({ trace_name }) => trace_name),
          })),
      };
    },
  );

  server.get(
    '/v3/:project_id/operations/details',
    {
      config: { action: 'cts:notification:listOperation' },
      schema: {
        summary: 'The same with descriptions, risks, and which are typical for notifications',
        tags: ['catalogue'],
        params: ProjectPath,
        response: {
          200: Type.Object({
            operations: Type.Array(
              Type.Object({
                service_type: Type.String(),
                resource_type: Type.String(),
                trace_name: Type.String(),
                description: Type.String(),
                risk: Type.Enum(['high', 'cost', 'service', '']),
                typical: Type.Boolean(),
              }),
            ),
          }),
        },
      },
    },
    async () => ({
      operations: CATALOGUE.flatMap(({ service_type, resources }) =>
        resources.flatMap(({ resource_type, operations }) =>
          operations
            .filter(({ read }) => !read)
            .map(({ trace_name, description, risk, typical }) => ({
              service_type,
              resource_type,
              trace_name,
              description,
              risk: risk ?? ('' as const),
              typical,
            })),
        ),
      ),
    }),
  );

  server.get(
    '/v3/:project_id/resources',
    {
      config: { action: 'cts:trace:listResource', accountToo: true },
      schema: {
        summary: 'Services and resource types that traces are of',
        tags: ['catalogue'],
        params: AccountOrProject,
        response: {
          200: Type.Object({
            resources: Type.Array(
              Type.Object({ service_type: Type.String(), resource: Type.Array(Type.String()) }),
            ),
          }),
        },
      },
    },
    async ({ principal }, reply) => {
      const traces = tracesFor(store, reply);
      const projects = principal.project ? [principal.project] : await iam.enterable(principal);
      const seen = new Map<string, Set<string>>();
      for (const { id } of projects) {
        for (const { serviceType, resourceTypes } of await traces.resourceTypes(id, since())) {
          const types = seen.get(serviceType) ?? new Set();
          for (const type of resourceTypes) types.add(type);
          seen.set(serviceType, types);
        }
      }
      const names = [...seen.keys()].sort();
      return {
        resources: names.map((name) => ({
          service_type: name,
          resource: [...(seen.get(name) ?? [])].sort(),
        })),
      };
    },
  );

  server.get(
    '/v3/:project_id/user-resources',
    {
      config: { action: 'cts:trace:listTraceUser' },
      schema: {
        summary: 'Users who acted',
        tags: ['catalogue'],
        params: ProjectPath,
        response: { 200: Type.Object({ users: Type.Array(Type.Object({ name: Type.String() })) }) },
      },
    },
    async ({ params }, reply) => {
      const filter = { projectId: params.project_id, from: since(), to: clock() + DAY };
      const users = await tracesFor(store, reply).facet(filter, 'user', MOST_USERS);
      return { users: users.map(({ value }) => ({ name: value })) };
    },
  );

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
