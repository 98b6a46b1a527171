import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { changeUser, listUsers, type User } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { type Column, timeColumn } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { type RowAction, RowActions } from '../administration/row-actions.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { CreateDialog } from './create.tsx';
import { type Kind, UserDialog } from './dialogs.tsx';
import { OwnPasswordDialog } from './password.tsx';

const words = texts.people.users;
const UPDATE = 'iam:users:updateUser';

type Dialog = { kind: 'create' | 'own-password' } | { kind: Kind; user: User };

/** The users of the account. */
export default function UsersPage() {
  const { api, zone, session } = useConsole();
  const act = useAct();
  const loaded = useLoad((signal) => listUsers(api, signal), 'users');
  const { reload } = loaded;
  const { dialog, open, close } = useDialog<Dialog>(reload);
  const self = session.user.id;

  const enable = async ({ id }: User) => {
    await changeUser(api, id, { enabled: true });
    reload();
  };
  const choose = (user: User, kind: Kind | 'enable') => {
    if (kind === 'enable') void act(words.title, () => enable(user));
    else if (kind === 'password' && user.id === self) open({ kind: 'own-password' });
    else open({ kind, user });
  };
  return (
    <>
      <ListPage
        words={words}
        loaded={loaded}
        roles={['Security Administrator']}
        columns={columnsOf(self, zone)}
        trackBy="id"
        rowActions={(user) => (
          <RowActions
            name={user.name}
            items={actionsOf(user, user.id === self)}
            onChoose={(id) => choose(user, id)}
          />
        )}
        creating="iam:users:createUser"
        onCreate={() => open({ kind: 'create' })}
      />
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog?.kind === 'own-password' && <OwnPasswordDialog onClose={() => close(false)} />}
      {dialog && 'user' in dialog && <UserDialog {...dialog} onClose={close} />}
    </>
  );
}

function columnsOf(self: string, zone: Zone): Column<User>[] {
  const { columns } = texts.people;
  const stateOf = ({ enabled }: User) => (enabled ? words.enabled : words.disabled);
  return [
    {
      id: 'name',
      header: columns.name,
      minWidth: 150,
      text: ({ id, name }) => (id === self ? `${name} (${words.you})` : name),
    },
    { id: 'description', header: columns.description, minWidth: 160, text: ({ description }) => description },
    {
      id: 'state',
      header: columns.state,
      minWidth: 140,
      text: stateOf,
      cell: (user) => (
        <StatusIndicator type={user.enabled ? 'success' : 'stopped'}>{stateOf(user)}</StatusIndicator>
      ),
    },
    timeColumn({
      id: 'created',
      header: columns.created,
      zone,
      timeOf: ({ create_time }) => Date.parse(create_time),
    }),
  ];
}

function actionsOf({ enabled }: User, self: boolean): RowAction<Kind | 'enable'>[] {
  const forbidden = self ? { disabled: true, disabledReason: words.notYourself } : {};
  return [
    { id: 'change', text: texts.people.change, action: UPDATE },
    { id: 'groups', text: words.groups, action: 'iam:permissions:addUserToGroup' },
    self
      ? { id: 'password', text: words.ownPassword }
      : { id: 'password', text: words.setPassword, action: UPDATE },
    enabled
      ? { id: 'disable', text: words.disable, action: UPDATE, ...forbidden }
      : { id: 'enable', text: words.enable, action: UPDATE },
    { id: 'remove', text: words.remove, action: 'iam:users:deleteUser', ...forbidden },
  ];
}
