import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ERRORS } from '../../../errors.ts';
import { type Keyring, type NamedKey, WrongKeyState } from '../../../kms/index.ts';
import { about } from '../../audit.ts';
import { HIDE_OTHERS, ProjectPath } from '../../schemas.ts';
import type { ServerDeps } from '../../server-deps.ts';

const Alias = Type.String({
  pattern: '^[A-Za-z0-9/_-]{1,255}$',
  rule: 'must hold 1 to 255 of letters, digits, "/", "_" and "-"',
});
const KeyView = Type.Object(
  {
    id: Type.String(),
    alias: Type.String(),
    description: Type.String(),
    state: Type.Enum(['enabled', 'disabled', 'pending_deletion']),
    version: Type.Integer({ description: 'Counts up with every rotation' }),
    create_time: Type.Integer(),
    deletion_time: Type.Optional(Type.Integer({ description: 'When it will be gone, if that is scheduled' })),
  },
  { title: 'Key' },
);
const KeyPath = Type.Interface([ProjectPath], { key_id: Type.String({ maxLength: 64 }) });

/** Days of grace, as the clouds' key management has them. */
const DAYS = { minimum: 7, maximum: 1096 };

const operation = (name: string) => ({ service: 'KMS' as const, resourceType: 'CMK', name });

const view = (key: NamedKey) => ({
  id: key.id,
  alias: key.alias,
  description: key.description,
  state: key.state,
  version: key.version,
  create_time: key.createdAt,
  ...(key.deletionAt === undefined ? {} : { deletion_time: key.deletionAt }),
});

/** The named keys of a project, with which trace files are encrypted where the object store has no keys. */
export const keyRoutes: FastifyPluginAsyncTypebox<ServerDeps> = async (server, { keyring }) => {
  server.get(
    '/v3/:project_id/keys',
    {
      config: { action: 'kms:cmk:list' },
      schema: {
        summary: 'List the keys of the project',
        tags: ['keys'],
        params: ProjectPath,
        response: { 200: Type.Object({ keys: Type.Array(KeyView) }) },
      },
    },
    async ({ params }) => ({ keys: (await keyring.list(params.project_id)).map(view) }),
  );

  server.post(
    '/v3/:project_id/keys',
    {
      config: { action: 'kms:cmk:create', audit: { ...operation('createKey'), namedBy: 'alias' } },
      schema: {
        summary: 'Create a key',
        tags: ['keys'],
        params: ProjectPath,
        body: Type.Object(
          { alias: Alias, description: Type.Optional(Type.String({ maxLength: 255, default: '' })) },
          HIDE_OTHERS,
        ),
        response: { 201: KeyView },
      },
    },
    async (request, reply) => {
      const { alias, description = '' } = request.body;
      const key = await keyring.create(request.params.project_id, alias, description);
      if (!key) throw ERRORS.aliasTaken(alias);
      about(request, { resourceId: key.id });
      return reply.code(201).send(view(key));
    },
  );

  async function change(
    request: FastifyRequest<{ Params: { project_id: string; key_id: string } }>,
    what: (key: NamedKey) => Promise<NamedKey>,
  ) {
    const { project_id, key_id } = request.params;
    const key = await keyring.find(project_id, key_id);
    if (!key) throw ERRORS.noSuchKey(key_id);
    about(request, { resourceId: key.id, resourceName: key.alias });
    try {
      return view(await what(key));
    } catch (error) {
      throw error instanceof WrongKeyState ? ERRORS.wrongKeyState(error.message) : error;
    }
  }

  const changes: [path: string, action: string, trace: string, summary: string, keyof Keyring & Change][] = [
    ['enable', 'kms:cmk:enable', 'enableKey', 'Let a disabled key be used again', 'enable'],
    [
      'disable',
      'kms:cmk:disable',
      'disableKey',
      'Turn a key off: what it encrypted cannot be read, trackers that use it deliver nothing',
      'disable',
    ],
    [
      'rotate',
      'kms:cmk:rotate',
      'rotateKey',
      'New material for what is encrypted from now on; what is there stays readable',
      'rotate',
    ],
    [
      'cancel-deletion',
      'kms:cmk:cancelDeletion',
      'cancelKeyDeletion',
      'Keep a key that was to be deleted; it is disabled then',
      'cancelDeletion',
    ],
  ];
  for (const [path, action, trace, summary, method] of changes) {
    server.post(
      `/v3/:project_id/keys/:key_id/${path}`,
      {
        config: { action, audit: operation(trace) },
        schema: { summary, tags: ['keys'], params: KeyPath, response: { 200: KeyView } },
      },
      (request) => change(request, (key) => keyring[method](key)),
    );
  }

  server.post(
    '/v3/:project_id/keys/:key_id/schedule-deletion',
    {
      config: { action: 'kms:cmk:scheduleDeletion', audit: operation('scheduleKeyDeletion') },
      schema: {
        summary: 'Turn a key off now, and delete it later: what it encrypted can then never be read again',
        tags: ['keys'],
        params: KeyPath,
        body: Type.Object({ pending_days: Type.Integer({ ...DAYS, description: 'Days until it is gone' }) }),
        response: { 200: KeyView },
      },
    },
    (request) => change(request, (key) => keyring.scheduleDeletion(key, request.body.pending_days)),
  );
};

type Change = 'enable' | 'disable' | 'rotate' | 'cancelDeletion';
