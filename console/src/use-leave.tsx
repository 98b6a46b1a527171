import { useEffect } from 'react';
import { useBlocker } from 'react-router-dom';
import { Question } from './question.tsx';
import { texts } from './texts/index.ts';

const words = texts.common.leave;

/** State of a place that a form leads to when it was saved. */
export const SAVED = { saved: true };

/** Asks before a half-filled form is left: by a link, by the history of the browser, or with its tab. */
export function useLeave(unsaved: boolean) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      unsaved && nextLocation.pathname !== currentLocation.pathname && !nextLocation.state?.saved,
  );
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);

  if (blocker.state !== 'blocked') return undefined;
  return (
    <Question
      title={words.title}
      action={words.action}
      work={async () => undefined}
      onClose={(sure) => (sure ? blocker.proceed() : blocker.reset())}
    >
      {words.text}
    </Question>
  );
}
