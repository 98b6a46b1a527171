import { dataOf } from '@opencts/client';
import { type Command, type Commands, type Context, pick } from './command.ts';

const keys = async ({ api, path }: Context) => {
  const found = await dataOf(api.GET('/v3/{project_id}/keys', { params: { path } }));
  return found.keys.map((key) => ({ name: key.alias, ...key }));
};

async function pathOf(context: Context) {
  const key = pick(await keys(context), context.args.KEY, 'encryption key');
  return { key, params: { path: { ...context.path, key_id: key.id } } };
}

function changing(how: 'enable' | 'disable' | 'rotate' | 'cancel-deletion', summary: string): Command {
  return {
    usage: 'KEY',
    summary,
    async run(context) {
      const { params } = await pathOf(context);
      const { alias, state, version } = await dataOf(
        context.api.POST(`/v3/{project_id}/keys/{key_id}/${how}`, { params }),
      );
      return `${alias} is ${state}, version ${version}`;
    },
  };
}

export const ENCRYPTION_KEYS: Commands = {
  list: {
    usage: '',
    summary: 'List the keys of the project',
    columns: ['alias', 'id', 'state', 'version', 'create_time', 'deletion_time'],
    run: keys,
  },
  create: {
    usage: 'ALIAS [DESCRIPTION]',
    summary: 'Create a key',
    async run({ api, path, args }) {
      const body = { alias: args.ALIAS ?? '', description: args.DESCRIPTION ?? '' };
      const { id, alias, state } = await dataOf(
        api.POST('/v3/{project_id}/keys', { params: { path }, body }),
      );
      return { id, alias, state };
    },
  },
  enable: changing('enable', 'Let a disabled key be used again'),
  disable: changing(
    'disable',
    'Turn a key off: what it encrypted cannot be read, its trackers deliver nothing',
  ),
  rotate: changing('rotate', 'New material for what is encrypted from now on'),
  delete: {
    usage: 'KEY',
    summary: 'Turn a key off now and delete it later; what it encrypted can then never be read again',
    options: { days: { type: 'string', help: 'until it is gone, 7 to 1096 (default 30)' } },
    async run(context) {
      const { params } = await pathOf(context);
      const body = { pending_days: Number(context.options.days ?? 30) };
      const { alias, deletion_time = 0 } = await dataOf(
        context.api.POST('/v3/{project_id}/keys/{key_id}/schedule-deletion', { params, body }),
      );
      return `${alias} is gone on ${new Date(deletion_time).toISOString()}, unless that is cancelled`;
    },
  },
  'cancel-deletion': changing('cancel-deletion', 'Keep a key that was to be deleted; it is disabled then'),
};
