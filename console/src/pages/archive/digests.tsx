import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import { digestsOf } from '../../api/proofs.ts';
import type { Digest } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { NextPage } from '../../next-page.tsx';
import { formatNumber } from '../../number.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import { nextOf, type Page, usePages } from '../../use-pages.ts';
import { ObjectDownload } from './object-download.tsx';

const words = texts.archive.proofs;

/** The digests of a time, the newest first. */
export function Digests({ range }: { range: { from: number; to: number } }) {
  const { api, zone } = useConsole();
  const load = async (marker?: string, signal?: AbortSignal): Promise<Page<Digest>> => {
    const { digests, marker: next } = await digestsOf(api, range, marker, signal);
    return { items: digests, next: nextOf(next, load) };
  };
  const list = usePages((signal) => load(undefined, signal), JSON.stringify(range));
  const digests = list.pages?.flat();
  const { error, reload } = list.first;
  if (error) return <Problem error={error} onRetry={reload} />;
  return (
    <Listing<Digest>
      items={digests ?? []}
      trackBy={({ bucket, key }) => `${bucket}/${key}`}
      loading={!digests}
      loadingText={texts.common.loading}
      header={
        <Header
          variant="h2"
          counter={digests && `(${formatNumber(digests.length)}${list.more ? '+' : ''})`}
          description={words.digestsText}
        >
          {words.digests}
        </Header>
      }
      empty={<Box color="text-body-secondary">{words.noDigests}</Box>}
      footer={
        list.more && (
          <Box textAlign="center">
            <NextPage of={list} text={words.more} />
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
