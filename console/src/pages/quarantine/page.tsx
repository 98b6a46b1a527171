import Button from '@cloudscape-design/components/button';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { listQuarantined, type Replayed } from '../../api/quarantine.ts';
import type { Follower, Quarantined } from '../../api/types.ts';
import { useConsole } from '../../console-context.ts';
import { Problem } from '../../problem.tsx';
import { texts } from '../../texts/index.ts';
import { nextOf, type Page, usePages } from '../../use-pages.ts';
import { ReplayQuestion } from './replay.tsx';
import { QuarantineTable } from './table.tsx';
import { QuarantinedView } from './view.tsx';

const words = texts.quarantine;
const ROLES = ['OpenCTS Operator'];
const PAGE = 100;
const FOLLOWERS = Object.keys(words.names) as Follower[];
/** What is replayed is processed within moments; a list that is busy takes longer. */
const LOOK_AGAIN_MS = [1_000, 5_000];

/** What could not be processed, to be looked at and replayed. */
export default function QuarantinePage() {
  const [address, setAddress] = useSearchParams();
  const follower = FOLLOWERS.find((one) => one === address.get('follower'));
  const id = address.get('id');
  const list = useQuarantine(follower);
  const { reload, error, loading } = list.first;
  const [asked, setAsked] = useState<Replayed>();
  const lookAgain = useLookAgain(reload);
  const change = (part: 'follower' | 'id', value = '') =>
    setAddress((current) => {
      const rest = [...current].filter(([name]) => name !== part);
      return new URLSearchParams(value === '' ? rest : [...rest, [part, value]]);
    });
  const answered = (replayed: boolean) => {
    setAsked(undefined);
    if (!replayed) return;
    change('id');
    lookAgain();
  };
  const items = list.pages?.flat();

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          counter={items && `(${texts.traces.shown(items.length, list.more)})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={texts.common.refresh}
                loading={loading}
                onClick={reload}
              />
              {items && items.length > 0 && (
                <Button onClick={() => setAsked({ follower })}>{words.replayAll}</Button>
              )}
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {error ? (
        <Problem error={error} roles={ROLES} onRetry={reload} />
      ) : (
        <QuarantineTable
          list={list}
          follower={follower}
          filter={<MissingIn follower={follower} onChange={(next) => change('follower', next)} />}
          onShow={(one) => change('id', one)}
        />
      )}
      {id && <QuarantinedView id={id} onClose={() => change('id')} onReplay={() => setAsked({ id })} />}
      {asked && <ReplayQuestion what={asked} onClose={answered} />}
    </ContentLayout>
  );
}

function useQuarantine(follower: Follower | undefined) {
  const { api } = useConsole();
  const load = async (marker?: string, signal?: AbortSignal): Promise<Page<Quarantined>> => {
    const found = await listQuarantined(api, { follower, limit: PAGE, marker }, signal);
    return { items: found.traces, next: nextOf(found.marker, load) };
  };
  return usePages((signal) => load(undefined, signal), follower ?? '');
}

/** @returns what lets the list be loaded once more, and again */
function useLookAgain(reload: () => void): () => void {
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    if (looks === 0) return;
    const timers = LOOK_AGAIN_MS.map((ms) => setTimeout(reload, ms));
    return () => timers.forEach(clearTimeout);
  }, [looks, reload]);
  return () => {
    reload();
    setLooks((count) => count + 1);
  };
}

interface MissingInProps {
  follower: Follower | undefined;
  onChange: (follower: Follower | undefined) => void;
}

function MissingIn({ follower, onChange }: MissingInProps) {
  return (
    <SegmentedControl
      label={words.missing}
      selectedId={follower ?? ''}
      onChange={({ detail }) => onChange(FOLLOWERS.find((one) => one === detail.selectedId))}
      options={[
        { id: '', text: words.all },
        ...FOLLOWERS.map((one) => ({ id: one, text: words.names[one] })),
      ]}
    />
  );
}
