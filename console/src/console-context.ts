import { createContext, useContext } from 'react';
import type { Api } from './api/client.ts';
import type { Session } from './api/session.ts';
import type { Zone } from './time.ts';

/** What every page works with. */
export interface Console {
  api: Api;
  zone: Zone;
  session: Session;
  /** Whether the service lets the user do something in the project, such as `cts:trace:list`. */
  may: (action: string) => boolean;
  onExpired: () => void;
  /** Says above the page what has happened. */
  notify: (kind: 'success' | 'error', header: string, text?: string) => void;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (!console) throw new Error('not within the console');
  return console;
}
