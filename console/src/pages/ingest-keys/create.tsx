import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { createIngestKey, type IngestKey } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { Copied, SecretDialog } from '../administration/secret-dialog.tsx';
import { commandOf } from '../guide/command.ts';

const words = texts.administration.ingestKeys;
/** Stands for every source. */
export const ANY = '*';

interface CreateProps {
  onMade: (key: IngestKey) => void;
  onClose: (changed: boolean) => void;
}

export function CreateDialog({ onMade, onClose }: CreateProps) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [source, setSource] = useState(ANY);
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => onMade(await createIngestKey(api, name, source))}
    >
      <Field of="name" label={words.name} constraintText={words.nameHint}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </Field>
      <Field of="source" label={words.source} constraintText={words.sourceHint}>
        <Input value={source} onChange={({ detail }) => setSource(detail.value)} />
      </Field>
    </Question>
  );
}

/** The key that was just made, and how it is used. */
export function MadeDialog({ made, onClose }: { made: IngestKey; onClose: () => void }) {
  const { api, session } = useConsole();
  const { name, secret = '', source } = made;
  const only = source === ANY ? undefined : source;
  return (
    <SecretDialog title={words.madeTitle(name)} onClose={onClose}>
      <Copied label={words.secret} description={words.secretHint} text={secret} />
      <Copied
        label={words.command}
        description={words.commandHint}
        text={commandOf(api.path.project_id, session.domain.id, secret, only)}
      />
    </SecretDialog>
  );
}
