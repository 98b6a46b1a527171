import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from './api/client.ts';
import { useConsole } from './console-context.ts';
import { reasonOf } from './denied.ts';

export interface Loaded<Value> {
  /** The last that was loaded; stays while it is loaded anew, and when that fails. */
  value: Value | undefined;
  loading: boolean;
  error: ApiError | undefined;
  reload: () => void;
}

/** Milliseconds after which a value is loaded anew while the page is seen; false: it stays as it is. */
type Every<Value> = (value: Value | undefined) => number | false;

/** Loads something whenever `key` changes. An expired session ends here. */
export function useLoad<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  key: string,
  every?: Every<Value>,
): Loaded<Value> {
  const { api, onExpired } = useConsole();
  const [state, setState] = useState<{ key: string; value?: Value; error?: ApiError }>();
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // biome-ignore lint/correctness/useExhaustiveDependencies: round stands for a reload, api for another sign-in
  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    latest
      .current(abort.signal)
      .then(
        (value) => abort.signal.aborted || setState({ key, value }),
        (cause) => {
          if (abort.signal.aborted) return;
          const error = asApiError(cause);
          if (error.status === 401) onExpired();
          else setState((before) => ({ ...(before?.key === key && before), key, error }));
        },
      )
      .finally(() => abort.signal.aborted || setLoading(false));
    return () => abort.abort();
  }, [key, round, api, onExpired]);

  const reload = useCallback(() => setRound((value) => value + 1), []);
  const current = state?.key === key ? state : undefined;
  const pause = !loading && every?.(current?.value);
  useEffect(() => {
    if (!pause) return;
    const timer = setInterval(() => document.hidden || reload(), pause);
    return () => clearInterval(timer);
  }, [pause, reload]);
  return { value: current?.value, loading, error: current?.error, reload };
}

export const asApiError = (cause: unknown) =>
  cause instanceof ApiError ? cause : new ApiError(0, '', String(cause));

type Act = (failed: string, work: () => Promise<void>, roles?: readonly string[]) => Promise<void>;

/** Does something that a person has asked for; what fails is told above the page, with the roles that it takes. */
export function useAct(): Act {
  const { notify, onExpired } = useConsole();
  return async (failed, work, roles) => {
    try {
      await work();
    } catch (cause) {
      const error = asApiError(cause);
      if (error.status === 401) onExpired();
      else notify('error', failed, reasonOf(error, roles));
    }
  };
}
