import type { AccountedHour } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { useLoad } from '../../use-load.ts';
import { resolveRange } from './view-state.ts';

const AGAIN_MS = 5_000;
const LATE_MS = 3_000;

/** What became of what was recorded, as it is now; undefined while nobody answers that. */
export function useAccounting(range: string): AccountedHour[] | undefined {
  const { api } = useConsole();
  const { value, error } = useLoad(
    (signal) => {
      const { from, to } = resolveRange(range, Date.now());
      return api.accounting(from, to, AbortSignal.any([signal, AbortSignal.timeout(LATE_MS)]));
    },
    range,
    () => AGAIN_MS,
  );
  return error ? undefined : value;
}
