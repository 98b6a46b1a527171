import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { type AccessKey, changeAccessKey, listAccessKeys, removeAccessKey } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { type Column, timeColumn } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { type RowAction, RowActions } from '../administration/row-actions.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { CreateDialog, type Made, MadeDialog } from './create.tsx';
import { OwnerSelect } from './owner.tsx';

const words = texts.administration.accessKeys;
const MOST = 2;

type Act = 'enable' | 'disable' | 'remove';
type Dialog = { kind: 'create' } | { kind: 'disable' | 'remove'; key: AccessKey };

/** The access keys of the signed-in user; administrators may look after those of others. */
export default function AccessKeysPage() {
  const { api, zone, session } = useConsole();
  const act = useAct();
  const [owner, setOwner] = useState(session.user);
  const loaded = useLoad((signal) => listAccessKeys(api, owner.id, signal), `access-keys ${owner.id}`);
  const { dialog, open, close } = useDialog<Dialog>(loaded.reload);
  const [made, setMade] = useState<Made>();
  const own = owner.id === session.user.id;

  const enable = async (key: AccessKey) => {
    await changeAccessKey(api, key.access, 'active');
    loaded.reload();
  };
  const choose = (key: AccessKey, kind: Act) => {
    if (kind === 'enable') void act(words.title, () => enable(key));
    else open({ kind, key });
  };
  return (
    <>
      <ListPage
        words={own ? words : { ...words, none: words.noneOf(owner.name), noneText: words.noneOfText }}
        loaded={loaded}
        roles={['Security Administrator']}
        columns={columnsOf(zone)}
        trackBy="access"
        rowActions={(key) => (
          <RowActions name={key.access} items={actionsOf(key)} onChoose={(id) => choose(key, id)} />
        )}
        onCreate={own ? () => open({ kind: 'create' }) : undefined}
        full={(loaded.value?.length ?? 0) >= MOST ? words.full : undefined}
      >
        <OwnerSelect owner={owner} onChange={setOwner} />
      </ListPage>
      {dialog?.kind === 'create' && <CreateDialog onMade={setMade} onClose={close} />}
      {dialog && 'key' in dialog && <KeyDialog kind={dialog.kind} subject={dialog.key} onClose={close} />}
      {made && <MadeDialog made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function columnsOf(zone: Zone): Column<AccessKey>[] {
  return [
    { id: 'access', header: words.access, minWidth: 200, text: ({ access }) => access },
    {
      id: 'state',
      header: words.state,
      minWidth: 140,
      text: ({ status }) => words.states[status],
      cell: ({ status }) => (
        <StatusIndicator type={status === 'active' ? 'success' : 'stopped'}>
          {words.states[status]}
        </StatusIndicator>
      ),
    },
    timeColumn({
      id: 'created',
      header: words.created,
      zone,
      timeOf: ({ create_time }) => Date.parse(create_time),
    }),
    timeColumn({
      id: 'used',
      header: words.used,
      zone,
      timeOf: ({ last_use_time }) => (last_use_time === null ? undefined : Date.parse(last_use_time)),
      never: words.never,
    }),
    { id: 'description', header: words.note, minWidth: 160, text: ({ description }) => description },
  ];
}

function actionsOf({ status }: AccessKey): RowAction<Act>[] {
  return [
    status === 'active' ? { id: 'disable', text: words.disable } : { id: 'enable', text: words.enable },
    { id: 'remove', text: words.remove },
  ];
}

interface KeyDialogProps {
  kind: 'disable' | 'remove';
  subject: AccessKey;
  onClose: (changed: boolean) => void;
}

function KeyDialog({ kind, subject: { access }, onClose }: KeyDialogProps) {
  const { api } = useConsole();
  const [title, action, text] =
    kind === 'disable'
      ? [words.disableTitle(access), words.disable, words.disableText]
      : [words.removeTitle(access), words.remove, words.removeText];
  const work = async () => {
    if (kind === 'disable') await changeAccessKey(api, access, 'inactive');
    else await removeAccessKey(api, access);
  };
  return (
    <Question title={title} action={action} onClose={onClose} work={work}>
      {text}
    </Question>
  );
}
