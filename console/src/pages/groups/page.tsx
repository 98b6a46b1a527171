import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { Api } from '../../api/client.ts';
import {
  addMember,
  changeGroup,
  createGroup,
  deleteGroup,
  type Group,
  grantRole,
  listGranted,
  listGroups,
  listMembers,
  listRoles,
  listUsers,
  removeMember,
  revokeRole,
  type Scope,
} from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { ChoiceDialog } from '../users/choice.tsx';
import { DescriptionDialog, DescriptionField, NameField } from '../users/description.tsx';

const words = texts.people.groups;

type Kind = 'change' | 'members' | 'project-roles' | 'account-roles' | 'remove';
type Dialog = { kind: 'create' } | { kind: Kind; group: Group };

const ACTIONS: { id: Kind; text: string }[] = [
  { id: 'members', text: words.members },
  { id: 'project-roles', text: words.projectRoles },
  { id: 'account-roles', text: words.accountRoles },
  { id: 'change', text: texts.people.change },
  { id: 'remove', text: words.remove },
];

/** The groups of the account, their members, and the roles that they hold. */
export default function GroupsPage() {
  const { api, zone } = useConsole();
  const { value, loading, error, reload } = useLoad((signal) => listGroups(api, signal), 'groups');
  const [dialog, setDialog] = useState<Dialog>();
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
        <Table<Group>
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
              cell: ({ name }) => name,
            },
            {
              id: 'description',
              header: texts.people.columns.description,
              cell: ({ description }) => description,
            },
            {
              id: 'created',
              header: texts.people.columns.created,
              cell: ({ create_time }) => formatTime(create_time, zone),
            },
            {
              id: 'actions',
              header: texts.common.actions,
              cell: (group) => (
                <ButtonDropdown
                  variant="inline-icon"
                  expandToViewport
                  ariaLabel={`${texts.common.actions}: ${group.name}`}
                  items={ACTIONS}
                  onItemClick={({ detail }) => setDialog({ kind: detail.id as Kind, group })}
                />
              ),
            },
          ]}
        />
      )}
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog && 'group' in dialog && <GroupDialog kind={dialog.kind} group={dialog.group} onClose={close} />}
    </ContentLayout>
  );
}

function CreateDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  return (
    <Question
      title={words.create}
      action={words.create}
      onClose={onClose}
      work={async () => void (await createGroup(api, name, description))}
    >
      <NameField value={name} onChange={setName} />
      <DescriptionField value={description} onChange={setDescription} />
    </Question>
  );
}

interface GroupDialogProps {
  kind: Kind;
  group: Group;
  onClose: (changed: boolean) => void;
}

function GroupDialog({ kind, group: { id, name, description }, onClose }: GroupDialogProps) {
  const { api, session } = useConsole();
  const roles = (scope: Scope) => ({
    label: words.roles,
    all: namedRoles,
    chosen: (one: Api, signal: AbortSignal) => listGranted(one, id, scope, signal),
    add: (role: string) => grantRole(api, id, role, scope),
    remove: (role: string) => revokeRole(api, id, role, scope),
    onClose,
  });
  switch (kind) {
    case 'change':
      return (
        <DescriptionDialog
          title={words.changeTitle(name)}
          initial={description}
          change={(changed) => changeGroup(api, id, changed)}
          onClose={onClose}
        />
      );
    case 'members':
      return (
        <ChoiceDialog
          title={words.membersTitle(name)}
          label={words.members}
          hint={words.membersHint}
          all={listUsers}
          chosen={(one, signal) => listMembers(one, id, signal)}
          add={(user) => addMember(api, id, user)}
          remove={(user) => removeMember(api, id, user)}
          onClose={onClose}
        />
      );
    case 'project-roles':
      return (
        <ChoiceDialog
          title={words.projectRolesTitle(name)}
          hint={words.projectRolesHint}
          {...roles({ kind: 'projects', id: api.path.project_id })}
        />
      );
    case 'account-roles':
      return (
        <ChoiceDialog
          title={words.accountRolesTitle(name)}
          hint={words.accountRolesHint}
          {...roles({ kind: 'domains', id: session.domain.id })}
        />
      );
    case 'remove':
      return (
        <Question
          title={words.removeTitle(name)}
          action={words.remove}
          onClose={onClose}
          work={async () => void (await deleteGroup(api, id))}
        >
          {words.removeText}
        </Question>
      );
  }
}

const namedRoles = async (api: Api, signal: AbortSignal) =>
  (await listRoles(api, signal)).map(({ id, display_name, description }) => ({
    id,
    name: display_name,
    description,
  }));
