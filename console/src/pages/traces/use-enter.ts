import { useRef } from 'react';

/**
 * Enter applies what was typed, unless it takes an offer of the list below.
 * @returns `onChosen` is to be called when an offer is taken
 */
export function useEnter(apply: () => void): {
  onChosen: () => void;
  onKeyDown: (event: { detail: { key: string } }) => void;
} {
  /** An offer was taken with the key that is pressed. */
  const chosen = useRef(false);
  return {
    onChosen: () => {
      chosen.current = true;
    },
    onKeyDown: ({ detail }) => {
      if (detail.key !== 'Enter') return;
      queueMicrotask(() => {
        if (!chosen.current) apply();
        chosen.current = false;
      });
    },
  };
}
