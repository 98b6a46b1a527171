import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

/** Whether the clock of the machine is believed, for whoever looks after the installation. */
export const showClock = ({ calls }: Api, signal?: AbortSignal) => dataOf(calls.GET('/v3/clock', { signal }));

/** Vouches for it. */
export const confirmClock = ({ calls }: Api) => dataOf(calls.POST('/v3/clock/confirm', {}));
