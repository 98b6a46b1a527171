import Checkbox from '@cloudscape-design/components/checkbox';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Field } from '../../fields.tsx';
import { texts } from '../../texts/index.ts';
import type { FieldProps } from './draft.ts';

const words = texts.trackers.form;

/** What a data tracker records; its name and bucket are set once. */
export function RecordedFields({ draft, isNew, change }: FieldProps & { isNew: boolean }) {
  const toggle = (event: 'READ' | 'WRITE', checked: boolean) =>
    change({
      events: checked ? [...draft.events, event] : draft.events.filter((other) => other !== event),
    });
  return (
    <SpaceBetween size="m">
      {isNew && (
        <Field
          of="tracker_name"
          label={words.name}
          description={words.nameAbout}
          constraintText={words.nameHint}
        >
          <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
        </Field>
      )}
      <Field
        of="data_bucket_name"
        label={words.tracked}
        description={words.trackedAbout}
        constraintText={isNew ? words.trackedHint : undefined}
      >
        <Input
          value={draft.tracked}
          readOnly={!isNew}
          onChange={({ detail }) => change({ tracked: detail.value })}
        />
      </Field>
      <Field of="data_event" label={words.events} description={words.eventsAbout}>
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
      </Field>
    </SpaceBetween>
  );
}
