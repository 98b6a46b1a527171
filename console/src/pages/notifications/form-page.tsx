import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Wizard from '@cloudscape-design/components/wizard';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import {
  createNotification,
  listNotifications,
  listOperations,
  previewNotification,
  updateNotification,
} from '../../api/notifications.ts';
import { listTopics } from '../../api/topics.ts';
import type { Notification, Operation, Topic } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { asApiError, useLoad } from '../../use-load.ts';
import { TopicDialog } from '../topics/topic-dialog.tsx';
import { TraceResults } from '../traces/results.tsx';
import { type Comparison, type Draft, draftOf, previewOf, requestOf } from './draft.ts';
import { OperationPicker } from './picker.tsx';
import { Users } from './users.tsx';

const words = texts.notifications.form;
const FIELDS = ['trace_rating', 'trace_type', 'code', 'api_version', 'resource_id', 'resource_name'];
const MOST_COMPARISONS = 6;
const PREVIEW_AFTER_MS = 400;

interface World {
  notification: Notification | undefined;
  topics: Topic[];
  operations: Operation[];
}

/** A notification in three steps, with what it would have told. */
export default function NotificationFormPage() {
  const { api } = useConsole();
  const [parameters] = useSearchParams();
  const id = parameters.get('id') ?? '';
  const { value, loading, error, reload } = useLoad<World>(async (signal) => {
    const [notifications, topics, operations] = await Promise.all([
      listNotifications(api, signal),
      // Who may not see topics can still name one.
      listTopics(api, signal).catch(() => []),
      listOperations(api, signal),
    ]);
    return {
      notification: notifications.find(({ notification_id }) => notification_id === id),
      topics,
      operations,
    };
  }, id);
  if (error) return <Problem error={error} onRetry={reload} />;
  if (!value)
    return loading ? <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator> : null;
  return <NotificationForm key={id} world={value} onTopic={reload} />;
}

function NotificationForm({ world, onTopic }: { world: World; onTopic: () => void }) {
  const { api, notify, onExpired } = useConsole();
  const navigate = useNavigate();
  const { notification } = world;
  const [draft, setDraft] = useState<Draft>(() => draftOf(notification));
  const [step, setStep] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const title = notification ? words.edit(notification.notification_name) : words.create;

  const save = async () => {
    setBusy(true);
    setProblem('');
    try {
      const request = requestOf(draft);
      if (notification) {
        const status =
          draft.topic === '' ? 'disabled' : notification.topic_id ? notification.status : 'enabled';
        await updateNotification(api, { ...request, notification_id: notification.notification_id, status });
      } else await createNotification(api, request);
      notify('success', texts.notifications.saved(draft.name));
      navigate('/notifications');
    } catch (cause) {
      const refusal = asApiError(cause);
      if (refusal.status === 401) onExpired();
      setProblem(refusal.message);
      setBusy(false);
    }
  };

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: texts.notifications.title, href: '/notifications' },
            { text: title, href: '#' },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            if (event.detail.href !== '#') navigate(event.detail.href);
          }}
        />
      }
      header={<Header variant="h1">{title}</Header>}
    >
      <Wizard
        activeStepIndex={step}
        isLoadingNextStep={busy}
        submitButtonText={words.save}
        onNavigate={({ detail }) => setStep(detail.requestedStepIndex)}
        onCancel={() => navigate('/notifications')}
        onSubmit={() => void save()}
        i18nStrings={{
          stepNumberLabel: (number) => `${number}`,
          collapsedStepsLabel: (number, count) => `${number} / ${count}`,
          cancelButton: texts.common.cancel,
          previousButton: words.previous,
          nextButton: words.next,
          optional: texts.common.optional,
          navigationAriaLabel: title,
        }}
        steps={[
          {
            title: words.what,
            content: (
              <SpaceBetween size="l">
                <Container>
                  <SpaceBetween size="m">
                    <RadioGroup
                      value={draft.kind}
                      items={[
                        { value: 'customized', label: words.customized },
                        { value: 'complete', label: words.complete, description: words.completeHint },
                      ]}
                      onChange={({ detail }) => change({ kind: detail.value as Draft['kind'] })}
                    />
                    {draft.kind === 'customized' && (
                      <OperationPicker
                        known={world.operations}
                        chosen={draft.operations}
                        onChange={(operations) => change({ operations })}
                      />
                    )}
                  </SpaceBetween>
                </Container>
                <Preview draft={draft} />
              </SpaceBetween>
            ),
          },
          {
            title: words.who,
            content: (
              <SpaceBetween size="l">
                <Container>
                  <SpaceBetween size="m">
                    {draft.kind === 'customized' && <Users draft={draft} change={change} />}
                    <Filter draft={draft} change={change} />
                  </SpaceBetween>
                </Container>
                <Preview draft={draft} />
              </SpaceBetween>
            ),
          },
          {
            title: words.where,
            content: (
              <Container>
                <SpaceBetween size="m">
                  {problem !== '' && (
                    <Alert type="error" header={words.failed}>
                      {problem}
                    </Alert>
                  )}
                  <FormField label={words.name} constraintText={words.nameHint}>
                    <Input
                      value={draft.name}
                      onChange={({ detail }) => change({ name: detail.value.trim() })}
                    />
                  </FormField>
                  <TopicField draft={draft} topics={world.topics} change={change} onMade={onTopic} />
                </SpaceBetween>
              </Container>
            ),
          },
        ]}
      />
    </ContentLayout>
  );
}

