import { isDenied } from '../../denied.ts';
import { asApiError, type Loaded, useLoad } from '../../use-load.ts';

/** Loads what a card shows; null: the caller may not see it. */
export function useCard<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  key: string,
): Loaded<Value | null> {
  return useLoad(async (signal) => {
    try {
      return await load(signal);
    } catch (cause) {
      if (isDenied(asApiError(cause))) return null;
      throw cause;
    }
  }, key);
}
