import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { about } from '../../audit.ts';
import { sendExactly } from '../../exact-length.ts';
import { EARLIEST, LATEST, MAX_MARKER } from '../../limits.ts';
import { ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';
import { noteRead, readerOf } from './archive-reader.ts';

/** Characters of a marker of the object store. */
const MAX_STORE_MARKER = 4096;
/** Headers that tell an object's metadata begin so. */
const METADATA_HEADER = 'x-object-meta-';

const Bucket = Type.String({ maxLength: 63 });
const Instant = Type.Integer({ minimum: EARLIEST, maximum: LATEST });

const DigestView = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  tracker: Type.String(),
  source: Type.String({ description: 'Folder of the trace source; empty: files are not sorted by it' }),
  start_time: Type.Integer(),
  end_time: Type.Integer(),
  files: Type.Integer({ description: 'That it covers' }),
  total_files: Type.Integer({ description: 'Covered by its chain up to here' }),
  total_traces: Type.Integer(),
  last: Type.Boolean({ description: 'It ends its chain' }),
  sha256: Type.String(),
  signature: Type.String({ description: 'As in the metadata of the object, hex' }),
  key_id: Type.String({ description: 'Of the public key; empty in digests of earlier versions' }),
});

const ownerOf = ({ principal }: FastifyRequest) => ({
  projectId: principal.project?.id ?? '',
  domainId: principal.domainId,
});

/** What proves the archive, as it lies in the buckets. */
export const archiveProofRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (
  server,
  { holdings, packages, recorder, clock, gate },
) => {
  server.get(
    '/v3/:project_id/archive/objects',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary:
          "List what buckets hold of the project's archive: trace files, digests, and the account's evidence log",
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Object({
          bucket: Type.String({ default: '', maxLength: 63, description: 'Absent: the places are told' }),
          prefix: Type.String({ default: '', maxLength: 1024, description: 'In one of the places' }),
          marker: Type.String({ default: '', maxLength: MAX_STORE_MARKER }),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 1000 }),
        }),
        response: {
          200: Type.Object({
            places: Type.Array(
              Type.Object({
                bucket: Type.String(),
                prefix: Type.String(),
                name: Type.Union([Type.String(), Type.Null()], {
                  description: "Stands in the names of the project's files; null: the evidence log",
                }),
              }),
              { description: 'Without a bucket: where something of the project lies' },
            ),
            objects: Type.Array(
              Type.Object({
                key: Type.String(),
                kind: Type.Enum(['trace-file', 'digest', 'checkpoint', 'tile']),
                bytes: Type.Integer(),
                modified: Type.Integer(),
              }),
              { description: 'In the order of their keys; a page may have fewer than asked for, or none' },
            ),
            marker: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing is left' }),
          }),
        },
      },
    },
    async (request) => {
      const owner = ownerOf(request);
      const { bucket } = request.query;
      if (bucket === '') return { places: await holdings.places(owner), objects: [], marker: null };
      return { places: [], ...(await holdings.list(owner, request.query)) };
    },
  );

  server.get(
    '/v3/:project_id/archive/object',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: `Download a digest, a checkpoint or a tile; its metadata is in headers ${METADATA_HEADER}…`,
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Object({ bucket: Bucket, key: Type.String({ maxLength: 1024 }) }),
        produces: ['application/octet-stream'],
      },
    },
    async (request, reply) => {
      const { bucket, key } = request.query;
      await gate.stream(reply);
      const { head, body } = await holdings.open(ownerOf(request), bucket, key, readerOf(request).mayDecrypt);
      await noteRead(recorder, request, { bucket, key, bytes: head.size }).catch((error) => {
        if (body instanceof Readable) body.destroy();
        throw error;
      });
      const name = key.slice(key.lastIndexOf('/') + 1).replaceAll(/[^A-Za-z0-9._-]/g, '_');
      reply.header('content-type', 'application/octet-stream');
      reply.header('content-disposition', `attachment; filename="${name}"`);
      for (const [name, value] of Object.entries(head.metadata)) {
        if (/^meta-[a-z-]+$/.test(name)) reply.header(METADATA_HEADER + name, headerText(value));
      }
      return sendExactly(reply, head.size, body instanceof Readable ? body : Readable.from([body]));
    },
  );

  server.get(
    '/v3/:project_id/archive/digests',
    {
      config: { action: 'cts:trace:list' },
      schema: {
        summary: 'Digests of the project whose hours touch a time, with their signatures, newest first',
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Object({
          from: Type.Optional(Instant),
          to: Type.Optional(Instant),
          marker: Type.Optional(Type.String({ maxLength: MAX_MARKER })),
          limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
        }),
        response: {
          200: Type.Object({
            digests: Type.Array(DigestView),
            marker: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing is left' }),
          }),
        },
      },
    },
    async (request) => {
      const { from = EARLIEST, to = LATEST, marker, limit } = request.query;
      const found = await holdings.digests(ownerOf(request), { from, to }, markerOf(marker), limit);
      const last = found.at(-1)?.marker;
      return {
        digests: found.map((one) => ({
          ...{ bucket: one.bucket, key: one.key, tracker: one.tracker, source: one.folder },
          ...{ start_time: one.start, end_time: one.end, files: one.files },
          ...{ total_files: one.totalFiles, total_traces: one.totalTraces, last: one.ended },
          ...{ sha256: one.sha256, signature: one.signature, key_id: one.keyId },
        })),
        marker: last && found.length === limit ? `${last.end}.${last.chain}` : null,
      };
    },
  );

  server.get(
    '/v3/:project_id/archive/package',
    {
      config: {
        action: 'cts:trace:list',
        audit: { service: 'CTS', resourceType: 'trace', name: 'exportTrace' },
      },
      schema: {
        summary:
          'Download the trace files of a time with all that proves them, as one tar that verifies without a network',
        tags: ['archive'],
        params: ProjectPath,
        querystring: Type.Object({
          from: Instant,
          to: Type.Optional({ ...Instant, description: 'Absent: now' }),
        }),
        produces: ['application/x-tar'],
      },
    },
    async (request, reply) => {
      const { from, to: until = clock() } = request.query;
      if (from > until) throw ERRORS.invalidQuery('from', 'from must not be later than to');
      const { project } = request.principal;
      const name = `archive-${project?.name}-${dayOf(from)}-${dayOf(until)}.tar`;
      about(request, { resourceName: name });
      await gate.stream(reply);
      const tar = await packages.open({
        ...{ ...ownerOf(request), projectName: project?.name ?? '', from, until },
        reader: readerOf(request),
        onRead: (object) => noteRead(recorder, request, object),
      });
      reply.header('content-type', 'application/x-tar');
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return reply.send(tar);
    },
  );
};

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll('-', '');

/** @throws CtsError 400 */
function markerOf(text: string | undefined): { end: number; chain: number } | undefined {
  if (!text) return undefined;
  const [, end, chain] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  if (end === undefined) throw ERRORS.invalidQuery('marker', 'marker must be one of an earlier page');
  return { end: Number(end), chain: Number(chain) };
}

/** What somebody has put in the place of a text need not be fit for a header; that it is another one has to show. */
const headerText = (value: string) => value.slice(0, 4096).replaceAll(/[^\x21-\x7e]/g, '?');
