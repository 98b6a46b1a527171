import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { createIngestKey, type IngestKey, listIngestKeys, revokeIngestKey } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { Copied, SecretDialog } from '../administration/secret-dialog.tsx';
import { commandOf } from '../guide/command.ts';

const words = texts.administration.ingestKeys;
const ANY = '*';

type Dialog = { kind: 'create' } | { kind: 'revoke'; key: IngestKey };

/** The bearers with which producers report to the project. */
export default function IngestKeysPage() {
  const { api, zone, session } = useConsole();
  const { value, loading, error, reload } = useLoad((signal) => listIngestKeys(api, signal), 'ingest-keys');
  const [dialog, setDialog] = useState<Dialog>();
  const [made, setMade] = useState<IngestKey>();
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
      {error ? (
        <Problem error={error} roles={['CTS FullAccess']} onRetry={reload} />
      ) : (
        <Table<IngestKey>
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
            { id: 'name', header: words.name, isRowHeader: true, cell: ({ name }) => name },
            {
              id: 'source',
              header: words.source,
              cell: ({ source }) => (source === ANY ? words.anySource : source),
            },
            { id: 'by', header: words.createdBy, cell: ({ created_by }) => created_by },
            {
              id: 'created',
              header: words.created,
              cell: ({ create_time }) => formatTime(create_time, zone),
            },
            {
              id: 'used',
              header: words.used,
              cell: ({ last_used_time }) =>
                last_used_time === undefined ? words.never : formatTime(last_used_time, zone),
            },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (key) => (
                <Button
                  variant="inline-link"
                  ariaLabel={`${words.revoke}: ${key.name}`}
                  onClick={() => setDialog({ kind: 'revoke', key })}
                >
                  {words.revoke}
                </Button>
              ),
            },
          ]}
        />
      )}
      {dialog?.kind === 'create' && <CreateDialog onMade={setMade} onClose={close} />}
      {dialog?.kind === 'revoke' && (
        <Question
          title={words.revokeTitle(dialog.key.name)}
          action={words.revoke}
          onClose={close}
          work={async () => void (await revokeIngestKey(api, dialog.key.id))}
        >
          {words.revokeText}
        </Question>
      )}
      {made && (
        <SecretDialog title={words.madeTitle(made.name)} onClose={() => setMade(undefined)}>
          <Copied label={words.secret} description={words.secretHint} text={made.secret ?? ''} />
          <Copied
            label={words.command}
            description={words.commandHint}
            text={commandOf(
              api.path.project_id,
              session.domain.id,
              made.secret ?? '',
              made.source === ANY ? undefined : made.source,
            )}
          />
        </SecretDialog>
      )}
    </ContentLayout>
  );
}

interface CreateProps {
  onMade: (key: IngestKey) => void;
  onClose: (changed: boolean) => void;
}

function CreateDialog({ onMade, onClose }: CreateProps) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [source, setSource] = useState(ANY);
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => onMade(await createIngestKey(api, name, source))}
    >
      <FormField label={words.name} constraintText={words.nameHint}>
        <Input autoFocus value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label={words.source} constraintText={words.sourceHint}>
        <Input value={source} onChange={({ detail }) => setSource(detail.value)} />
      </FormField>
    </Question>
  );
}
