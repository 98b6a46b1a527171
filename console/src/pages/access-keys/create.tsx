import Button from '@cloudscape-design/components/button';
import Input from '@cloudscape-design/components/input';
import { csvCell } from '@opencts/client/api';
import { useState } from 'react';
import { createAccessKey } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { saveFile } from '../../files.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { Copied, SecretDialog } from '../administration/secret-dialog.tsx';

const words = texts.administration.accessKeys;

export interface Made {
  access: string;
  secret: string;
}

interface CreateProps {
  onMade: (key: Made) => void;
  onClose: (changed: boolean) => void;
}

/** Makes a key of the signed-in user. */
export function CreateDialog({ onMade, onClose }: CreateProps) {
  const { api, session } = useConsole();
  const [description, setDescription] = useState('');
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => onMade(await createAccessKey(api, session.user.id, description))}
    >
      <Field
        of="description"
        label={words.note}
        description={texts.common.optional}
        constraintText={words.noteHint}
      >
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </Field>
    </Question>
  );
}

/** The key that was just made. */
export function MadeDialog({ made, onClose }: { made: Made; onClose: () => void }) {
  const { session } = useConsole();
  return (
    <SecretDialog
      title={words.madeTitle}
      onClose={onClose}
      actions={
        <Button
          iconName="download"
          onClick={() => saveFile(asCsv(session.user.name, made), 'credentials.csv')}
        >
          {words.download}
        </Button>
      }
    >
      <Copied label={words.access} description={words.accessHint} text={made.access} />
      <Copied label={words.secret} description={words.secretHint} text={made.secret} />
    </SecretDialog>
  );
}

/** In the form in which clouds hand out access keys. */
function asCsv(user: string, { access, secret }: Made): Blob {
  const lines = [
    ['User Name', 'Access Key Id', 'Secret Access Key'],
    [csvCell(user), access, secret],
  ];
  return new Blob([`${lines.map((line) => line.join(',')).join('\r\n')}\r\n`], { type: 'text/csv' });
}
