import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { changeOwnPassword, changeUser } from '../../api/directory.ts';
import { currentSession } from '../../api/session.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { Misfilled } from '../../refusal.ts';
import { texts } from '../../texts/index.ts';
import { asApiError } from '../../use-load.ts';

const words = texts.people.users;

interface FieldProps {
  label: string;
  hint: string;
  value: string;
  /** The one that is in force already, which the browser may know. */
  current?: boolean;
  onChange: (value: string) => void;
}

export function PasswordField({ label, hint, value, current, onChange }: FieldProps) {
  return (
    <Field of={current ? 'original_password' : 'password'} label={label} constraintText={hint}>
      <Input
        type="password"
        autoComplete={current ? 'current-password' : 'new-password'}
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </Field>
  );
}

interface PasswordDialogProps {
  id: string;
  name: string;
  onClose: (changed: boolean) => void;
}

/** An administrator gives another user a new password. */
export function PasswordDialog({ id, name, onClose }: PasswordDialogProps) {
  const { api, notify } = useConsole();
  const [password, setPassword] = useState('');
  const work = async () => {
    await changeUser(api, id, { password });
    notify('success', words.passwordChanged);
  };
  return (
    <Question title={words.setPasswordTitle(name)} action={texts.people.save} onClose={onClose} work={work}>
      <PasswordField
        label={words.newPassword}
        hint={words.setPasswordHint}
        value={password}
        onChange={setPassword}
      />
    </Question>
  );
}

export function OwnPasswordDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api, session, notify } = useConsole();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const work = async () => {
    await changeOwnPassword(api, session.user.id, old, password).catch(async (cause) => {
      // The answer is that of an expired session, too; then nobody is signed in any more.
      const wrong = asApiError(cause).status === 401 && (await currentSession()) !== undefined;
      throw wrong ? new Misfilled('original_password', words.oldPasswordWrong) : cause;
    });
    notify('success', words.ownPasswordChanged);
  };
  return (
    <Question title={words.ownPassword} action={texts.people.save} onClose={onClose} work={work}>
      <PasswordField
        current
        label={words.oldPassword}
        hint={words.oldPasswordHint}
        value={old}
        onChange={setOld}
      />
      <PasswordField
        label={words.newPassword}
        hint={words.newPasswordHint}
        value={password}
        onChange={setPassword}
      />
    </Question>
  );
}
