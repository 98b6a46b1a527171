import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts/index.ts';
import type { FieldProps } from './draft.ts';

const words = texts.trackers.form;

/** What a data tracker records; its name and bucket are set once. */
export function RecordedFields({ draft, isNew, change, errorOf }: FieldProps & { isNew: boolean }) {
  const toggle = (event: 'READ' | 'WRITE', checked: boolean) =>
    change({
      events: checked ? [...draft.events, event] : draft.events.filter((other) => other !== event),
    });
  return (
    <SpaceBetween size="m">
      {isNew && (
        <FormField
          label={words.name}
          description={words.nameAbout}
          constraintText={words.nameHint}
          errorText={errorOf('tracker_name')}
        >
          <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
        </FormField>
      )}
      <FormField
        label={words.tracked}
        description={words.trackedAbout}
        constraintText={isNew ? words.trackedHint : undefined}
        errorText={errorOf('data_bucket.data_bucket_name', 'data_bucket_name')}
      >
        <Input
          value={draft.tracked}
          readOnly={!isNew}
          onChange={({ detail }) => change({ tracked: detail.value })}
        />
      </FormField>
      <FormField
        label={words.events}
        description={words.eventsAbout}
        errorText={errorOf('data_bucket.data_event')}
      >
        <SpaceBetween size="xs">
          {(['READ', 'WRITE'] as const).map((event) => (
            <Checkbox
              key={event}
              checked={draft.events.includes(event)}
              description={words.eventAbout[event]}
              onChange={({ detail }) => toggle(event, detail.checked)}
            >
              {texts.trackers.events[event]}
            </Checkbox>
          ))}
        </SpaceBetween>
      </FormField>
    </SpaceBetween>
  );
}
