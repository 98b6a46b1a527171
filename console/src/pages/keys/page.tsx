import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { changeKey, createKey, type KeyChange, listKeys, scheduleDeletion } from '../../api/keys.ts';
import { listBuckets } from '../../api/trackers.ts';
import type { Key } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';

const words = texts.keys;

type Dialog = { kind: 'create' } | { kind: 'disable' | 'remove'; key: Key };

/** The named keys of the project. */
export default function KeysPage() {
  const { api, zone } = useConsole();
  const act = useAct();
  const { value, loading, error, reload } = useLoad((signal) => listKeys(api, signal), 'keys');
  const buckets = useLoad((signal) => listBuckets(api, signal), 'buckets');
  const [dialog, setDialog] = useState<Dialog>();

  const choose = (key: Key, id: string) => {
    if (id === 'disable' || id === 'remove') setDialog({ kind: id, key });
    else {
      void act(words.title, async () => {
        await changeKey(api, key.id, id as KeyChange);
        reload();
      });
    }
  };
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                loading={loading}
                onClick={reload}
              />
              <Button variant="primary" onClick={() => setDialog({ kind: 'create' })}>
                {words.create}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error && <Problem error={error} onRetry={reload} />}
        {buckets.value?.encryption === 'store' && <Alert type="info">{words.ofStore}</Alert>}
        {!error && (
          <Table<Key>
            items={value ?? []}
            trackBy="id"
            wrapLines
            loading={loading && !value}
            loadingText={texts.common.loading}
            empty={
              <Box textAlign="center">
                <Box variant="h3">{words.none}</Box>
                <Box color="text-body-secondary">{words.noneText}</Box>
              </Box>
            }
            columnDefinitions={[
              {
                id: 'alias',
                header: words.columns.alias,
                isRowHeader: true,
                cell: ({ alias, id }) => (
                  <>
                    {alias}
                    <Box fontSize="body-s" color="text-body-secondary">
                      <CopyToClipboard
                        variant="inline"
                        copyButtonAriaLabel={`${texts.common.copy}: ${alias}`}
                        copySuccessText={texts.common.copied}
                        copyErrorText={texts.common.failed}
                        textToCopy={id}
                      />
                    </Box>
                  </>
                ),
              },
              { id: 'state', header: words.columns.state, cell: (key) => <KeyState value={key} /> },
              { id: 'version', header: words.columns.version, cell: ({ version }) => version },
              {
                id: 'created',
                header: words.columns.created,
                cell: ({ create_time }) => formatTime(create_time, zone),
              },
              {
                id: 'description',
                header: words.columns.description,
                cell: ({ description }) => description,
              },
              {
                id: 'actions',
                header: texts.common.actions,
                cell: (key) => (
                  <ButtonDropdown
                    variant="inline-icon"
                    expandToViewport
                    ariaLabel={`${texts.common.actions}: ${key.alias}`}
                    items={actionsOf(key)}
                    onItemClick={({ detail }) => choose(key, detail.id)}
                  />
                ),
              },
            ]}
          />
        )}
      </SpaceBetween>
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog?.kind === 'disable' && (
        <Question
          title={words.disableTitle(dialog.key.alias)}
          action={words.disable}
          onClose={close}
          work={async () => void (await changeKey(api, dialog.key.id, 'disable'))}
        >
          {words.disableText}
        </Question>
      )}
      {dialog?.kind === 'remove' && <RemoveDialog subject={dialog.key} onClose={close} />}
    </ContentLayout>
  );
}

function actionsOf({ state }: Key): ButtonDropdownProps.Items {
  if (state === 'pending_deletion') return [{ id: 'cancel-deletion', text: words.keep }];
  return [
    state === 'enabled' ? { id: 'disable', text: words.disable } : { id: 'enable', text: words.enable },
    { id: 'rotate', text: words.rotate, disabled: state !== 'enabled' },
    { id: 'remove', text: words.remove },
  ];
}

function KeyState({ value: { state, deletion_time } }: { value: Key }) {
  const { zone } = useConsole();
  const type = { enabled: 'success', disabled: 'stopped', pending_deletion: 'warning' } as const;
  return (
    <StatusIndicator type={type[state]}>
      {words.states[state]}
      {deletion_time !== undefined && ` ${words.deletedOn(formatTime(deletion_time, zone))}`}
    </StatusIndicator>
  );
}

function CreateDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [alias, setAlias] = useState('');
  const [description, setDescription] = useState('');
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => void (await createKey(api, alias, description))}
    >
      <FormField label={words.alias} constraintText={words.aliasHint}>
        <Input autoFocus value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </FormField>
      <FormField label={words.descriptionField} description={texts.common.optional}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </Question>
  );
}

function RemoveDialog({ subject, onClose }: { subject: Key; onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [days, setDays] = useState('30');
  return (
    <Question
      title={words.removeTitle(subject.alias)}
      action={words.remove}
      onClose={onClose}
      work={async () => void (await scheduleDeletion(api, subject.id, Number(days)))}
    >
      <Box>{words.removeText}</Box>
      <FormField label={words.days} constraintText={words.daysHint}>
        <Input
          type="number"
          inputMode="numeric"
          value={days}
          onChange={({ detail }) => setDays(detail.value)}
        />
      </FormField>
    </Question>
  );
}
