import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { arriveFromProvider, type Session } from '../../api/session.ts';
import { chooseLanguage, LANGUAGES, type Language, language } from '../../settings.ts';
import { texts } from '../../texts/index.ts';
import { SignInForm } from './form.tsx';

const words = texts.signIn;

export default function SignInPage({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const address = useLocation();
  const navigate = useNavigate();
  const [problem, setProblem] = useState('');

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with the address that the page was opened at
  useEffect(() => {
    const parameters = new URLSearchParams(address.search);
    const arrived = parameters.has('sso');
    const refusal = parameters.get('sso_error');
    parameters.delete('sso');
    parameters.delete('sso_error');
    if (arrived || refusal) navigate({ search: parameters.toString() }, { replace: true });
    if (arrived) arriveFromProvider().then(onSignedIn, (error: Error) => setProblem(error.message));
    if (refusal) setProblem(words.providerRefusals[refusal] ?? words.providerFailed);
  }, []);
  const toProvider = () => {
    const here = `/console${address.pathname}${address.search}`;
    location.assign(`/oidc/login?return=${encodeURIComponent(here)}`);
  };

  return (
    <main className="sign-in">
      <div>
        <Container header={<Header variant="h1">{words.title}</Header>}>
          <SignInForm problem={problem} onSignedIn={onSignedIn} onProvider={toProvider} />
        </Container>
        <div className="languages">
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <Button
              key={id}
              variant="inline-link"
              formAction="none"
              disabled={language() === id}
              nativeButtonAttributes={{ lang: id }}
              onClick={() => chooseLanguage(id as Language)}
            >
              {name}
            </Button>
          ))}
        </div>
      </div>
    </main>
  );
}
