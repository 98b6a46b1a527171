import Alert from '@cloudscape-design/components/alert';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Form from '@cloudscape-design/components/form';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Toggle from '@cloudscape-design/components/toggle';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { listKeys } from '../../api/keys.ts';
import { createTracker, listBuckets, listTrackers, updateTracker } from '../../api/trackers.ts';
import type { Buckets, Key, Tracker } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { FieldsProvider, useRefusals } from '../../fields.tsx';
import { Problem } from '../../problem.tsx';
import { ReadOnly } from '../../read-only.tsx';
import { texts } from '../../texts/index.ts';
import { SAVED, useLeave } from '../../use-leave.tsx';
import { useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { checkDraft, type Draft, draftOf, type FieldProps, requestOf } from './draft.ts';
import { whileListing } from './listed.tsx';
import { Status } from './page.tsx';
import { ProtectionFields } from './protection-fields.tsx';
import { RecordedFields } from './recorded-fields.tsx';
import { TransferFields } from './transfer-fields.tsx';

const words = texts.trackers.form;

interface World {
  /** Absent: a data tracker is to be made. */
  tracker: Tracker | undefined;
  buckets: Buckets;
  keys: Key[];
}

/** Everything that is set on a tracker. */
export default function TrackerFormPage() {
  const { api, may } = useConsole();
  const [parameters] = useSearchParams();
  const name = parameters.get('name') ?? '';
  const { value, error, reload } = useLoad<World>(
    async (signal) => {
      const [trackers, buckets, keys] = await Promise.all([
        listTrackers(api, signal),
        listBuckets(api, signal),
        // Who may not see keys cannot choose one; everything else can be set.
        may('kms:cmk:list') ? listKeys(api, signal) : [],
      ]);
      const tracker = trackers.find(({ tracker_name }) => tracker_name === name);
      return { tracker, buckets, keys };
    },
    name,
    (world) => whileListing(world?.tracker && [world.tracker]),
  );
  // Loaded anew, even in vain: the form stays, with what was typed.
  if (error && !value) return <Problem error={error} onRetry={reload} />;
  if (!value) return <StatusIndicator type="loading">{texts.common.loading}</StatusIndicator>;
  return <TrackerForm key={name} {...value} />;
}

function TrackerForm({ tracker, buckets, keys }: World) {
  const unless = useUnless();
  const { api, notify, session } = useConsole();
  const region = session.projects.find(({ id }) => id === api.path.project_id)?.region ?? '';
  const navigate = useNavigate();
  const [before] = useState<Draft>(() => draftOf(tracker));
  const [draft, setDraft] = useState(before);
  const question = useLeave(JSON.stringify(draft) !== JSON.stringify(before));
  const { attach, fields, problem, refuse, clear } = useRefusals();
  const [busy, setBusy] = useState(false);
  const change = (next: Partial<Draft>) => setDraft((current) => ({ ...current, ...next }));
  const action = tracker ? 'cts:tracker:update' : 'cts:tracker:create';
  const title = tracker ? words.edit(tracker.tracker_name) : words.create;

  const save = async () => {
    setBusy(true);
    clear();
    try {
      checkDraft(draft);
      const request = requestOf(draft, tracker);
      await (tracker ? updateTracker(api, request) : createTracker(api, request));
      notify('success', texts.trackers.saved(request.tracker_name));
      navigate('/trackers', { state: SAVED });
    } catch (cause) {
      refuse(cause);
      setBusy(false);
    }
  };

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
      header={
        <SpaceBetween size="s">
          <Header variant="h1">{title}</Header>
          <ReadOnly action={action} />
        </SpaceBetween>
      }
    >
      <form
        ref={attach}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Form
          errorText={problem}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button formAction="none" variant="link" onClick={() => navigate('/trackers')}>
                {texts.common.cancel}
              </Button>
              <Button variant="primary" loading={busy} {...unless(action)}>
                {texts.common.save}
              </Button>
            </SpaceBetween>
          }
        >
          <FieldsProvider value={fields}>
            <Sections
              tracker={tracker}
              keys={keys}
              region={region}
              draft={draft}
              buckets={buckets}
              change={change}
            />
          </FieldsProvider>
        </Form>
      </form>
      {question}
    </ContentLayout>
  );
}

interface SectionsProps extends FieldProps {
  keys: Key[];
  region: string;
}

/** What is recorded, where it goes, and what protects it there. */
function Sections({ keys, region, ...fields }: SectionsProps) {
  const { draft, tracker, change } = fields;
  return (
    <SpaceBetween size="l">
      {tracker?.status === 'error' && (
        <Alert type="error">
          <Status tracker={tracker} />
        </Alert>
      )}
      {(!tracker || tracker.data_bucket) && (
        <Container header={<Header variant="h2">{words.basics}</Header>}>
          <RecordedFields {...fields} isNew={!tracker} />
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
          {draft.transfers && <TransferFields {...fields} region={region} />}
        </SpaceBetween>
      </Container>
      {draft.transfers && (
        <Container header={<Header variant="h2">{words.protection}</Header>}>
          <ProtectionFields {...fields} keys={keys} />
        </Container>
      )}
    </SpaceBetween>
  );
}
