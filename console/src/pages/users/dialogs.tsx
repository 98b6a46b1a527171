import {
  addMember,
  changeUser,
  deleteUser,
  listGroups,
  listGroupsOf,
  removeMember,
  type User,
} from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { ChoiceDialog } from './choice.tsx';
import { DescriptionDialog } from './description.tsx';
import { PasswordDialog } from './password.tsx';

const words = texts.people.users;

export type Kind = 'change' | 'groups' | 'password' | 'disable' | 'remove';

interface UserDialogProps {
  kind: Kind;
  user: User;
  onClose: (changed: boolean) => void;
}

/** What is done with one user. */
export function UserDialog({ kind, user: { id, name, description }, onClose }: UserDialogProps) {
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
