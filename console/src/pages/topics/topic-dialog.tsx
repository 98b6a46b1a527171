import Input from '@cloudscape-design/components/input';
import { useRef, useState } from 'react';
import { createTopic } from '../../api/topics.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';

const words = texts.topics;

/** Makes a topic. @param onClose with its URN, when it was made */
export function TopicDialog({ onClose }: { onClose: (urn: string | undefined) => void }) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const made = useRef<string>(undefined);
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={() => onClose(made.current)}
      work={async () => {
        made.current = (await createTopic(api, name, displayName)).topic_urn;
      }}
    >
      <Field of="name" label={words.name} constraintText={words.nameHint}>
        <Input value={name} onChange={({ detail }) => setName(detail.value.trim())} />
      </Field>
      <Field
        of="display_name"
        label={`${words.displayName} (${texts.common.optional})`}
        constraintText={words.displayHint}
      >
        <Input value={displayName} onChange={({ detail }) => setDisplayName(detail.value)} />
      </Field>
    </Question>
  );
}
