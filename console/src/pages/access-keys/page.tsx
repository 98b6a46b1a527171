import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import {
  type AccessKey,
  changeAccessKey,
  createAccessKey,
  listAccessKeys,
  removeAccessKey,
} from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { saveFile } from '../../files.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { Copied, SecretDialog } from '../administration/secret-dialog.tsx';

const words = texts.administration.accessKeys;
const MOST = 2;

type Dialog = { kind: 'create' } | { kind: 'disable' | 'remove'; key: AccessKey };
type Made = { access: string; secret: string };

/** The access keys of the signed-in user. */
export default function AccessKeysPage() {
  const { api, zone, session } = useConsole();
  const { user } = session;
  const act = useAct();
  const { value, loading, error, reload } = useLoad(
    (signal) => listAccessKeys(api, user.id, signal),
    'access-keys',
  );
  const [dialog, setDialog] = useState<Dialog>();
  const [made, setMade] = useState<Made>();

  const choose = (key: AccessKey, id: string) => {
    if (id === 'disable' || id === 'remove') setDialog({ kind: id, key });
    else {
      void act(words.title, async () => {
        await changeAccessKey(api, key.access, 'active');
        reload();
      });
    }
  };
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  const full = (value?.length ?? 0) >= MOST;
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
              <Button
                variant="primary"
                disabled={full}
                disabledReason={words.full}
                onClick={() => setDialog({ kind: 'create' })}
              >
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
        <Problem error={error} roles={['Security Administrator']} onRetry={reload} />
      ) : (
        <Table<AccessKey>
          items={value ?? []}
          trackBy="access"
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
            { id: 'access', header: words.access, isRowHeader: true, cell: ({ access }) => access },
            {
              id: 'state',
              header: words.state,
              cell: ({ status }) => (
                <StatusIndicator type={status === 'active' ? 'success' : 'stopped'}>
                  {words.states[status]}
                </StatusIndicator>
              ),
            },
            {
              id: 'created',
              header: words.created,
              cell: ({ create_time }) => formatTime(Date.parse(create_time), zone),
            },
            {
              id: 'used',
              header: words.used,
              cell: ({ last_use_time }) =>
                last_use_time === null ? words.never : formatTime(Date.parse(last_use_time), zone),
            },
            { id: 'description', header: words.note, cell: ({ description }) => description },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (key) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${key.access}`}
                  items={[
                    key.status === 'active'
                      ? { id: 'disable', text: words.disable }
                      : { id: 'enable', text: words.enable },
                    { id: 'remove', text: words.remove },
                  ]}
                  onItemClick={({ detail }) => choose(key, detail.id)}
                />
              ),
            },
          ]}
        />
      )}
      {dialog?.kind === 'create' && <CreateDialog onMade={setMade} onClose={close} />}
      {dialog?.kind === 'disable' && (
        <Question
          title={words.disableTitle(dialog.key.access)}
          action={words.disable}
          onClose={close}
          work={async () => void (await changeAccessKey(api, dialog.key.access, 'inactive'))}
        >
          {words.disableText}
        </Question>
      )}
      {dialog?.kind === 'remove' && (
        <Question
          title={words.removeTitle(dialog.key.access)}
          action={words.remove}
          onClose={close}
          work={async () => void (await removeAccessKey(api, dialog.key.access))}
        >
          {words.removeText}
        </Question>
      )}
      {made && (
        <SecretDialog
          title={words.madeTitle}
          onClose={() => setMade(undefined)}
          actions={
            <Button iconName="download" onClick={() => saveFile(asCsv(user.name, made), 'credentials.csv')}>
              {words.download}
            </Button>
          }
        >
          <Copied label={words.access} description={words.accessHint} text={made.access} />
          <Copied label={words.secret} description={words.secretHint} text={made.secret} />
        </SecretDialog>
      )}
    </ContentLayout>
  );
}

/** In the form in which clouds hand out access keys. */
function asCsv(user: string, { access, secret }: Made): Blob {
  const lines = [
    ['User Name', 'Access Key Id', 'Secret Access Key'],
    [user, access, secret],
  ];
  return new Blob([`${lines.map((line) => line.join(',')).join('\r\n')}\r\n`], { type: 'text/csv' });
}

interface CreateProps {
  onMade: (key: Made) => void;
  onClose: (changed: boolean) => void;
}

function CreateDialog({ onMade, onClose }: CreateProps) {
  const { api, session } = useConsole();
  const [description, setDescription] = useState('');
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => onMade(await createAccessKey(api, session.user.id, description))}
    >
      <FormField label={words.note} description={texts.common.optional} constraintText={words.noteHint}>
        <Input autoFocus value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </Question>
  );
}
