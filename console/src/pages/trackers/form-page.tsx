import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { listKeys } from '../../api/keys.ts';
import { createTracker, listBuckets, listTrackers, updateTracker } from '../../api/trackers.ts';
import type { Buckets, Key, Tracker } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { asApiError, useLoad } from '../../use-load.ts';
import { type Draft, draftOf, LIFECYCLES, requestOf } from './draft.ts';
import { Status } from './page.tsx';

const words = texts.trackers.form;

interface World {
  /** Absent: a data tracker is to be made. */
  tracker: Tracker | undefined;
  buckets: Buckets;
  keys: Key[];
}

/** Everything that is set on a tracker. */
export default function TrackerFormPage() {
  const { api } = useConsole();
  const [parameters] = useSearchParams();
  const name = parameters.get('name') ?? '';
  const { value, loading, error, reload } = useLoad<World>(async (signal) => {
    const [trackers, buckets, keys] = await Promise.all([
      listTrackers(api, signal),
      listBuckets(api, signal),
      // Who may not see keys cannot choose one; everything else can be set.
      listKeys(api, signal).catch(() => []),
    ]);
    const tracker = trackers.find(({ tracker_name }) => tracker_name === name);
    return { tracker, buckets, keys };
  }, name);
  if (error) return <Problem error={error} onRetry={reload} />;
  if (loading || !value) return <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>;
  return <TrackerForm key={name} {...value} />;
}

function TrackerForm({ tracker, buckets, keys }: World) {
  const { api, notify, onExpired } = useConsole();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() => draftOf(tracker));
  const [problem, setProblem] = useState<{ field: string; message: string }>();
  const [busy, setBusy] = useState(false);
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const title = tracker ? words.edit(tracker.tracker_name) : words.create;

  const save = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const request = requestOf(draft, tracker);
      await (tracker ? updateTracker(api, request) : createTracker(api, request));
      notify('success', texts.trackers.saved(request.tracker_name));
      navigate('/trackers');
    } catch (cause) {
      const refusal = asApiError(cause);
      if (refusal.status === 401) onExpired();
      setProblem({ field: fieldOf(refusal.message), message: refusal.message });
      setBusy(false);
    }
  };
  const errorOf = (...fields: string[]) =>
    problem && fields.includes(problem.field) ? problem.message : undefined;

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: texts.trackers.title, href: '/trackers' },
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
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Form
          errorText={problem && <span>{problem.message}</span>}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button formAction="none" variant="link" onClick={() => navigate('/trackers')}>
                {texts.common.cancel}
              </Button>
              <Button variant="primary" loading={busy}>
                {texts.common.save}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {tracker?.status === 'error' && (
              <Alert type="error">
                <Status tracker={tracker} />
              </Alert>
            )}
            {(!tracker || tracker.data_bucket) && (
              <Container header={<Header variant="h2">{words.basics}</Header>}>
                <SpaceBetween size="m">
                  {!tracker && (
                    <FormField
                      label={words.name}
                      constraintText={words.nameHint}
                      errorText={errorOf('tracker_name')}
                    >
                      <Input value={draft.name} onChange={({ detail }) => change({ name: detail.value })} />
                    </FormField>
                  )}
                  <FormField
                    label={words.tracked}
                    constraintText={words.trackedHint}
                    errorText={errorOf('data_bucket.data_bucket_name', 'data_bucket_name')}
                  >
                    <Input
                      value={draft.tracked}
                      readOnly={tracker !== undefined}
                      onChange={({ detail }) => change({ tracked: detail.value })}
                    />
                  </FormField>
                  <FormField label={words.events} errorText={errorOf('data_bucket.data_event')}>
                    <SpaceBetween direction="horizontal" size="m">
                      {(['READ', 'WRITE'] as const).map((event) => (
                        <Checkbox
                          key={event}
                          checked={draft.events.includes(event)}
                          onChange={({ detail }) =>
                            change({
                              events: detail.checked
                                ? [...draft.events, event]
                                : draft.events.filter((other) => other !== event),
                            })
                          }
                        >
                          {texts.trackers.events[event]}
                        </Checkbox>
                      ))}
                    </SpaceBetween>
                  </FormField>
                </SpaceBetween>
              </Container>
            )}
            <Container header={<Header variant="h2">{words.transfer}</Header>}>
              <SpaceBetween size="m">
                <Toggle
                  checked={draft.transfers}
                  description={words.transferHint}
                  onChange={({ detail }) => change({ transfers: detail.checked })}
                >
                  {words.transferOn}
                </Toggle>
                {draft.transfers && (
                  <TransferFields draft={draft} buckets={buckets} change={change} errorOf={errorOf} />
                )}
              </SpaceBetween>
            </Container>
            {draft.transfers && (
              <Container header={<Header variant="h2">{words.protection}</Header>}>
                <ProtectionFields
                  draft={draft}
                  buckets={buckets}
                  keys={keys}
                  change={change}
                  errorOf={errorOf}
                />
              </Container>
            )}
          </SpaceBetween>
        </Form>
      </form>
    </ContentLayout>
  );
}

interface FieldProps {
  draft: Draft;
  buckets: Buckets;
  change: (next: Partial<Draft>) => void;
  errorOf: (...fields: string[]) => string | undefined;
}

