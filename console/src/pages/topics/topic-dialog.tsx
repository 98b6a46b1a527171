import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useRef, useState } from 'react';
import { createTopic } from '../../api/topics.ts';
import { useConsole } from '../../console-context.ts';
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
      <FormField label={words.name} constraintText={words.nameHint}>
        <Input autoFocus value={name} onChange={({ detail }) => setName(detail.value.trim())} />
      </FormField>
      <FormField label={`${words.displayName} (${texts.common.optional})`} constraintText={words.displayHint}>
        <Input value={displayName} onChange={({ detail }) => setDisplayName(detail.value)} />
      </FormField>
    </Question>
  );
}
