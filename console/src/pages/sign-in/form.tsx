import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useEffect, useState } from 'react';
import type { ApiError } from '../../api/client.ts';
import { hasProvider, type Session, signIn } from '../../api/session.ts';
import { texts } from '../../texts/index.ts';

const LAST_ACCOUNT = 'opencts-account';
const words = texts.signIn;

interface Names {
  account: string;
  user: string;
}

interface Props {
  /** What went wrong before, and what to know. */
  problem?: string;
  notice?: string;
  /** Who was signed in. */
  known?: Names;
  onSignedIn: (session: Session) => void;
  onProvider: () => void;
}

function remembered(): Names {
  return {
    account: 'default',
    user: 'admin',
    ...(JSON.parse(localStorage.getItem(LAST_ACCOUNT) ?? '{}') as Partial<Names>),
  };
}

/** Account, user and password, or the way to the provider. */
export function SignInForm({ problem: earlier = '', notice, known, onSignedIn, onProvider }: Props) {
  const [{ account, user }, setNames] = useState(() => known ?? remembered());
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [provider, setProvider] = useState(false);

  useEffect(() => {
    hasProvider().then(setProvider, () => undefined);
  }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      const session = await signIn(account, user, password);
      localStorage.setItem(LAST_ACCOUNT, JSON.stringify({ account, user }));
      onSignedIn(session);
    } catch (error) {
      const { status, message } = error as ApiError;
      setProblem(status === 401 ? words.wrong : status === 0 ? words.unreachable : message);
    }
    setBusy(false);
  };

  const trouble = problem || earlier;
  return (
    <form onSubmit={submit}>
      <SpaceBetween size="l">
        {notice && !trouble && <Alert type="info">{notice}</Alert>}
        {trouble !== '' && <Alert type="error">{trouble}</Alert>}
        <FormField label={words.account}>
          <Input
            value={account}
            onChange={({ detail }) => setNames({ account: detail.value, user })}
            name="account"
            autoComplete="organization"
          />
        </FormField>
        <FormField label={words.user}>
          <Input
            value={user}
            onChange={({ detail }) => setNames({ account, user: detail.value })}
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
          <Button formAction="none" onClick={onProvider} disabled={busy} fullWidth>
            {words.provider}
          </Button>
        )}
      </SpaceBetween>
    </form>
  );
}
