import { type Group, listGroups } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { type Column, timeColumn } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { type RowAction, RowActions } from '../administration/row-actions.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { CreateDialog, GroupDialog, type Kind } from './dialogs.tsx';

const words = texts.people.groups;

type Dialog = { kind: 'create' } | { kind: Kind; group: Group };

const ACTIONS: RowAction<Kind>[] = [
  { id: 'members', text: words.members, action: 'iam:permissions:addUserToGroup' },
  { id: 'project-roles', text: words.projectRoles, action: 'iam:permissions:grantRoleToGroup' },
  { id: 'account-roles', text: words.accountRoles, action: 'iam:permissions:grantRoleToGroup' },
  { id: 'change', text: texts.people.change, action: 'iam:groups:updateGroup' },
  { id: 'remove', text: words.remove, action: 'iam:groups:deleteGroup' },
];

/** The groups of the account, their members, and the roles that they hold. */
export default function GroupsPage() {
  const { api, zone } = useConsole();
  const loaded = useLoad((signal) => listGroups(api, signal), 'groups');
  const { dialog, open, close } = useDialog<Dialog>(loaded.reload);
  return (
    <>
      <ListPage
        words={words}
        loaded={loaded}
        roles={['Security Administrator']}
        columns={columnsOf(zone)}
        trackBy="id"
        rowActions={(group) => (
          <RowActions name={group.name} items={ACTIONS} onChoose={(kind) => open({ kind, group })} />
        )}
        creating="iam:groups:createGroup"
        onCreate={() => open({ kind: 'create' })}
      />
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog && 'group' in dialog && <GroupDialog {...dialog} onClose={close} />}
    </>
  );
}

function columnsOf(zone: Zone): Column<Group>[] {
  const { columns } = texts.people;
  return [
    { id: 'name', header: columns.name, text: ({ name }) => name },
    {
      id: 'description',
      header: columns.description,
      minWidth: 140,
      text: ({ description }) => texts.people.groups.descriptions[description] ?? description,
    },
    timeColumn({ id: 'created', header: columns.created, zone, timeOf: ({ create_time }) => create_time }),
  ];
}
