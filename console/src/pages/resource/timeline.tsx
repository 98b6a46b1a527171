import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useState } from 'react';
import type { Trace } from '../../api/types.ts';
import { NextPage } from '../../next-page.tsx';
import { texts } from '../../texts/index.ts';
import type { Pages } from '../../use-pages.ts';
import { changesOf } from './changes.ts';
import { Operations } from './operations.tsx';
import type { Summary } from './summary.ts';

const words = texts.timeline.resource;

interface Props {
  /** What the resource is called now. */
  name: string;
  traces: Pages<Trace>;
  summary: Summary | undefined;
  /** The address of the list in which a trace is opened. */
  list: string;
}

/** The operations; older ones are added at the end where the oldest stand. */
export function Timeline({ name, traces, summary, list }: Props) {
  const [newestFirst, setNewestFirst] = useState(true);
  const newest = useMemo(() => traces.pages?.flat() ?? [], [traces.pages]);
  const oldest = useMemo(() => newest.toReversed(), [newest]);
  const changes = useMemo(() => changesOf(oldest), [oldest]);
  const older = traces.more && (
    <div>
      <NextPage of={traces} text={texts.timeline.more} loadingText={texts.timeline.loadingMore} />
      <Box color="text-body-secondary" textAlign="center">
        {words.compared}
      </Box>
    </div>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${texts.traces.shown(newest.length, traces.more)})`}
          actions={<OrderSwitch newestFirst={newestFirst} onChange={setNewestFirst} />}
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {!newestFirst && older}
        <Operations
          name={name}
          traces={newestFirst ? newest : oldest}
          changes={changes}
          summary={summary}
          list={list}
        />
        {newestFirst && older}
      </SpaceBetween>
    </Container>
  );
}

function OrderSwitch({
  newestFirst,
  onChange,
}: {
  newestFirst: boolean;
  onChange: (newestFirst: boolean) => void;
}) {
  return (
    <SegmentedControl
      label={words.order}
      selectedId={newestFirst ? 'newest' : 'oldest'}
      onChange={({ detail }) => onChange(detail.selectedId === 'newest')}
      options={[
        { id: 'newest', text: words.newest },
        { id: 'oldest', text: words.oldest },
      ]}
    />
  );
}
