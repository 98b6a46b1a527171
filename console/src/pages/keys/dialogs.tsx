import Box from '@cloudscape-design/components/box';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { changeKey, createKey, scheduleDeletion } from '../../api/keys.ts';
import type { Key } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.keys;

export function CreateDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [alias, setAlias] = useState('');
  const [description, setDescription] = useState('');
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => void (await createKey(api, alias, description))}
    >
      <Field of="alias" label={words.alias} constraintText={words.aliasHint}>
        <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </Field>
      <Field of="description" label={words.descriptionField} description={texts.common.optional}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </Field>
    </Question>
  );
}

interface KeyDialogProps {
  subject: Key;
  onClose: (changed: boolean) => void;
}

export function DisableDialog({ subject, onClose }: KeyDialogProps) {
  const { api } = useConsole();
  return (
    <Question
      title={words.disableTitle(subject.alias)}
      action={words.disable}
      onClose={onClose}
      work={async () => void (await changeKey(api, subject.id, 'disable'))}
    >
      {words.disableText}
    </Question>
  );
}

export function RemoveDialog({ subject, onClose }: KeyDialogProps) {
  const { api } = useConsole();
  const [days, setDays] = useState('30');
  return (
    <Question
      title={words.removeTitle(subject.alias)}
      action={words.remove}
      onClose={onClose}
      work={async () => void (await scheduleDeletion(api, subject.id, Number(days)))}
    >
      <Box>{words.removeText}</Box>
      <Field of="pending_days" label={words.days} constraintText={words.daysHint}>
        <Input
          type="number"
          inputMode="numeric"
          value={days}
          onChange={({ detail }) => setDays(detail.value)}
        />
      </Field>
    </Question>
  );
}
