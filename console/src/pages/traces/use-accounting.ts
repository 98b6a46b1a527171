import { useEffect, useState } from 'react';
import type { Api } from '../../api/client.ts';
import type { AccountedHour } from '../../api/types.ts';
import { resolveRange } from './view-state.ts';

const AGAIN_MS = 5_000;
const LATE_MS = 3_000;

/** What became of what was recorded, as it is now; undefined while nobody answers that. */
export function useAccounting(api: Api, range: string): AccountedHour[] | undefined {
  const [hours, setHours] = useState<AccountedHour[]>();
  useEffect(() => {
    const gone = new AbortController();
    let timer: number | undefined;
    const ask = async () => {
      const late = setTimeout(() => setHours(undefined), LATE_MS);
      const { from, to } = resolveRange(range, Date.now());
      const answer = await api.accounting(from, to, gone.signal).catch(() => undefined);
      clearTimeout(late);
      if (gone.signal.aborted) return;
      setHours(answer);
      again();
    };
    const again = () => {
      timer = window.setTimeout(() => (document.hidden ? again() : void ask()), AGAIN_MS);
    };
    setHours(undefined);
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [api, range]);
  return hours;
}
