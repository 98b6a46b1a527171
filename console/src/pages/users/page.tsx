import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import {
  addMember,
  changeUser,
  deleteUser,
  listGroups,
  listGroupsOf,
  listUsers,
  removeMember,
  type User,
} from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { ChoiceDialog } from './choice.tsx';
import { CreateDialog } from './create.tsx';
import { DescriptionDialog } from './description.tsx';
import { OwnPasswordDialog, PasswordDialog } from './password.tsx';

const words = texts.people.users;

type Kind = 'change' | 'groups' | 'password' | 'disable' | 'remove';
type Dialog = { kind: 'create' | 'own-password' } | { kind: Kind; user: User };

/** The users of the account. */
export default function UsersPage() {
  const { api, zone, session, notify } = useConsole();
  const act = useAct();
  const { value, loading, error, reload } = useLoad((signal) => listUsers(api, signal), 'users');
  const [dialog, setDialog] = useState<Dialog>();
  const self = session.user.id;

  const choose = (user: User, id: string) => {
    if (id === 'enable') {
      void act(words.title, async () => {
        await changeUser(api, user.id, { enabled: true });
        reload();
      });
    } else if (id === 'password' && user.id === self) setDialog({ kind: 'own-password' });
    else setDialog({ kind: id as Kind, user });
  };
  const close = (changed: boolean) => {
    setDialog(undefined);
    if (changed) reload();
  };
  const closePassword = (changed: boolean) => {
    setDialog(undefined);
    if (changed) notify('success', words.passwordChanged);
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
              <Button onClick={() => setDialog({ kind: 'own-password' })}>{words.ownPassword}</Button>
              {!error && (
                <Button variant="primary" onClick={() => setDialog({ kind: 'create' })}>
                  {words.create}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {error && <Problem error={error} roles={['Security Administrator']} onRetry={reload} />}
      {!error && (
        <Table<User>
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
              id: 'name',
              header: texts.people.columns.name,
              isRowHeader: true,
              cell: ({ id, name }) => (id === self ? `${name} (${words.you})` : name),
            },
            {
              id: 'description',
              header: texts.people.columns.description,
              cell: ({ description }) => description,
            },
            {
              id: 'state',
              header: texts.people.columns.state,
              cell: ({ enabled }) => (
                <StatusIndicator type={enabled ? 'success' : 'stopped'}>
                  {enabled ? words.enabled : words.disabled}
                </StatusIndicator>
              ),
            },
            {
              id: 'created',
              header: texts.people.columns.created,
              cell: ({ create_time }) => formatTime(Date.parse(create_time), zone),
            },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (user) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${user.name}`}
                  items={actionsOf(user, user.id === self)}
                  onItemClick={({ detail }) => choose(user, detail.id)}
                />
              ),
            },
          ]}
        />
      )}
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog?.kind === 'own-password' && <OwnPasswordDialog onClose={closePassword} />}
      {dialog && 'user' in dialog && (
        <UserDialog
          kind={dialog.kind}
          user={dialog.user}
          onClose={dialog.kind === 'password' ? closePassword : close}
        />
      )}
    </ContentLayout>
  );
}

function actionsOf({ enabled }: User, self: boolean): ButtonDropdownProps.Items {
  const forbidden = self ? { disabled: true, disabledReason: words.notYourself } : {};
  return [
    { id: 'change', text: texts.people.change },
    { id: 'groups', text: words.groups },
    { id: 'password', text: self ? words.ownPassword : words.setPassword },
    enabled ? { id: 'disable', text: words.disable, ...forbidden } : { id: 'enable', text: words.enable },
    { id: 'remove', text: words.remove, ...forbidden },
  ];
}

interface UserDialogProps {
  kind: Kind;
  user: User;
  onClose: (changed: boolean) => void;
}

function UserDialog({ kind, user: { id, name, description }, onClose }: UserDialogProps) {
  const { api } = useConsole();
  switch (kind) {
    case 'change':
      return (
        <DescriptionDialog
          title={words.changeTitle(name)}
          initial={description}
          change={(changed) => changeUser(api, id, { description: changed })}
          onClose={onClose}
        />
      );
    case 'groups':
      return (
        <ChoiceDialog
          title={words.groupsTitle(name)}
          label={words.groups}
          hint={words.groupsHint}
          all={listGroups}
          chosen={(one, signal) => listGroupsOf(one, id, signal)}
          add={(group) => addMember(api, group, id)}
          remove={(group) => removeMember(api, group, id)}
          onClose={onClose}
        />
      );
    case 'password':
      return <PasswordDialog id={id} name={name} onClose={onClose} />;
    case 'disable':
      return (
        <Question
          title={words.disableTitle(name)}
          action={words.disable}
          onClose={onClose}
          work={async () => void (await changeUser(api, id, { enabled: false }))}
        >
          {words.disableText}
        </Question>
      );
    case 'remove':
      return (
        <Question
          title={words.removeTitle(name)}
          action={words.remove}
          onClose={onClose}
          work={async () => void (await deleteUser(api, id))}
        >
          {words.removeText}
        </Question>
      );
  }
}
