import Button from '@cloudscape-design/components/button';
import { type Role, removePolicy } from '../../api/access.ts';
import { listRoles } from '../../api/directory.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';
import type { Column } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { type RowAction, RowActions } from '../administration/row-actions.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { PolicyDialog, ShowDialog } from './dialogs.tsx';
import { descriptionOf, isSystem } from './system.ts';

const words = texts.administration.roles;

type Kind = 'show' | 'change' | 'remove';
type Dialog = { kind: 'create' } | { kind: Kind; role: Role };

/** What groups can be allowed: roles of the system, and policies of the account's own. */
export default function RolesPage() {
  const { api } = useConsole();
  const loaded = useLoad((signal) => listRoles(api, signal), 'roles');
  const { dialog, open, close } = useDialog<Dialog>(loaded.reload);
  return (
    <>
      <ListPage
        words={words}
        loaded={loaded}
        roles={['Security Administrator']}
        columns={columnsOf((role) => open({ kind: 'show', role }))}
        trackBy="id"
        rowActions={(role) => (
          <RowActions
            name={role.display_name}
            items={actionsOf(role)}
            onChoose={(kind) => open({ kind, role })}
          />
        )}
        creating="iam:roles:createRole"
        onCreate={() => open({ kind: 'create' })}
      />
      {dialog?.kind === 'create' && <PolicyDialog onClose={close} />}
      {dialog?.kind === 'change' && <PolicyDialog role={dialog.role} onClose={close} />}
      {dialog?.kind === 'show' && <ShowDialog role={dialog.role} onClose={() => close(false)} />}
      {dialog?.kind === 'remove' && (
        <Question
          title={words.removeTitle(dialog.role.display_name)}
          action={words.remove}
          onClose={close}
          work={async () => void (await removePolicy(api, dialog.role.id))}
        >
          {words.removeText}
        </Question>
      )}
    </>
  );
}

function columnsOf(onShow: (role: Role) => void): Column<Role>[] {
  return [
    {
      id: 'name',
      header: words.name,
      minWidth: 150,
      text: ({ display_name }) => display_name,
      cell: (role) => (
        <Button variant="inline-link" onClick={() => onShow(role)}>
          {role.display_name}
        </Button>
      ),
    },
    { id: 'kind', header: words.kind, text: (role) => (isSystem(role) ? words.system : words.custom) },
    { id: 'description', header: words.note, minWidth: 180, text: descriptionOf },
  ];
}

function actionsOf(role: Role): RowAction<Kind>[] {
  const show = { id: 'show', text: words.show } as const;
  if (isSystem(role)) return [show];
  return [
    show,
    { id: 'change', text: words.change, action: 'iam:roles:updateRole' },
    { id: 'remove', text: words.remove, action: 'iam:roles:deleteRole' },
  ];
}