interface FieldProps {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
}

function Filter({ draft, change }: FieldProps) {
  const { comparisons } = draft;
  const set = (index: number, next: Partial<Comparison>) =>
    change({ comparisons: comparisons.map((one, at) => (at === index ? { ...one, ...next } : one)) });
  const joins = [
    { value: 'AND', label: words.and },
    { value: 'OR', label: words.or },
  ];
  return (
    <SpaceBetween size="s">
      <Box variant="h3">{words.filter}</Box>
      <Box color="text-body-secondary">{words.filterHint}</Box>
      {comparisons.map(({ field, operator, value }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a comparison has no identity but its place
        <div className="comparison" key={index}>
          <Select
            ariaLabel={`${words.filter} ${index + 1}`}
            selectedOption={{ value: field, label: field }}
            options={FIELDS.map((name) => ({ value: name, label: name }))}
            onChange={({ detail }) => set(index, { field: detail.selectedOption.value ?? '' })}
          />
          <Select
            ariaLabel={`= ${index + 1}`}
            selectedOption={{ value: operator, label: operator }}
            options={['=', '!='].map((sign) => ({ value: sign, label: sign }))}
            onChange={({ detail }) =>
              set(index, { operator: detail.selectedOption.value as Comparison['operator'] })
            }
          />
          <Input
            ariaLabel={`${texts.traces.filters.value} ${index + 1}`}
            value={value}
            onChange={({ detail }) => set(index, { value: detail.value })}
          />
          <Button
            formAction="none"
            iconName="remove"
            variant="icon"
            ariaLabel={`${words.removeRule} ${index + 1}`}
            onClick={() => change({ comparisons: comparisons.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      {comparisons.length > 1 && (
        <FormField label={words.join}>
          <Select
            selectedOption={joins.find(({ value }) => value === draft.join) ?? null}
            options={joins}
            onChange={({ detail }) => change({ join: detail.selectedOption.value as Draft['join'] })}
          />
        </FormField>
      )}
      <Button
        formAction="none"
        iconName="add-plus"
        disabled={comparisons.length >= MOST_COMPARISONS}
        onClick={() =>
          change({
            comparisons: [...comparisons, { field: 'trace_rating', operator: '!=', value: 'normal' }],
          })
        }
      >
        {words.addRule}
      </Button>
    </SpaceBetween>
  );
}

function TopicField({ draft, topics, change, onMade }: FieldProps & { topics: Topic[]; onMade: () => void }) {
  const [making, setMaking] = useState(false);
  const options = [
    { value: '', label: words.topicNone },
    ...topics.map(({ topic_urn, name, display_name }) => ({
      value: topic_urn,
      label: name,
      description: display_name,
    })),
  ];
  const chosen = options.find(({ value }) => value === draft.topic) ?? {
    value: draft.topic,
    label: draft.topic,
  };
  return (
    <>
      <FormField
        label={words.topic}
        constraintText={words.topicHint}
        secondaryControl={
          <Button formAction="none" onClick={() => setMaking(true)}>
            {words.newTopic}
          </Button>
        }
      >
        <Select
          selectedOption={chosen}
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

/** What the last days would have brought; asked anew a moment after the last change. */
function Preview({ draft }: { draft: Draft }) {
  const { api } = useConsole();
  const wanted = JSON.stringify(previewOf(draft));
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const { value, loading, error } = useLoad(
    (signal) => previewNotification(api, JSON.parse(asked), signal),
    asked,
  );
  return (
    <Container
      disableContentPaddings={(value?.count ?? 0) > 0}
      header={
        <Header
          variant="h2"
          description={
            value && value.count > 0 ? words.previewCount(value.count, value.traces.length) : undefined
          }
        >
          {words.preview}
        </Header>
      }
    >
      {error && <StatusIndicator type="error">{error.message}</StatusIndicator>}
      {loading && !value && !error && (
        <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>
      )}
      {value?.count === 0 && <Box color="text-body-secondary">{words.previewNone}</Box>}
      {value && value.count > 0 && <TraceResults pages={[value.traces]} />}
    </Container>
  );
}
