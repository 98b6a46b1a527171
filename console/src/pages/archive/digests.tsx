import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { digestsOf } from '../../api/proofs.ts';
import type { Digest } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useAct, useLoad } from '../../use-load.ts';
import { ObjectDownload } from './object-download.tsx';

const words = texts.archive.proofs;

/** The digests of a time, the newest first. */
export function Digests({ range }: { range: { from: number; to: number } }) {
  const { api, zone } = useConsole();
  const act = useAct();
  const { value, loading, error, reload } = useLoad(
    (signal) => digestsOf(api, range, undefined, signal),
    JSON.stringify(range),
  );
  const [further, setFurther] = useState<{ after: unknown; digests: Digest[]; marker: string | null }>();
  const more = further && further.after === value ? further : undefined;
  const digests = [...(value?.digests ?? []), ...(more?.digests ?? [])];
  const marker = more ? more.marker : value?.marker;
  const loadMore = () =>
    act(texts.common.failed, async () => {
      const page = await digestsOf(api, range, marker ?? undefined);
      const all = [...(more?.digests ?? []), ...page.digests];
      setFurther({ after: value, digests: all, marker: page.marker });
    });
  if (error) return <Problem error={error} onRetry={reload} />;
  return (
    <Table<Digest>
      items={digests}
      trackBy={({ bucket, key }) => `${bucket}/${key}`}
      loading={loading && !value}
      loadingText={texts.common.loading}
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${formatNumber(digests.length)}${marker ? '+' : ''})`}
          description={words.digestsText}
        >
          {words.digests}
        </Header>
      }
      empty={<Box color="text-body-secondary">{words.noDigests}</Box>}
      footer={
        marker && (
          <Box textAlign="center">
            <Button onClick={() => void loadMore()}>{words.more}</Button>
          </Box>
        )
      }
      columnDefinitions={[
        {
          id: 'end',
          header: words.columns.end,
          isRowHeader: true,
          minWidth: 220,
          cell: ({ end_time }) => formatTime(end_time, zone),
        },
        { id: 'tracker', header: words.columns.tracker, cell: ({ tracker }) => tracker },
        { id: 'source', header: words.columns.source, cell: ({ source }) => source || words.allSources },
        { id: 'files', header: words.columns.files, cell: ({ files }) => formatNumber(files) },
        { id: 'total', header: words.columns.total, cell: ({ total_files }) => formatNumber(total_files) },
        { id: 'bucket', header: words.columns.bucket, cell: ({ bucket }) => bucket },
        {
          id: 'actions',
          header: texts.archive.columns.actions,
          minWidth: 130,
          cell: (digest) => <ObjectDownload bucket={digest.bucket} objectKey={digest.key} />,
        },
      ]}
    />
  );
}
