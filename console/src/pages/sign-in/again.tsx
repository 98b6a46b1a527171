import Modal from '@cloudscape-design/components/modal';
import { useEffect, useState } from 'react';
import { currentSession, type Session } from '../../api/session.ts';
import { texts } from '../../texts/index.ts';
import { SignInForm } from './form.tsx';

interface Props {
  session: Session;
  onSignedIn: (session: Session) => void;
}

/** Asks for the password while the page behind keeps what was typed. */
export default function SignInAgain({ session, onSignedIn }: Props) {
  // Whoever has signed in again in another tab need not do it here.
  useEffect(() => {
    const look = () =>
      currentSession().then(
        (known) => known && onSignedIn(known),
        () => undefined,
      );
    addEventListener('focus', look);
    return () => removeEventListener('focus', look);
  }, [onSignedIn]);
  const [form, setForm] = useState<HTMLElement | null>(null);
  // After the dialog has put it into its first field: who it is is known.
  useEffect(() => form?.querySelector<HTMLElement>('[name="password"]')?.focus(), [form]);
  return (
    <Modal visible header={texts.signIn.again} className="without-dismissal">
      <div ref={setForm}>
        <SignInForm
          notice={texts.signIn.expired}
          known={{ account: session.domain.name, user: session.user.name }}
          onSignedIn={onSignedIn}
          onProvider={() => window.open('/oidc/login', '_blank', 'noopener')}
        />
      </div>
    </Modal>
  );
}
