import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Wizard from '@cloudscape-design/components/wizard';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import type { Notification } from '../../api/types.ts';
import { ReadOnly } from '../../read-only.tsx';
import type { Refusal } from '../../refusal.ts';
import { texts } from '../../texts/index.ts';
import { useLeave } from '../../use-leave.tsx';
import { type Offered, useUnless } from '../../use-unless.ts';
import { type Draft, draftOf, type FieldProps, lacksOperations, type StepProps } from './draft.ts';
import { Filter } from './filter.tsx';
import { OperationPicker } from './picker.tsx';
import { Preview } from './preview.tsx';
import { QueryField } from './query-field.tsx';
import { hasLostTopic, type KnownTopics, topicName } from './told.ts';
import { TopicField } from './topic-field.tsx';
import type { Choice } from './traced.ts';
import { useSave } from './use-save.ts';
import { useStep } from './use-step.ts';
import { Users } from './users.tsx';

const words = texts.notifications.form;

const LAST = 2;
const BUTTONS = {
  stepNumberLabel: (number: number) => `${number}`,
  collapsedStepsLabel: (number: number, count: number) => `${number} / ${count}`,
  cancelButton: texts.common.cancel,
  previousButton: words.previous,
  nextButton: words.next,
  optional: texts.common.optional,
};

export interface World {
  /** Absent: a new one is to be made. */
  notification: Notification | undefined;
  topics: KnownTopics;
  operations: Choice[];
}

interface Props {
  world: World;
  /** Of a new one, to begin with. */
  query: string;
  /** A topic was made. */
  onTopic: () => void;
}

export function NotificationForm({ world, query, onTopic }: Props) {
  const { notification, topics } = world;
  const lost = notification && hasLostTopic(notification, topics) ? notification.topic_id : undefined;
  const [before] = useState<Draft>(() => ({
    ...draftOf(notification, query),
    ...(lost ? { topic: '' } : {}),
  }));
  const [draft, setDraft] = useState(before);
  const question = useLeave(JSON.stringify(draft) !== JSON.stringify(before));
  const navigate = useNavigate();
  const { step, told, go } = useStep(draft);
  const { save, busy, refusal, changed } = useSave(notification, draft);
  const change = (next: Partial<Draft>) => {
    setDraft((current) => ({ ...current, ...next }));
    changed(next);
  };
  const title = notification ? words.edit(notification.notification_name) : words.create;
  const parts: StepProps = { draft, change, told };
  const action = notification ? 'cts:notification:update' : 'cts:notification:create';
  const lacks = useLacks(action);
  const unfinished = told ? words.unfinished : undefined;

  return (
    <ContentLayout
      breadcrumbs={<Breadcrumbs here={title} />}
      header={
        <SpaceBetween size="s">
          <Header variant="h1">{title}</Header>
          <ReadOnly action={action} />
        </SpaceBetween>
      }
    >
      <Wizard
        activeStepIndex={step}
        isLoadingNextStep={busy}
        submitButtonText={words.save}
        onNavigate={({ detail }) => go(detail.requestedStepIndex)}
        onCancel={() => navigate('/notifications')}
        onSubmit={() => void save()}
        customPrimaryActions={
          lacks && step === LAST && <Lacking {...lacks} onPrevious={() => go(step - 1)} />
        }
        i18nStrings={{ ...BUTTONS, navigationAriaLabel: title }}
        steps={[
          {
            title: words.what,
            errorText: unfinished,
            content: <What {...parts} operations={world.operations} />,
          },
          { title: words.who, errorText: unfinished, content: <Who {...parts} /> },
          {
            title: words.where,
            errorText: refusal?.member === '' && `${words.failed}: ${refusal.text}`,
            content: <Where {...parts} topics={topics} lost={lost} refusal={refusal} onTopic={onTopic} />,
          },
        ]}
      />
      {question}
    </ContentLayout>
  );
}

/** Why it cannot be saved; undefined: it can. */
function useLacks(action: string): Offered | undefined {
  const offered = useUnless()(action);
  return offered.disabled ? offered : undefined;
}

/** In place of the buttons of the last step, for whoever may only look. */
function Lacking({ onPrevious, ...offered }: Offered & { onPrevious: () => void }) {
  const navigate = useNavigate();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" onClick={() => navigate('/notifications')}>
        {texts.common.cancel}
      </Button>
      <Button onClick={onPrevious}>{words.previous}</Button>
      <Button variant="primary" {...offered}>
        {words.save}
      </Button>
    </SpaceBetween>
  );
}

function Breadcrumbs({ here }: { here: string }) {
  const navigate = useNavigate();
  return (
    <BreadcrumbGroup
      items={[
        { text: texts.notifications.title, href: '/notifications' },
        { text: here, href: '#' },
      ]}
      onFollow={(event) => {
        event.preventDefault();
        if (event.detail.href !== '#') navigate(event.detail.href);
      }}
    />
  );
}

function What({ draft, change, told, operations }: StepProps & Pick<World, 'operations'>) {
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="m">
          <FormField errorText={told && lacksOperations(draft) && words.noOperation} stretch>
            <RadioGroup
              value={draft.kind}
              items={[
                { value: 'customized', label: words.customized },
                { value: 'complete', label: words.complete, description: words.completeHint },
              ]}
              onChange={({ detail }) => change({ kind: detail.value as Draft['kind'] })}
            />
          </FormField>
          {draft.kind === 'customized' && (
            <OperationPicker
              known={operations}
              chosen={draft.operations}
              onChange={(operations) => change({ operations })}
            />
          )}
        </SpaceBetween>
      </Container>
      <Preview draft={draft} />
    </SpaceBetween>
  );
}

function Who(parts: StepProps) {
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="m">
          {parts.draft.kind === 'customized' && <Users {...parts} />}
          <QueryField {...parts} />
          <Filter {...parts} />
        </SpaceBetween>
      </Container>
      <Preview draft={parts.draft} />
    </SpaceBetween>
  );
}

interface WhereProps extends FieldProps {
  topics: KnownTopics;
  /** URN of the topic that it had and that is gone. */
  lost: string | undefined;
  refusal: Refusal | undefined;
  onTopic: () => void;
}

function Where({ draft, change, topics, lost, refusal, onTopic }: WhereProps) {
  const textAt = (member: string) => (refusal?.member === member ? refusal.text : undefined);
  return (
    <Container>
      <SpaceBetween size="m">
        <FormField label={words.name} constraintText={words.nameHint} errorText={textAt('notification_name')}>
          <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value.trim() })} />
        </FormField>
        <TopicField
          draft={draft}
          change={change}
          topics={topics}
          gone={lost && topicName(lost)}
          refusal={textAt('topic_id')}
          onMade={onTopic}
        />
      </SpaceBetween>
    </Container>
  );
}
