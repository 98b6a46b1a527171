import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { type IngestKey, listIngestKeys, revokeIngestKey } from '../../api/access.ts';
import { useConsole } from '../../console-context.ts';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import type { Zone } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { useUnless } from '../../use-unless.ts';
import { type Column, timeColumn } from '../administration/columns.tsx';
import { ListPage } from '../administration/list-page.tsx';
import { useDialog } from '../administration/use-dialog.ts';
import { ANY, CreateDialog, MadeDialog } from './create.tsx';

const words = texts.administration.ingestKeys;

type Dialog = { kind: 'create' } | { kind: 'revoke'; key: IngestKey };

/** The bearers with which producers report to the project. */
export default function IngestKeysPage() {
  const unless = useUnless();
  const { api, zone } = useConsole();
  const loaded = useLoad((signal) => listIngestKeys(api, signal), 'ingest-keys');
  const { dialog, open, close } = useDialog<Dialog>(loaded.reload);
  const [made, setMade] = useState<IngestKey>();
  return (
    <>
      <ListPage
        words={words}
        loaded={loaded}
        roles={['CTS FullAccess']}
        columns={columnsOf(zone)}
        trackBy="id"
        rowActions={(key) => (
          <Button
            variant="inline-link"
            {...unless('cts:ingestKey:delete')}
            ariaLabel={`${words.revoke}: ${key.name}`}
            onClick={() => open({ kind: 'revoke', key })}
          >
            {words.revoke}
          </Button>
        )}
        creating="cts:ingestKey:create"
        onCreate={() => open({ kind: 'create' })}
      />
      {dialog?.kind === 'create' && <CreateDialog onMade={setMade} onClose={close} />}
      {dialog?.kind === 'revoke' && (
        <Question
          title={words.revokeTitle(dialog.key.name)}
          action={words.revoke}
          onClose={close}
          work={async () => void (await revokeIngestKey(api, dialog.key.id))}
        >
          {words.revokeText}
        </Question>
      )}
      {made && <MadeDialog made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function columnsOf(zone: Zone): Column<IngestKey>[] {
  return [
    { id: 'name', header: words.name, text: ({ name }) => name },
    {
      id: 'source',
      header: words.source,
      text: ({ source }) => (source === ANY ? words.anySource : source),
    },
    { id: 'by', header: words.createdBy, text: ({ created_by }) => created_by },
    timeColumn({ id: 'created', header: words.created, zone, timeOf: ({ create_time }) => create_time }),
    timeColumn({
      id: 'used',
      header: words.used,
      zone,
      timeOf: ({ last_used_time }) => last_used_time,
      never: words.never,
    }),
  ];
}
