import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { type Backup, BackupFile, BackupInfo } from '../../../backup/index.ts';
import { ERRORS } from '../../../errors.ts';
import { about } from '../../audit.ts';
import { sendExactly } from '../../exact-length.ts';
import { NoBody } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const MOST_LISTED = 10_000;
const LEAST_PASSWORD = 12;

const Id = Type.Object({ id: Type.String({ maxLength: 64 }) });
const State = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['preparing', 'ready', 'failed']),
    reason: Type.Optional(Type.String({ description: 'Why it failed' })),
    files: Type.Integer({ description: '0 until it is ready' }),
    bytes: Type.Integer(),
    info: Type.Optional(BackupInfo),
  },
  { title: 'Backup' },
);

const view = ({ id, state, reason, snapshot }: Backup) => ({
  id,
  state,
  ...(reason === undefined ? {} : { reason }),
  files: snapshot?.files.length ?? 0,
  bytes: snapshot?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0,
  ...(snapshot ? { info: snapshot.info } : {}),
});

/** Copies of the whole installation, for those who run the service; `opencts backup` fetches them. */
export const backupRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { backups, gate }) => {
  server.post(
    '/v3/backups',
    {
      config: {
        action: 'opencts:backup:create',
        audit: { service: 'CTS', resourceType: 'backup', name: 'createBackup', withoutBody: true },
      },
      schema: {
        summary: 'Begin a consistent copy of the installation; it can be fetched when it is ready',
        tags: ['operation'],
        body: Type.Object({
          list: Type.Boolean({ default: true, description: 'With the trace list, if it is embedded' }),
          objects: Type.Boolean({
            default: true,
            description: 'With the buckets, if they lie in the data directory',
          }),
          root_key_password: Type.Optional(
            Type.String({
              minLength: LEAST_PASSWORD,
              maxLength: 1024,
              description: 'Adds the root key, sealed with this password; else it is not in the backup',
            }),
          ),
        }),
        response: { 202: State },
      },
    },
    async (request, reply) => {
      const { list, objects, root_key_password: password } = request.body;
      const backup = backups.begin({ list, objects, password });
      about(request, { resourceId: backup.id });
      return reply.code(202).send(view(backup));
    },
  );

  server.get(
    '/v3/backups/:id',
    {
      config: { action: 'opencts:backup:create' },
      schema: {
        summary: 'Tell whether a backup is ready',
        tags: ['operation'],
        params: Id,
        response: { 200: State },
      },
    },
    async ({ params: { id } }) => view(backups.find(id)),
  );

  server.get(
    '/v3/backups/:id/files',
    {
      config: { action: 'opencts:backup:create' },
      schema: {
        summary: 'List the files of a backup, each by its place in this list',
        tags: ['operation'],
        params: Id,
        querystring: Type.Object({
          offset: Type.Integer({ minimum: 0, default: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: MOST_LISTED, default: 1000 }),
        }),
        response: { 200: Type.Object({ total: Type.Integer(), files: Type.Array(BackupFile) }) },
      },
    },
    async ({ params: { id }, query: { offset, limit } }) => {
      const { files } = backups.ready(id).snapshot;
      return { total: files.length, files: files.slice(offset, offset + limit) };
    },
  );

  server.get(
    '/v3/backups/:id/files/:index',
    {
      config: { action: 'opencts:backup:create' },
      schema: {
        summary: 'Fetch a file of a backup; behind its bytes stands their SHA-256 in hexadecimal',
        tags: ['operation'],
        produces: ['application/octet-stream'],
        params: Type.Object({ id: Type.String({ maxLength: 64 }), index: Type.Integer({ minimum: 0 }) }),
      },
    },
    async ({ params: { id, index } }, reply) => {
      const { folder, snapshot } = backups.ready(id);
      const file = snapshot.files[index];
      if (!file || file.link !== undefined) throw ERRORS.noBackup(`${id}/${index}`);
      await gate.stream(reply);
      reply.header('content-type', 'application/octet-stream');
      const bytes = withHash(path.join(folder, file.path), file.bytes, () => backups.keep(id));
      return sendExactly(reply, file.bytes + 64, Readable.from(bytes));
    },
  );

  server.delete(
    '/v3/backups/:id',
    {
      config: {
        action: 'opencts:backup:create',
        audit: { service: 'CTS', resourceType: 'backup', name: 'deleteBackup' },
      },
      schema: {
        summary: 'Delete a backup of the service, when it was fetched',
        tags: ['operation'],
        params: Id,
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      about(request, { resourceId: request.params.id });
      await backups.delete(request.params.id);
      return reply.code(204).send();
    },
  );
};

async function* withHash(file: string, bytes: number, onChunk: () => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  if (bytes > 0) {
    for await (const chunk of createReadStream(file, { end: bytes - 1, highWaterMark: 256 * 1024 })) {
      hash.update(chunk as Buffer);
      onChunk();
      yield chunk as Buffer;
    }
  }
  yield Buffer.from(hash.digest('hex'));
}
