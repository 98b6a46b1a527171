import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';
import { reasonFor } from '../../denied.ts';
import { texts } from '../../texts/index.ts';
import { useUnless } from '../../use-unless.ts';
import { TopicDialog } from '../topics/topic-dialog.tsx';
import type { FieldProps } from './draft.ts';
import { type KnownTopics, topicName } from './told.ts';

const words = texts.notifications.form;

interface Props extends FieldProps {
  topics: KnownTopics;
  /** Name of the topic that it had; absent: it is still there. */
  gone: string | undefined;
  refusal: string | undefined;
  onMade: () => void;
}

/** Whom a notification tells; a topic can be made on the way. */
export function TopicField({ draft, topics, gone, refusal, change, onMade }: Props) {
  const [making, setMaking] = useState(false);
  const unless = useUnless();
  const options = [
    { value: '', label: words.topicNone },
    ...(topics ?? []).map(({ topic_urn, name, display_name }) => ({
      value: topic_urn,
      label: name,
      description: display_name,
    })),
  ];
  const chosen = options.find(({ value }) => value === draft.topic) ?? {
    value: draft.topic,
    label: topicName(draft.topic),
  };
  const without = draft.topic === '';
  const lost = without && gone !== undefined;
  return (
    <>
      <FormField
        label={words.topic}
        constraintText={topics ? words.topicHint : reasonFor('smn:topic:list')}
        errorText={refusal}
        warningText={lost ? words.topicGone(gone) : without && words.topicLacks}
        secondaryControl={
          <Button formAction="none" {...unless('smn:topic:create')} onClick={() => setMaking(true)}>
            {words.newTopic}
          </Button>
        }
      >
        <Select
          selectedOption={lost ? null : chosen}
          placeholder={words.topicChoose}
          options={options}
          onChange={({ detail }) => change({ topic: detail.selectedOption.value ?? '' })}
        />
      </FormField>
      {making && (
        <TopicDialog
          onClose={(urn) => {
            setMaking(false);
            if (urn === undefined) return;
            change({ topic: urn });
            onMade();
          }}
        />
      )}
    </>
  );
}
