import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useConsole } from './console-context.ts';
import { texts } from './texts/index.ts';
import { formatTime } from './time.ts';

/** Stands on paper alone: of which project a page is, who printed it, and when. */
export function Printed() {
  const { api, session, zone } = useConsole();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const look = () => flushSync(() => setNow(Date.now()));
    addEventListener('beforeprint', look);
    return () => removeEventListener('beforeprint', look);
  }, []);
  const project = session.projects.find(({ id }) => id === api.path.project_id)?.name ?? '';
  return (
    <p className="only-print">
      {texts.common.printed({
        account: session.domain.name,
        project,
        user: session.user.name,
        time: formatTime(now, zone),
      })}
    </p>
  );
}
