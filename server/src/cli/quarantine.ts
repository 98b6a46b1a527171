import { dataOf } from '@opencts/client';
import { program } from '../program.ts';
import { type Command, type Commands, type Context, UsageError } from './command.ts';

const FOLLOWERS = ['indexer', 'archiver', 'notifier'] as const;

const FILTER = {
  follower: { type: 'string', help: `only what one has set aside: ${FOLLOWERS.join(', ')}` },
} satisfies Command['options'];

function filterOf({ options }: Context) {
  const { follower: named } = options;
  if (named === undefined) return {};
  const follower = FOLLOWERS.find((one) => one === named);
  if (!follower) throw new UsageError(`--follower must be one of ${FOLLOWERS.join(', ')}`);
  return { follower };
}

/** Traces that a follower of the journal could not process. */
export const QUARANTINE: Commands = {
  list: {
    usage: '',
    summary: 'List the traces that could not be processed, with why',
    options: FILTER,
    columns: ['id', 'reason', 'since', 'project_id', 'trace_id', 'service_type'],
    async run(context) {
      const filter = filterOf(context);
      const rows: Record<string, unknown>[] = [];
      for (let marker: string | null = ''; marker !== null; ) {
        const query = { ...filter, limit: 1000, ...(marker === '' ? {} : { marker }) };
        const page: { traces: Record<string, unknown>[]; marker: string | null } = await dataOf(
          context.api.GET('/v3/quarantine', { params: { query } }),
        );
        rows.push(...page.traces);
        marker = page.marker;
      }
      return rows;
    },
  },
  show: {
    usage: 'ID',
    summary: 'Show such a trace, as it stands in the journal',
    run: ({ api, args }) =>
      dataOf(api.GET('/v3/quarantine/{id}', { params: { path: { id: args.ID ?? '' } } })),
  },
  replay: {
    usage: '[ID]',
    summary: 'Let one, or all, be processed once more; what fails again stays',
    options: FILTER,
    async run(context) {
      const { ID } = context.args;
      const body = { ...filterOf(context), ...(ID === undefined ? {} : { id: ID }) };
      const { traces } = await dataOf(context.api.POST('/v3/quarantine/replay', { body }));
      return traces === 0
        ? 'nothing is set aside'
        : `${traces} on their way; see ${program()} quarantine list for what fails again`;
    },
  },
};
