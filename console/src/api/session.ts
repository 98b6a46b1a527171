/** The signed-in user; kept for as long as the browser tab lives. */
export interface Session {
  token: string;
  userName: string;
  domainName: string;
  project: { id: string; name: string };
}

const KEY = 'opencts-session';

export function loadSession(): Session | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored ? (JSON.parse(stored) as Session) : undefined;
}

export function saveSession(session: Session | undefined): void {
  if (session) sessionStorage.setItem(KEY, JSON.stringify(session));
  else sessionStorage.removeItem(KEY);
}
