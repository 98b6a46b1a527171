import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import { useState } from 'react';
import { type Checkpoint, checkpointsOf } from '../../api/proofs.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { useLoad } from '../../use-load.ts';
import { ObjectDownload } from './object-download.tsx';

const words = texts.archive.proofs;
const PAGE = 25;

/** The checkpoints of the account's evidence log that were made in a time, the newest first. */
export function Checkpoints({ range }: { range: { from: number; to: number } }) {
  const { api, zone } = useConsole();
  const key = JSON.stringify(range);
  const { value, loading, error, reload } = useLoad((signal) => checkpointsOf(api, range, signal), key);
  const [page, setPage] = useState({ of: key, index: 1 });
  const index = page.of === key ? page.index : 1;
  const all = value ?? [];
  const pages = Math.max(Math.ceil(all.length / PAGE), 1);
  if (error) return <Problem error={error} onRetry={reload} />;
  return (
    <Listing<Checkpoint>
      items={all.slice((index - 1) * PAGE, index * PAGE)}
      trackBy={(checkpoint) => `${checkpoint.bucket}/${checkpoint.key}`}
      loading={loading && !value}
      loadingText={texts.common.loading}
      header={
        <Header variant="h2" counter={`(${formatNumber(all.length)})`} description={words.checkpointsText}>
          {words.checkpoints}
        </Header>
      }
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={index}
            pagesCount={pages}
            onChange={({ detail }) => setPage({ of: key, index: detail.currentPageIndex })}
          />
        )
      }
      empty={<Box color="text-body-secondary">{words.noCheckpoints}</Box>}
      columnDefinitions={[
        {
          id: 'time',
          header: words.columns.made,
          isRowHeader: true,
          minWidth: 220,
          cell: ({ time }) => formatTime(time, zone),
        },
        { id: 'bucket', header: words.columns.bucket, cell: ({ bucket }) => bucket },
        {
          id: 'actions',
          header: texts.archive.columns.actions,
          minWidth: 130,
          cell: (checkpoint) => <ObjectDownload bucket={checkpoint.bucket} objectKey={checkpoint.key} />,
        },
      ]}
    />
  );
}
