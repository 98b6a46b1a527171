import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { currentSession, type Session } from './api/session.ts';
import { Boot } from './boot.tsx';

const SignInPage = lazy(() => import('./pages/sign-in/page.tsx'));
const SignInAgain = lazy(() => import('./pages/sign-in/again.tsx'));
const Home = lazy(() => import('./home.tsx'));

/**
 * Signed in or not. When a session expires, the page stays as it is, with what was typed, behind a question for
 * the password; another user begins anew.
 */
export function Root() {
  /** Undefined: not known yet; null: nobody. */
  const [session, setSession] = useState<Session | null>();
  const [expired, setExpired] = useState(false);
  /** Counts sign-ins, so that what has failed is loaded again. */
  const [entered, setEntered] = useState(0);

  useEffect(() => {
    currentSession().then(
      (known) => setSession(known ?? null),
      () => setSession(null),
    );
  }, []);

  const enter = useCallback((next: Session) => {
    setSession(next);
    setExpired(false);
    setEntered((count) => count + 1);
  }, []);
  const end = useCallback((byExpiry: boolean) => {
    if (byExpiry) setExpired(true);
    else setSession(null);
  }, []);

  if (session === undefined) return <Boot />;
  return (
    <Suspense fallback={<Boot />}>
      {session ? (
        <Home key={session.user.id} session={session} entered={entered} onEnd={end} />
      ) : (
        <SignInPage onSignedIn={enter} />
      )}
      {session && expired && <SignInAgain session={session} onSignedIn={enter} />}
    </Suspense>
  );
}
