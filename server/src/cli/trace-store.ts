import { dataOf } from '@opencts/client';
import { program } from '../program.ts';
import { type Command, type Commands, UsageError } from './command.ts';

const RANGE = {
  only: { type: 'string', help: 'only traces of the project with this id' },
  from: { type: 'string', help: 'only what was recorded after it, such as 2026-01-31T08:00Z' },
  to: { type: 'string', help: 'only what was recorded before it' },
} satisfies Command['options'];

function instantOf(name: string, text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const instant = Date.parse(String(text));
  if (Number.isNaN(instant)) throw new UsageError(`--${name} must be a time, such as 2026-01-31T08:00Z`);
  return instant;
}

/** What the trace store holds, compared with what was indexed. */
export const TRACE_STORE: Commands = {
  show: {
    usage: '',
    summary: 'Show what is missing in the trace list, and what is done about it',
    run: ({ api }) => dataOf(api.GET('/v3/trace-store')),
  },
  refill: {
    usage: '',
    summary: 'Bring back what is missing, out of the journal and of trace files',
    options: RANGE,
    async run({ api, options }) {
      const from = instantOf('from', options.from);
      const to = instantOf('to', options.to);
      const body = {
        ...(options.only === undefined ? {} : { project_id: String(options.only) }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      };
      await dataOf(api.POST('/v3/trace-store/refill', { body }));
      return `begun; ${program()} trace-store show tells how far it is`;
    },
  },
};
