import { dataOf } from '@opencts/client';
import type { Commands } from './command.ts';

/** The clock of the machine, as the service judges it. */
export const CLOCK: Commands = {
  show: {
    usage: '',
    summary: 'Show whether it is believed',
    run: ({ api }) => dataOf(api.GET('/v3/clock', {})),
  },
  confirm: {
    usage: '',
    summary: 'Vouch for it: it is right now; what has had its time by it is destroyed',
    async run({ api }) {
      const { state } = await dataOf(api.POST('/v3/clock/confirm', {}));
      return state;
    },
  },
};
