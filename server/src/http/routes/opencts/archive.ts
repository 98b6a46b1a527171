import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { exactJson, Trace } from '../../../traces/index.ts';
import { about } from '../../audit.ts';
import { callerGone } from '../../caller.ts';
import { sendExactly } from '../../exact-length.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { noteRead, readerOf } from './archive-reader.ts';

const SigningKeyView = Type.Object({
  id: Type.String(),
  public_key: Type.String({ description: 'Base64 of the X.509 SubjectPublicKeyInfo' }),
  create_time: Type.Integer(),
  active: Type.Boolean({ description: 'Digest files are signed with it now' }),
});

const ArchivedFile = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  bytes: Type.Integer(),
  traces: Type.Integer(),
  first_record_time: Type.Integer(),
  last_record_time: Type.Integer(),
  delivery_time: Type.Integer(),
  sha256: Type.String(),
  kms_id: Type.String({ description: 'Key that it is encrypted with; empty: it is not' }),
  digest: Type.Enum(['covered', 'none'], { description: 'Whether a digest file covers it' }),
});

const OneFile = Type.Object({
  bucket: Type.String({ maxLength: 63 }),
  key: Type.String({ maxLength: 1024 }),
});

/** The archive: what lies in it, and what proves it. */
export const archiveRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { signingKeys, evidence, archive, recorder, gate },
) => {
  server.get(
    '/v3/:project_id/archive',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'Walk the trace files of the project, folder by folder',
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Object({
          prefix: Type.String({
            default: '',
            maxLength: 1024,
            description: 'Folder, with a slash at its end, such as CloudTraces/eu-de/',
          }),
          marker: Type.String({ default: '', maxLength: 1024, description: 'Marker of the page before' }),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200, description: 'Files of a page' }),
        }),
        response: {
          200: Type.Object({
            folders: Type.Array(
              Type.Object({
                name: Type.String(),
                files: Type.Integer(),
                bytes: Type.Integer(),
                traces: Type.Integer(),
              }),
              { description: 'On the first page' },
            ),
            files: Type.Array(ArchivedFile),
            marker: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing is left' }),
          }),
        },
      },
    },
    async ({ params: { project_id }, query: { prefix, marker, limit }, principal }, reply) => {
      const gone = callerGone(reply);
      const walk = () => archive.folders(project_id, prefix, gone);
      const folders = marker === '' ? await gate.files.run(principal.domainId, walk, gone) : [];
      const files = await archive.files(project_id, prefix, marker, limit);
      return {
        folders,
        files: files.map((file) => ({
          bucket: file.bucket,
          key: file.key,
          bytes: file.bytes,
          traces: file.traces,
          first_record_time: file.from,
          last_record_time: file.to,
          delivery_time: file.deliveredAt,
          sha256: file.sha256,
          kms_id: file.encryptionKey ?? '',
          digest: file.covered ? ('covered' as const) : ('none' as const),
        })),
        marker: files.length === limit ? (files.at(-1)?.key ?? null) : null,
      };
    },
  );

  server.get(
    '/v3/:project_id/archive/file',
    {
      config: {
        action: 'cts:trace:list',
        audit: { service: 'CTS', resourceType: 'trace', name: 'exportTrace' },
      },
      schema: {
        summary: 'Download a trace file; of an encrypted one its text, for those who may kms:dek:decrypt',
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Interface([OneFile], {
          stored: Type.Boolean({
            default: false,
            description: 'As it lies in the bucket, which is what digest files prove: encrypted ones stay so',
          }),
        }),
        produces: ['application/gzip', 'application/json'],
      },
    },
    async (request, reply) => {
      const { bucket, key, stored } = request.query;
      about(request, { resourceId: bucket, resourceName: key });
      await gate.stream(reply);
      const form = stored ? 'stored' : 'text';
      const file = await archive.open(request.params.project_id, bucket, key, readerOf(request), form);
      await noteRead(recorder, request, { bucket, key, bytes: file.bytes }).catch((error) => {
        file.body.destroy();
        throw error;
      });
      const name = key.slice(key.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');
      reply.header('content-type', name.endsWith('.gz') ? 'application/gzip' : 'application/json');
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return file.encrypted ? reply.send(file.body) : sendExactly(reply, file.bytes, file.body);
    },
  );

  server.get(
    '/v3/:project_id/archive/traces',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary:
          'Traces of a trace file: at most `limit`, of large ones fewer; `offset` counts on from there',
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Interface([OneFile], {
          offset: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
        }),
        response: { 200: Type.Object({ traces: Type.Array(Trace), total_count: Type.Integer() }) },
      },
      // Traces carry members that no schema knows.
      serializerCompiler: () => exactJson,
    },
    async (request, reply) => {
      const { bucket, key, offset, limit } = request.query;
      const reader = readerOf(request);
      const file = { projectId: request.params.project_id, bucket, key };
      const gone = callerGone(reply);
      const { traces, total, bytes } = await gate.files.run(
        request.principal.domainId,
        () => archive.traces(file, { offset, limit }, reader, gone),
        gone,
      );
      await noteRead(recorder, request, { bucket, key, bytes });
      return { traces, total_count: total };
    },
  );

  server.get(
    '/v3/:project_id/archive/check',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'Whether a trace file still has the bytes with which it was delivered',
        tags: ['archive'],
        params: ProjectPath,
        querystring: OneFile,
        response: { 200: Type.Object({ verdict: Type.Enum(['valid', 'changed', 'missing']) }) },
      },
    },
    async ({ params, query, principal }, reply) => {
      const gone = callerGone(reply);
      const check = () => archive.check(params.project_id, query.bucket, query.key, gone);
      return { verdict: await gate.files.run(principal.domainId, check, gone) };
    },
  );

  const view = (key: Awaited<ReturnType<typeof signingKeys.rotate>>) => ({
    id: key.id,
    public_key: key.publicKey,
    create_time: key.createdAt,
    active: key.active,
  });

  // Public keys are the installation's, and no secret: who verifies may be an outsider.
  server.get(
    '/v3/public-keys',
    {
      config: { action: 'open' },
      schema: {
        summary: 'Public keys that digest files and the evidence log are verified with, newest first',
        tags: ['archive'],
        querystring: Type.Object({
          domain_id: Type.Optional(
            Type.String({
              pattern: '^[0-9a-f]{32}$',
              description: 'Account of the log; else the one that runs the installation',
            }),
          ),
        }),
        response: {
          200: Type.Object({
            public_keys: Type.Array(SigningKeyView),
            log_verifier_key: Type.String({
              description: "Of the account's evidence log: name, id and key (C2SP signed-note)",
            }),
          }),
        },
      },
    },
    async ({ query }) => ({
      public_keys: (await signingKeys.list()).map(view),
      log_verifier_key: await evidence.verifierKey(query.domain_id),
    }),
  );

  server.post(
    '/v3/public-keys',
    {
      config: {
        action: 'opencts:signingKey:rotate',
        audit: { service: 'CTS', resourceType: 'signingKey', name: 'rotateSigningKey' },
      },
      schema: {
        summary: 'Sign with a new key from now on; old digests stay verifiable with the old one',
        tags: ['archive'],
        response: { 201: SigningKeyView },
      },
    },
    async (request, reply) => {
      const key = await signingKeys.rotate();
      about(request, { resourceId: key.id });
      return reply.code(201).send(view(key));
    },
  );
};
