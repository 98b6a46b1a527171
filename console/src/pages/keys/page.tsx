import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { changeKey, type KeyChange, listKeys } from '../../api/keys.ts';
import { listBuckets } from '../../api/trackers.ts';
import type { Key } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { texts } from '../../texts/index.ts';
import { formatTime, type Zone } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { type Column, timeColumn } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { type RowAction, RowActions } from '../administration/row-actions.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { CreateDialog, DisableDialog, RemoveDialog } from './dialogs.tsx';

const words = texts.keys;
const STATES = { enabled: 'success', disabled: 'stopped', pending_deletion: 'warning' } as const;

/** What is asked about first. */
type Asked = 'disable' | 'remove';
type Act = Asked | KeyChange;
type Dialog = { kind: 'create' } | { kind: Asked; key: Key };

/** The named keys of the project. */
export default function KeysPage() {
  const { api, may, zone } = useConsole();
  const act = useAct();
  const loaded = useLoad((signal) => listKeys(api, signal), 'keys');
  const buckets = useLoad(
    async (signal) => (may('cts:tracker:list') ? listBuckets(api, signal) : undefined),
    'buckets',
  );
  const { dialog, open, close } = useDialog<Dialog>(loaded.reload);

  const change = async (key: Key, how: KeyChange) => {
    await changeKey(api, key.id, how);
    loaded.reload();
  };
  const choose = (key: Key, kind: Act) => {
    if (kind === 'disable' || kind === 'remove') open({ kind, key });
    else void act(words.title, () => change(key, kind));
  };
  return (
    <>
      <ListPage
        words={words}
        loaded={loaded}
        roles={['KMS Administrator']}
        columns={columnsOf(zone)}
        trackBy="id"
        rowActions={(key) => (
          <RowActions
            name={key.alias}
            items={actionsOf(key).map((item) => ({ ...item, action: `kms:cmk:${NEEDED[item.id]}` }))}
            onChoose={(id) => choose(key, id)}
          />
        )}
        creating="kms:cmk:create"
        onCreate={() => open({ kind: 'create' })}
      >
        {buckets.value?.encryption === 'store' && <Alert type="info">{words.ofStore}</Alert>}
      </ListPage>
      {dialog?.kind === 'create' && <CreateDialog onClose={close} />}
      {dialog?.kind === 'disable' && <DisableDialog subject={dialog.key} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveDialog subject={dialog.key} onClose={close} />}
    </>
  );
}

function columnsOf(zone: Zone): Column<Key>[] {
  const { columns } = words;
  const stateOf = ({ state, deletion_time }: Key) =>
    deletion_time === undefined
      ? words.states[state]
      : `${words.states[state]} ${words.deletedOn(formatTime(deletion_time, zone))}`;
  return [
    {
      id: 'alias',
      header: columns.alias,
      minWidth: 170,
      text: ({ alias, id }) => `${alias} ${id}`,
      cell: (key) => <NameAndId subject={key} />,
    },
    {
      id: 'state',
      header: columns.state,
      minWidth: 140,
      text: stateOf,
      cell: (key) => <StatusIndicator type={STATES[key.state]}>{stateOf(key)}</StatusIndicator>,
    },
    { id: 'version', header: columns.version, text: ({ version }) => String(version) },
    timeColumn({ id: 'created', header: columns.created, zone, timeOf: ({ create_time }) => create_time }),
    { id: 'description', header: columns.description, text: ({ description }) => description },
  ];
}

function NameAndId({ subject: { alias, id } }: { subject: Key }) {
  return (
    <>
      {alias}
      <Box fontSize="body-s" color="text-body-secondary">
        <CopyToClipboard
          variant="inline"
          copyButtonAriaLabel={`${texts.common.copy}: ${alias}`}
          copySuccessText={texts.common.copied}
          copyErrorText={texts.common.failed}
          textToCopy={id}
        />
      </Box>
    </>
  );
}

/** Actions of the API. */
const NEEDED: Record<Act, string> = {
  disable: 'disable',
  enable: 'enable',
  rotate: 'rotate',
  remove: 'scheduleDeletion',
  'cancel-deletion': 'cancelDeletion',
};

function actionsOf({ state }: Key): RowAction<Act>[] {
  if (state === 'pending_deletion') return [{ id: 'cancel-deletion', text: words.keep }];
  return [
    state === 'enabled' ? { id: 'disable', text: words.disable } : { id: 'enable', text: words.enable },
    { id: 'rotate', text: words.rotate, disabled: state !== 'enabled' },
    { id: 'remove', text: words.remove },
  ];
}
