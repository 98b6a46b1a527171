import '@cloudscape-design/global-styles/index.css';
import { lazy, StrictMode, Suspense, useCallback, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import { loadSession, type Session, saveSession } from './api/session.ts';
import { applyTheme } from './settings.ts';
import './styles.css';

const SignInPage = lazy(() => import('./pages/sign-in/sign-in.tsx'));
const Home = lazy(() => import('./home.tsx'));

/** Signed in or not; after an expired session the page that was open comes back, since its address stays. */
function Root() {
  const [session, setSession] = useState<Session | undefined>(loadSession);
  const [expired, setExpired] = useState(false);
  const change = useCallback((next: Session | undefined, byExpiry = false) => {
    saveSession(next);
    setSession(next);
    setExpired(byExpiry);
  }, []);
  const end = useCallback((byExpiry: boolean) => change(undefined, byExpiry), [change]);
  return (
    <Suspense fallback={<div className="boot" aria-busy="true" />}>
      {session ? (
        <Home session={session} onEnd={end} />
      ) : (
        <SignInPage expired={expired} onSignedIn={(next) => change(next)} />
      )}
    </Suspense>
  );
}

applyTheme();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <BrowserRouter basename="/console">
      <Root />
    </BrowserRouter>
  </StrictMode>,
);
