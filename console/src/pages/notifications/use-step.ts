import { useCallback, useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { type Draft, openStepOf } from './draft.ts';

/** The step that is shown stands in the address, so that the browser goes back one step; none is passed unfinished. */
export function useStep(draft: Draft) {
  const [parameters, setParameters] = useSearchParams();
  const [told, setTold] = useState(false);
  const open = openStepOf(draft);
  const asked = (Number(parameters.get('step')) || 1) - 1;
  const step = Math.min(Math.max(asked, 0), open);

  const show = useCallback(
    (next: number, replace: boolean) =>
      setParameters(
        (current) => new URLSearchParams({ ...Object.fromEntries(current), step: `${next + 1}` }),
        { replace },
      ),
    [setParameters],
  );
  // Else the step that the address names would follow by itself as soon as this one is finished.
  useEffect(() => {
    if (asked !== step) show(step, true);
  }, [asked, step, show]);

  const go = (wanted: number) => {
    setTold(wanted > open);
    const next = Math.min(wanted, open);
    if (next !== step) show(next, false);
  };
  return { step, told: told && step === open, go };
}
