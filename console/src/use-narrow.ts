import { useSyncExternalStore } from 'react';

/** As in the style sheet. */
const narrow = matchMedia('(max-width: 700px)');

/** Whether there is room for one column only, as on a phone. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );
