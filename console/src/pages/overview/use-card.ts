import { useConsole } from '../../console-context.ts';
import { isDenied } from '../../denied.ts';
import { asApiError, type Loaded, useLoad } from '../../use-load.ts';

/** What a card shows, and what seeing it takes. */
export interface CardLoaded<Value> extends Loaded<Value | null> {
  action: string;
}

/** Loads what a card shows; null: the caller may not see it. */
export function useCard<Value>(
  action: string,
  load: (signal: AbortSignal) => Promise<Value>,
  key: string,
): CardLoaded<Value> {
  const { may } = useConsole();
  const loaded = useLoad(async (signal) => {
    if (!may(action)) return null;
    try {
      return await load(signal);
    } catch (cause) {
      // Rights may have been taken away since they were asked for.
      if (isDenied(asApiError(cause))) return null;
      throw cause;
    }
  }, key);
  return { ...loaded, action };
}