function TransferFields({ draft, buckets, change, errorOf }: FieldProps) {
  const options = buckets.buckets.map(({ name, region }) => ({ value: name, label: name, labelTag: region }));
  const compressions = [
    { value: 'gzip', label: words.gzip },
    { value: 'json', label: words.json },
  ];
  const lifecycles = LIFECYCLES.map((days) => ({ value: String(days), label: words.lifecycleDays(days) }));
  return (
    <SpaceBetween size="m">
      <RadioGroup
        value={draft.newBucket ? 'new' : 'old'}
        items={[
          { value: 'new', label: words.newBucket },
          { value: 'old', label: words.oldBucket },
        ]}
        onChange={({ detail }) => change({ newBucket: detail.value === 'new', bucket: '' })}
      />
      <FormField
        label={words.bucket}
        constraintText={draft.newBucket ? words.bucketHint : undefined}
        errorText={errorOf('obs_info.bucket_name')}
      >
        {draft.newBucket || options.length === 0 ? (
          <Input
            value={draft.bucket}
            placeholder="audit-archive"
            onChange={({ detail }) => change({ bucket: detail.value.trim() })}
          />
        ) : (
          <Select
            selectedOption={draft.bucket === '' ? null : { value: draft.bucket, label: draft.bucket }}
            options={options}
            placeholder={words.bucketChoose}
            empty={words.bucketNone}
            onChange={({ detail }) => change({ bucket: detail.selectedOption.value ?? '' })}
          />
        )}
      </FormField>
      <FormField
        label={`${words.prefix} (${texts.common.optional})`}
        constraintText={words.prefixHint}
        errorText={errorOf('obs_info.file_prefix_name')}
      >
        <Input value={draft.prefix} onChange={({ detail }) => change({ prefix: detail.value })} />
      </FormField>
      <FormField label={words.compression}>
        <Select
          selectedOption={compressions.find(({ value }) => value === draft.compression) ?? null}
          options={compressions}
          onChange={({ detail }) =>
            change({ compression: detail.selectedOption.value as Draft['compression'] })
          }
        />
      </FormField>
      <Checkbox checked={draft.sorted} onChange={({ detail }) => change({ sorted: detail.checked })}>
        {words.sort}
      </Checkbox>
      {draft.type === 'system' ? (
        <Checkbox
          checked={draft.withoutDataKeys}
          description={words.excludeKmsHint}
          onChange={({ detail }) => change({ withoutDataKeys: detail.checked })}
        >
          {words.excludeKms}
        </Checkbox>
      ) : (
        <FormField label={words.lifecycle}>
          <Select
            selectedOption={lifecycles.find(({ value }) => value === String(draft.lifecycle)) ?? null}
            options={lifecycles}
            onChange={({ detail }) => change({ lifecycle: Number(detail.selectedOption.value) })}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function ProtectionFields({ draft, buckets, keys, change, errorOf }: FieldProps & { keys: Key[] }) {
  const modes = [
    { value: 'GOVERNANCE', label: words.governance },
    { value: 'COMPLIANCE', label: words.compliance },
  ];
  const options = keys.map(({ id, alias, state }) => ({
    value: id,
    label: alias,
    description: id,
    labelTag: texts.keys.states[state],
    disabled: state !== 'enabled',
  }));
  const chosen = options.find(({ value }) => value === draft.key);
  return (
    <SpaceBetween size="m">
      <Toggle
        checked={draft.verified}
        description={words.verifyHint}
        onChange={({ detail }) => change({ verified: detail.checked })}
      >
        {words.verify}
      </Toggle>
      {draft.type === 'system' && (
        <Toggle
          checked={draft.encrypted}
          description={words.encryptHint}
          onChange={({ detail }) => change({ encrypted: detail.checked })}
        >
          {words.encrypt}
        </Toggle>
      )}
      {draft.encrypted && (
        <Box margin={{ left: 'xxl' }}>
          <FormField
            label={words.key}
            constraintText={buckets.encryption === 'store' ? words.keyOfStore : undefined}
            errorText={errorOf('kms_id')}
          >
            {buckets.encryption === 'store' ? (
              <Input value={draft.key} onChange={({ detail }) => change({ key: detail.value.trim() })} />
            ) : (
              <Select
                selectedOption={chosen ?? (draft.key === '' ? null : { value: draft.key, label: draft.key })}
                options={options}
                placeholder={words.keyChoose}
                empty={words.keyNone}
                onChange={({ detail }) => change({ key: detail.selectedOption.value ?? '' })}
              />
            )}
          </FormField>
        </Box>
      )}
      <Toggle
        checked={draft.locked}
        description={words.lockHint}
        onChange={({ detail }) => change({ locked: detail.checked })}
      >
        {words.lock}
      </Toggle>
      {draft.locked && (
        <Box margin={{ left: 'xxl' }}>
          <SpaceBetween size="s">
            <FormField label={words.lockMode} errorText={errorOf('obs_info.object_lock_mode')}>
              <Select
                selectedOption={modes.find(({ value }) => value === draft.lockMode) ?? null}
                options={modes}
                onChange={({ detail }) =>
                  change({ lockMode: detail.selectedOption.value as Draft['lockMode'] })
                }
              />
            </FormField>
            <FormField label={words.lockDays} errorText={errorOf('obs_info.object_lock_days')}>
              <Input
                type="number"
                inputMode="numeric"
                value={draft.lockDays}
                onChange={({ detail }) => change({ lockDays: detail.value })}
              />
            </FormField>
          </SpaceBetween>
        </Box>
      )}
    </SpaceBetween>
  );
}

/** Refusals begin with the name of the member that they are about. */
const fieldOf = (message: string) => /^[a-z_.]+/.exec(message)?.[0] ?? '';
