import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { ApiError, arriveFromProvider, hasProvider, signIn } from '../../api/client.ts';
import type { Session } from '../../api/session.ts';
import { texts } from '../../texts/index.ts';

const LAST_ACCOUNT = 'opencts-account';
const words = texts.signIn;

export default function SignInPage({
  expired,
  onSignedIn,
}: {
  expired: boolean;
  onSignedIn: (session: Session) => void;
}) {
  const remembered = JSON.parse(localStorage.getItem(LAST_ACCOUNT) ?? '{}') as {
    domain?: string;
    user?: string;
  };
  const [domain, setDomain] = useState(remembered.domain ?? 'default');
  const [user, setUser] = useState(remembered.user ?? 'admin');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);

  const [provider, setProvider] = useState(false);
  const address = useLocation();
  const navigate = useNavigate();

  const enter = async (take: () => Promise<Session | undefined>) => {
    setBusy(true);
    setProblem('');
    try {
      const session = await take();
      if (!session) throw new ApiError(404, '', words.noProject);
      onSignedIn(session);
    } catch (error) {
      const { status, message } = error as ApiError;
      setProblem(status === 401 ? words.wrong : status === 0 ? words.unreachable : message);
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(async () => {
      const session = await signIn(domain, user, password);
      localStorage.setItem(LAST_ACCOUNT, JSON.stringify({ domain, user }));
      return session;
    });
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with the address that the page was opened at
  useEffect(() => {
    const parameters = new URLSearchParams(address.search);
    const arrived = parameters.has('sso');
    const refusal = parameters.get('sso_error');
    parameters.delete('sso');
    parameters.delete('sso_error');
    if (arrived || refusal) navigate({ search: parameters.toString() }, { replace: true });
    if (arrived) void enter(arriveFromProvider);
    if (refusal) setProblem(words.providerRefusals[refusal] ?? words.providerFailed);
    hasProvider().then(setProvider, () => undefined);
  }, []);
  const toProvider = () => {
    location.assign(
      `/oidc/login?return=${encodeURIComponent(`/console${address.pathname}${address.search}`)}`,
    );
  };

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <Container header={<Header variant="h1">{words.title}</Header>}>
          <SpaceBetween size="l">
            {expired && !problem && <Alert type="info">{words.expired}</Alert>}
            {problem && <Alert type="error">{problem}</Alert>}
            <FormField label={words.account}>
              <Input
                value={domain}
                onChange={({ detail }) => setDomain(detail.value)}
                name="account"
                autoComplete="organization"
              />
            </FormField>
            <FormField label={words.user}>
              <Input
                value={user}
                onChange={({ detail }) => setUser(detail.value)}
                name="user"
                autoComplete="username"
              />
            </FormField>
            <FormField label={words.password}>
              <Input
                value={password}
                onChange={({ detail }) => setPassword(detail.value)}
                type="password"
                name="password"
                autoComplete="current-password"
                autoFocus
              />
            </FormField>
            <Box>
              <Button variant="primary" formAction="submit" loading={busy} fullWidth>
                {words.submit}
              </Button>
            </Box>
            {provider && (
              <Button formAction="none" onClick={toProvider} disabled={busy} fullWidth>
                {words.provider}
              </Button>
            )}
          </SpaceBetween>
        </Container>
      </form>
    </main>
  );
}
