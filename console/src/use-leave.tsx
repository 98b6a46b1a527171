import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { Question } from './question.tsx';
import { texts } from './texts/index.ts';

const words = texts.common.leave;
const BASE = '/console';

/** Asks before a half-filled form is left by a link of the console, or with its tab. */
export function useLeave(unsaved: boolean) {
  const navigate = useNavigate();
  const [route, setRoute] = useState<string>();
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    const ask = (event: MouseEvent) => {
      const link = (event.target as Element).closest(`a[href^="${BASE}/"]`);
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      setRoute(link.getAttribute('href')?.slice(BASE.length));
    };
    addEventListener('beforeunload', warn);
    // Before the link itself is told of it.
    document.addEventListener('click', ask, true);
    return () => {
      removeEventListener('beforeunload', warn);
      document.removeEventListener('click', ask, true);
    };
  }, [unsaved]);

  const close = (sure: boolean) => {
    setRoute(undefined);
    if (sure && route !== undefined) navigate(route);
  };
  const question = route !== undefined && (
    <Question title={words.title} action={words.action} work={async () => undefined} onClose={close}>
      {words.text}
    </Question>
  );
  return { leave: unsaved ? setRoute : navigate, question };
}
