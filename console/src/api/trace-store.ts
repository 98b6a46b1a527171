import { dataOf } from '@opencts/client/api';
import type { Api } from './client.ts';

/** Whether the trace list is whole, for whoever looks after the installation. */
export const showTraceStore = ({ calls }: Api, signal?: AbortSignal) =>
  dataOf(calls.GET('/v3/trace-store', { signal }));
