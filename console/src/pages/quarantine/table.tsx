import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';
import type { Follower, Quarantined } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Listing } from '../../listing.tsx';
import { NextPage } from '../../next-page.tsx';
import { Nothing } from '../../nothing.tsx';
import { texts } from '../../texts/index.ts';
import { formatTime } from '../../time.ts';
import type { Pages } from '../../use-pages.ts';
import { useProjectName } from './use-project-name.ts';

const words = texts.quarantine;
const { columns } = words;

interface Props {
  list: Pages<Quarantined>;
  /** The one whose entries are shown alone. */
  follower: Follower | undefined;
  filter: ReactNode;
  onShow: (id: string) => void;
}

/** Entries in the order of the journal. */
export function QuarantineTable({ list, follower, filter, onShow }: Props) {
  const { zone } = useConsole();
  const projectName = useProjectName();
  const { pages, more } = list;
  return (
    <Listing<Quarantined>
      items={pages?.flat() ?? []}
      trackBy="id"
      loading={!pages}
      loadingText={texts.common.loading}
      filter={(follower || pages?.length !== 0) && filter}
      empty={
        follower ? (
          <Nothing title={words.noneMissing(words.places[follower])}>{words.noneMissingText}</Nothing>
        ) : (
          <Nothing title={words.none}>{words.noneText}</Nothing>
        )
      }
      footer={more && <NextPage of={list} text={words.more} loadingText={texts.common.loading} />}
      columnDefinitions={[
        {
          id: 'follower',
          header: words.missing,
          isRowHeader: true,
          minWidth: 130,
          cell: ({ id, follower: by, trace_id }) => (
            <Button
              variant="inline-link"
              ariaLabel={`${words.names[by]} ${trace_id}`}
              onClick={() => onShow(id)}
            >
              {words.names[by]}
            </Button>
          ),
        },
        {
          id: 'reason',
          header: columns.reason,
          minWidth: 240,
          cell: ({ reason }) => (
            <span className="clamped" title={reason}>
              {reason}
            </span>
          ),
        },
        {
          id: 'since',
          header: columns.since,
          minWidth: 150,
          cell: ({ since }) => formatTime(since, zone),
        },
        {
          id: 'project',
          header: columns.project,
          minWidth: 110,
          cell: ({ project_id }) => <span className="any-break">{projectName(project_id)}</span>,
        },
        {
          id: 'source',
          header: columns.source,
          minWidth: 110,
          cell: ({ service_type }) => service_type,
        },
        {
          id: 'recorded',
          header: columns.recorded,
          minWidth: 150,
          cell: ({ record_time }) => formatTime(record_time, zone),
        },
      ]}
    />
  );
}
