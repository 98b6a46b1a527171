import { dataOf } from '@opencts/client';
import { program } from '../program.ts';
import type { Command, Commands } from './command.ts';
import { instantOf } from './instant.ts';

const RANGE = {
  only: { type: 'string', help: 'only traces of the project with this id' },
  from: { type: 'string', help: 'only what was recorded after it, such as 2026-01-31T08:00Z' },
  to: { type: 'string', help: 'only what was recorded before it' },
} satisfies Command['options'];

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
      const { only, from, to } = options;
      const body = {
        ...(only === undefined ? {} : { project_id: String(only) }),
        ...(from === undefined ? {} : { from: instantOf('--from', String(from)) }),
        ...(to === undefined ? {} : { to: instantOf('--to', String(to)) }),
      };
      await dataOf(api.POST('/v3/trace-store/refill', { body }));
      return `begun; ${program()} trace-store show tells how far it is`;
    },
  },
};
