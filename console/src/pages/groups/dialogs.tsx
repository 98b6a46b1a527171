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
  listMembers,
  listRoles,
  listUsers,
  removeMember,
  revokeRole,
  type Scope,
} from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { descriptionOf } from '../roles/system.ts';
import { ChoiceDialog } from '../users/choice.tsx';
import { DescriptionDialog, DescriptionField, NameField } from '../users/description.tsx';

const words = texts.people.groups;

export type Kind = 'change' | 'members' | 'project-roles' | 'account-roles' | 'remove';

export function CreateDialog({ onClose }: { onClose: (changed: boolean) => void }) {
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

/** What is done with one group. */
export function GroupDialog({ kind, group: { id, name, description }, onClose }: GroupDialogProps) {
  const { api, session } = useConsole();
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
        <RolesDialog
          title={words.projectRolesTitle(name)}
          hint={words.projectRolesHint}
          group={id}
          scope={{ kind: 'projects', id: api.path.project_id }}
          onClose={onClose}
        />
      );
    case 'account-roles':
      return (
        <RolesDialog
          title={words.accountRolesTitle(name)}
          hint={words.accountRolesHint}
          group={id}
          scope={{ kind: 'domains', id: session.domain.id }}
          onClose={onClose}
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

interface RolesProps {
  title: string;
  hint: string;
  /** Its id. */
  group: string;
  scope: Scope;
  onClose: (changed: boolean) => void;
}

/** The roles that a group holds somewhere. */
function RolesDialog({ title, hint, group, scope, onClose }: RolesProps) {
  const { api } = useConsole();
  return (
    <ChoiceDialog
      title={title}
      label={words.roles}
      hint={hint}
      all={namedRoles}
      chosen={(one, signal) => listGranted(one, group, scope, signal)}
      add={(role) => grantRole(api, group, role, scope)}
      remove={(role) => revokeRole(api, group, role, scope)}
      onClose={onClose}
    />
  );
}

const namedRoles = async (api: Api, signal: AbortSignal) =>
  (await listRoles(api, signal)).map((role) => ({
    id: role.id,
    name: role.display_name,
    description: descriptionOf(role),
  }));
