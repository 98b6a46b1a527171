import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.people;

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

export function NameField({ value, onChange }: FieldProps) {
  return (
    <Field of="name" label={words.name} constraintText={words.nameHint}>
      <Input autoComplete={false} value={value} onChange={({ detail }) => onChange(detail.value)} />
    </Field>
  );
}

export function DescriptionField({ value, onChange }: FieldProps) {
  return (
    <Field of="description" label={words.descriptionField} constraintText={words.descriptionHint}>
      <Input value={value} onChange={({ detail }) => onChange(detail.value)} />
    </Field>
  );
}

interface DialogProps {
  title: string;
  initial: string;
  change: (description: string) => Promise<unknown>;
  onClose: (changed: boolean) => void;
}

/** Changes the description of a user or group. */
export function DescriptionDialog({ title, initial, change, onClose }: DialogProps) {
  const [value, setValue] = useState(initial);
  return (
    <Question
      title={title}
      action={words.save}
      onClose={onClose}
      work={async () => void (await change(value))}
    >
      <DescriptionField value={value} onChange={setValue} />
    </Question>
  );
}
